"""Collections of documents: files, grants, reads, sealed documents. Every query names its owner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, replace
from datetime import UTC, date, datetime, time
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel, ReturnDocument

from services.chassis.database.client import Collection, Database, Indexes, Session
from services.chassis.foundation.errors import StaleVersionError
from services.documents.sealed.domain import Document, Kind, Line, Order, Signed, State
from services.documents.uploads.domain.files import (
    Grant,
    MediaType,
    Position,
    Read,
    Reader,
    StoredFile,
)
from services.documents.uploads.domain.quotas import Stored

INDEXES: Indexes = {
    "files": [
        IndexModel([("owner_id", ASCENDING), ("accepted_at", DESCENDING), ("_id", DESCENDING)])
    ],
    "grants": [
        IndexModel([("file_id", ASCENDING), ("doctor_id", ASCENDING), ("until", ASCENDING)]),
        IndexModel([("application_id", ASCENDING)]),
        IndexModel([("until", ASCENDING)], expireAfterSeconds=0),
    ],
    "reads": [IndexModel([("subject_id", ASCENDING), ("at", DESCENDING), ("_id", DESCENDING)])],
    "documents": [
        IndexModel(
            [("kind", ASCENDING), ("reference_id", ASCENDING), ("revision", DESCENDING)],
            unique=True,
        ),
        IndexModel(
            [
                ("owner_id", ASCENDING),
                ("state", ASCENDING),
                ("queued_at", DESCENDING),
                ("_id", DESCENDING),
            ]
        ),
        IndexModel([("sha256", ASCENDING)], sparse=True),
        IndexModel(
            [("state", ASCENDING), ("queued_at", ASCENDING)],
            partialFilterExpression={"state": State.QUEUED.value},
        ),
    ],
    "voids": [],
    "stored": [IndexModel([("ends_at", ASCENDING)], expireAfterSeconds=0)],
}


class Store:
    """What documents remembers."""

    def __init__(self, db: Database) -> None:
        """Keep the collections."""
        self.files = db["files"]
        self.grants = db["grants"]
        self.reads = db["reads"]
        self.documents = db["documents"]
        self.voids = db["voids"]
        self.stored = db["stored"]

    async def add_file(self, file: StoredFile, *, session: Session) -> None:
        """Keep a new upload."""
        await self.files.insert_one(_document(file), session=session)

    async def stored_in(self, month: date, owner_id: str) -> Stored:
        """What this citizen has stored in a month so far."""
        found = await self.stored.find_one({"_id": _stored_id(owner_id, month)})
        return Stored(month, found["files"], found["bytes"]) if found else Stored(month)

    async def count_stored(
        self, month: Stored, owner_id: str, size: int, *, session: Session
    ) -> Stored:
        """Add a file to what this citizen has stored; two at once are counted one by one."""
        found = await self.stored.find_one_and_update(
            {"_id": _stored_id(owner_id, month.month)},
            {"$inc": {"files": 1, "bytes": size}, "$set": {"ends_at": month.ends_at}},
            upsert=True,
            return_document=ReturnDocument.AFTER,
            session=session,
        )
        return Stored(month.month, found["files"], found["bytes"])

    async def file_of_owner(self, file_id: str, owner_id: str) -> StoredFile | None:
        """An upload of this citizen."""
        found = await self.files.find_one({"_id": file_id, "owner_id": owner_id})
        return _file(found) if found else None

    async def file_of_doctor(
        self, file_id: str, doctor_id: str, now: datetime
    ) -> StoredFile | None:
        """An upload that this doctor's review has now."""
        grant = await self.grants.find_one(
            {"file_id": file_id, "doctor_id": doctor_id, "until": {"$gt": now}}
        )
        found = await self.files.find_one({"_id": file_id}) if grant else None
        return _file(found) if found else None

    async def files_of(
        self, owner_id: str, *, after: Position | None, limit: int
    ) -> list[StoredFile]:
        """Uploads of this citizen, newest first."""
        query = {"owner_id": owner_id, **_older("accepted_at", after)}
        return [_file(d) for d in await _page(self.files, query, "accepted_at", limit)]

    async def attachments(
        self, file_ids: Sequence[str], owner_id: str, *, session: Session
    ) -> list[StoredFile]:
        """Those of the named uploads that are this citizen's."""
        query = {"_id": {"$in": list(file_ids)}, "owner_id": owner_id}
        found = await self.files.find(query, session=session).to_list(None)
        return [_file(d) for d in found]

    async def replace_grants(
        self, application_id: str, grants: Sequence[Grant], *, session: Session
    ) -> None:
        """Let these be the only grants of an application."""
        await self.grants.delete_many({"application_id": application_id}, session=session)
        if grants:
            await self.grants.insert_many(
                [{"_id": f"{g.application_id}:{g.file_id}", **asdict(g)} for g in grants],
                session=session,
            )

    async def add_read(self, read: Read, *, session: Session) -> None:
        """Write one line of the access journal."""
        await self.reads.insert_one(_document(read), session=session)

    async def reads_of(
        self, subject_id: str, owner_id: str, *, after: Position | None, limit: int
    ) -> list[Read]:
        """The journal of one of this citizen's files or documents, newest first."""
        query = {"subject_id": subject_id, "owner_id": owner_id, **_older("at", after)}
        return [_read(d) for d in await _page(self.reads, query, "at", limit)]

    async def add_document(self, document: Document, *, session: Session) -> None:
        """Keep a new document."""
        await self.documents.insert_one(_document(document), session=session)

    async def latest(self, kind: Kind, reference_id: str, *, session: Session) -> Document | None:
        """The newest document made for an application or an appointment."""
        found = await self.documents.find_one(
            {"kind": kind.value, "reference_id": reference_id},
            sort=[("revision", DESCENDING)],
            session=session,
        )
        return _sealable(found) if found else None

    async def oldest_queued(self) -> datetime | None:
        """Since when the oldest document waits to be sealed; None: none waits."""
        found = await self.documents.find_one(
            {"state": State.QUEUED.value}, {"queued_at": 1}, sort=[("queued_at", ASCENDING)]
        )
        return found["queued_at"] if found else None

    async def document(self, document_id: str) -> Document | None:
        """Any document, for the work of sealing it."""
        found = await self.documents.find_one({"_id": document_id})
        return _sealable(found) if found else None

    async def save(self, document: Document, *, session: Session) -> None:
        """Replace a document by its next version.

        Raises:
            StaleVersionError: somebody else made that version.
        """
        done = await self.documents.replace_one(
            {"_id": document.id, "version": document.version - 1},
            _document(document),
            session=session,
        )
        if done.matched_count == 0:
            raise StaleVersionError

    async def document_of_owner(self, document_id: str, owner_id: str) -> Document | None:
        """A document of this citizen."""
        found = await self.documents.find_one({"_id": document_id, "owner_id": owner_id})
        return (await self._with_voids([_sealable(found)]))[0] if found else None

    async def documents_of(
        self, owner_id: str, *, after: Position | None, limit: int
    ) -> list[Document]:
        """Sealed documents of this citizen, newest first."""
        query = {
            "owner_id": owner_id,
            "state": State.SEALED.value,
            **_older("queued_at", after),
        }
        page = await _page(self.documents, query, "queued_at", limit)
        return await self._with_voids([_sealable(d) for d in page])

    async def newer_than(self, document: Document) -> Document | None:
        """The newest sealed version of the same thing, if there is one after this."""
        found = await self.documents.find_one(
            {
                "kind": document.kind.value,
                "reference_id": document.reference_id,
                "revision": {"$gt": document.revision},
                "state": State.SEALED.value,
            },
            sort=[("revision", DESCENDING)],
        )
        return _sealable(found) if found else None

    async def document_by_hash(self, sha256: str) -> Document | None:
        """The sealed document with exactly this content: for the public check, without an owner."""
        found = await self.documents.find_one({"sha256": sha256, "state": State.SEALED.value})
        return (await self._with_voids([_sealable(found)]))[0] if found else None

    async def add_void(
        self, kind: Kind, reference_id: str, number: str, since: datetime, *, session: Session
    ) -> None:
        """Remember that a number does not count any more; the first time stays."""
        await self.voids.update_one(
            {"_id": _void_id(kind, reference_id, number)},
            {"$setOnInsert": {"since": since}},
            upsert=True,
            session=session,
        )

    async def _with_voids(self, documents: list[Document]) -> list[Document]:
        """The documents, each with the time since when it is void.

        Joined when read: a document that is sealed after it was revoked needs no special care.
        """
        ids = [_void_id(d.kind, d.reference_id, d.number) for d in documents]
        found = await self.voids.find({"_id": {"$in": ids}}).to_list(None)
        since = {v["_id"]: v["since"] for v in found}
        return [
            replace(document, void_at=since.get(void_id))
            for document, void_id in zip(documents, ids, strict=True)
        ]


