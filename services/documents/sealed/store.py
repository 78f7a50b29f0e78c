"""Collections of sealed documents: `documents`, and the `voids` that say which do not count."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel

from services.chassis.database.client import Database, Indexes
from services.chassis.database.client import Document as Stored
from services.chassis.database.mapping import Mapper
from services.chassis.database.pages import Page, Sort
from services.chassis.foundation.errors import StaleVersionError
from services.chassis.work.aggregates import Aggregates
from services.chassis.work.transactions import Transaction
from services.documents.sealed.domain import Document, Kind, Sealed, State
from services.documents.sealed.errors import NoSuchDocumentError

_NEWEST = Sort("queued_at", descending=True)
_EDITION = "revision"
"""What an edition is stored as: its name before changes were counted under it everywhere."""
_LATEST_EDITION = [(_EDITION, DESCENDING)]
INDEXES: Indexes = {
    "documents": [
        IndexModel(
            [("kind", ASCENDING), ("reference_id", ASCENDING), *_LATEST_EDITION],
            unique=True,
        ),
        IndexModel([("owner_id", ASCENDING), ("state", ASCENDING), *_NEWEST.keys]),
        IndexModel([("sha256", ASCENDING)], sparse=True),
        IndexModel(
            [("state", ASCENDING), ("queued_at", ASCENDING)],
            partialFilterExpression={"state": State.QUEUED.value},
        ),
    ],
    "voids": [],
}


class Documents(Aggregates[Document]):
    """Documents, each edition for itself.

    Whether one is void is joined when it is read, so that one which is sealed after it was revoked
    needs no special care. An edition that two orders make at once is refused as stale.
    """

    def __init__(self, db: Database) -> None:
        super().__init__(
            db["documents"],
            _Mapper(Document, stored_as={"edition": _EDITION, "revision": "changes"}),
            not_found=NoSuchDocumentError,
            owner="owner_id",
            duplicate=lambda _: StaleVersionError(),
        )
        self._voids = db["voids"]

    async def latest(self, tx: Transaction, kind: Kind, reference_id: str) -> Document | None:
        """The newest document made for an application or an appointment."""
        query = {"kind": kind.value, "reference_id": reference_id}
        found = await tx.find_one(self.collection, query, _LATEST_EDITION)
        return self._value(found) if found else None

    async def oldest_queued(self) -> datetime | None:
        """Since when the oldest document waits to be sealed; None: none waits."""
        waiting = {"state": State.QUEUED.value}
        found = await self.collection.find_one(waiting, {"queued_at": 1}, sort=[("queued_at", 1)])
        return found["queued_at"] if found else None

    async def of_owner(self, document_id: str, owner_id: str) -> Document:
        """A document of this citizen, in any state.

        Raises:
            NoSuchDocumentError: none of theirs.
        """
        found = await self.get(None, document_id, owner=owner_id)
        return (await self._with_voids([found]))[0]

    async def sealed_of(self, owner_id: str, *, after: str | None, limit: int) -> Page[Document]:
        """Sealed documents of this citizen, newest first."""
        query = {"owner_id": owner_id, "state": State.SEALED.value}
        found = await self.page(query, _NEWEST, after=after, limit=limit)
        return replace(found, items=tuple(await self._with_voids(found.items)))

    async def newer_than(self, document: Document) -> Document | None:
        """The newest sealed edition of the same thing, if there is one after this."""
        query = {
            "kind": document.kind.value,
            "reference_id": document.reference_id,
            _EDITION: {"$gt": document.edition},
            "state": State.SEALED.value,
        }
        found = await self.collection.find_one(query, sort=_LATEST_EDITION)
        return self._value(found) if found else None

    async def by_hash(self, sha256: str) -> Document | None:
        """The sealed document with exactly this content: for the public check, without an owner."""
        found = await self.first(None, {"sha256": sha256, "state": State.SEALED.value})
        return (await self._with_voids([found]))[0] if found else None

    async def by_hashes(self, hashes: Collection[str]) -> list[Document]:
        """The sealed documents with exactly these contents: without an owner, as above."""
        query = {"sha256": {"$in": list(hashes)}, "state": State.SEALED.value}
        return await self._with_voids(await self.every(None, query))

    async def add_void(
        self, tx: Transaction, kind: Kind, reference_id: str, number: str, since: datetime
    ) -> None:
        """Remember that a number does not count any more; the first time stays."""
        void_id = _void_id(kind, reference_id, number)
        await tx.update(self._voids, void_id, {"$setOnInsert": {"since": since}}, upsert=True)

    async def _with_voids(self, documents: Sequence[Document]) -> list[Document]:
        ids = [_void_id(d.kind, d.reference_id, d.number) for d in documents]
        found = await self._voids.find({"_id": {"$in": ids}}).to_list(None)
        since = {void["_id"]: void["since"] for void in found}
        return [
            replace(document, void_at=since.get(void_id))
            for document, void_id in zip(documents, ids, strict=True)
        ]


class _Mapper(Mapper[Document]):
    """The parts of what is sealed or failed are stored side by side with the rest."""

    def document(self, value: Document) -> dict[str, Any]:
        plain = super().document(value)
        del plain["void_at"]  # joined when read
        sealed, failure = plain.pop("sealed"), plain.pop("failure")
        plain["state"] = value.state.value
        plain |= sealed or {}  # without a hash where there is none: its index is sparse
        plain |= {"failure_code": failure["code"], "failure": failure["reason"]} if failure else {}
        return plain

    def value(self, document: Stored) -> Document:
        whole = dict(document)
        code, reason = whole.pop("failure_code", None), whole.pop("failure", None)
        if whole.get("sha256") is not None:
            whole["sealed"] = {f.name: whole.get(f.name) for f in fields(Sealed)}
        if code is not None:
            whole["failure"] = {"code": code, "reason": reason}
        return super().value(whole)


def _void_id(kind: Kind, reference_id: str, number: str) -> str:
    return f"{kind.value}:{reference_id}:{number}"