def _stored_id(owner_id: str, month: date) -> str:
    return f"{owner_id}:{month:%Y-%m}"


def _void_id(kind: Kind, reference_id: str, number: str) -> str:
    return f"{kind.value}:{reference_id}:{number}"


def _older(field: str, after: Position | None) -> dict[str, Any]:
    if after is None:
        return {}
    at, last_id = after
    return {"$or": [{field: {"$lt": at}}, {field: at, "_id": {"$lt": last_id}}]}


async def _page(
    collection: Collection, query: Mapping[str, Any], field: str, limit: int
) -> list[Mapping[str, Any]]:
    cursor = collection.find(query).sort([(field, DESCENDING), ("_id", DESCENDING)])
    found: list[Mapping[str, Any]] = await cursor.limit(limit).to_list(None)
    return found


def _document(thing: StoredFile | Read | Document) -> dict[str, Any]:
    plain = {f.name: _plain(getattr(thing, f.name)) for f in fields(thing)}
    plain["_id"] = plain.pop("id")
    plain.pop("void_at", None)  # joined when read
    if isinstance(thing, Document) and thing.sha256 is None:
        del plain["sha256"]  # the index over hashes is sparse
    return plain


def _plain(value: Any) -> Any:
    if isinstance(value, MediaType | Reader | Kind | State):
        return value.value
    if isinstance(value, Order):
        stored = asdict(value)
        # BSON has no dates without a time
        stored["issued_on"] = _midnight(value.issued_on)
        stored["valid_until"] = value.valid_until and _midnight(value.valid_until)
        return stored
    if isinstance(value, tuple):
        return [asdict(part) for part in value]
    return value


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _values(document: Mapping[str, Any], kind: type[Any]) -> dict[str, Any]:
    """The stored values that the dataclass has fields for (a newer replica may store more)."""
    named = {"id": document["_id"], **document}
    return {f.name: named[f.name] for f in fields(kind) if f.name in named}


def _file(document: Mapping[str, Any]) -> StoredFile:
    values = _values(document, StoredFile)
    return StoredFile(**values | {"media_type": MediaType(values["media_type"])})


def _read(document: Mapping[str, Any]) -> Read:
    values = _values(document, Read)
    return Read(**values | {"reader": Reader(values["reader"])})


def _sealable(document: Mapping[str, Any]) -> Document:
    values = _values(document, Document)
    order = values["order"]
    return Document(
        **values
        | {
            "kind": Kind(values["kind"]),
            "state": State(values["state"]),
            "signatures": tuple(Signed(**s) for s in values["signatures"]),
            "order": _order(order) if order else None,
        }
    )


def _order(stored: Mapping[str, Any]) -> Order:
    until: datetime | None = stored.get("valid_until")  # orders of earlier versions have none
    return Order(
        **{
            **stored,
            "issued_on": stored["issued_on"].date(),
            "valid_until": until and until.date(),
            "lines": tuple(Line(**line) for line in stored["lines"]),
        }
    )
