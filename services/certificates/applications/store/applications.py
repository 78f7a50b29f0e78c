"""The collections: applications, certificates, and the copies of what others said."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeVar

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.states import State
from services.certificates.applications.errors import (
    LetterUnexpectedError,
    NumberTakenError,
    PaymentUnexpectedError,
    UnknownApplicationError,
    UnknownCertificateError,
)
from services.certificates.applications.metrics import Standing
from services.certificates.applications.store.counts import standing
from services.certificates.applications.store.looks import INDEXES as LOOKS
from services.certificates.applications.store.looks import Looks
from services.certificates.applications.store.mapping import Mapper
from services.certificates.applications.store.positions import Position, after_position
from services.certificates.known.domain import Admission, KnownFile, Person, Staff
from services.certificates.registry.domain.certificate import Certificate, Status
from services.chassis.database.client import Collection, Database, Indexes, Session
from services.chassis.foundation.errors import StaleVersionError

T = TypeVar("T", Application, Certificate)

_TEXT = {"$type": "string"}
INDEXES: Indexes = {
    "applications": [
        IndexModel(
            [("citizen_id", ASCENDING), ("created_at", DESCENDING), ("_id", DESCENDING)],
            name="of_citizen",
        ),
        IndexModel(
            [("state", ASCENDING), ("clock.deadline_at", ASCENDING), ("_id", ASCENDING)],
            name="queue",
        ),
        IndexModel(
            [("claim.doctor_id", ASCENDING), ("clock.deadline_at", ASCENDING), ("_id", ASCENDING)],
            name="claimed",
            partialFilterExpression={"claim.doctor_id": {"$exists": True}},
        ),
        IndexModel(
            [("consent.at", ASCENDING)],
            name="waiting",
            partialFilterExpression={"state": State.SUBMITTED.value},
        ),
        IndexModel(
            "tracking_number", unique=True, partialFilterExpression={"tracking_number": _TEXT}
        ),
        # an answer of another system counts once, for one application
        IndexModel("payment_id", unique=True, partialFilterExpression={"payment_id": _TEXT}),
        IndexModel("postal_number", unique=True, partialFilterExpression={"postal_number": _TEXT}),
    ],
    "certificates": [
        IndexModel("number", unique=True),
        IndexModel(
            [("citizen_id", ASCENDING), ("created_at", DESCENDING), ("_id", DESCENDING)],
            name="of_citizen",
        ),
    ],
    "people": [],
    "staff": [],
    "admissions": [],
    **LOOKS,
    "files": [],
}
__all__ = ["INDEXES", "Position", "Store"]

_SHOWN = [Status.ISSUED.value, Status.REVOKED.value]

_applications = Mapper(Application)
_certificates = Mapper(Certificate)
_people = Mapper(Person, "account_id")
_staff = Mapper(Staff, "account_id")
_files = Mapper(KnownFile)


class Store:
    """The service's memory. Without a session a read is outside of any transaction."""

    def __init__(self, db: Database) -> None:
        """Keep the collections."""
        self.applications = db["applications"]
        self.certificates = db["certificates"]
        self._people = db["people"]
        self._staff = db["staff"]
        self._admissions = db["admissions"]
        self.looks = Looks(db)
        self._files = db["files"]

    async def application(self, application_id: str, session: Session | None = None) -> Application:
        """An application, for staff and for events.

        Raises:
            UnknownApplicationError: there is none.
        """
        return await self._one_application({"_id": application_id}, session)

    async def citizens_application(
        self, application_id: str, citizen_id: str, session: Session | None = None
    ) -> Application:
        """An application of this citizen.

        Raises:
            UnknownApplicationError: there is none, or it is somebody else's.
        """
        return await self._one_application(
            {"_id": application_id, "citizen_id": citizen_id}, session
        )

    async def standing(self, now: datetime) -> Standing:
        """How many applications stand where, and how their deadlines do."""
        return await standing(self.applications, now)

    async def _one_application(self, query: dict[str, Any], session: Session | None) -> Application:
        found = await self.applications.find_one(query, session=session)
        if found is None:
            raise UnknownApplicationError
        return _applications.value(found)

    async def applications_of(
        self, citizen_id: str, *, after: Position | None, limit: int
    ) -> list[Application]:
        """A citizen's applications, newest first."""
        query = {"citizen_id": citizen_id, **after_position("created_at", after, descending=True)}
        order = [("created_at", DESCENDING), ("_id", DESCENDING)]
        cursor = self.applications.find(query).sort(order).limit(limit)
        return [_applications.value(document) async for document in cursor]

    async def queue(self, *, after: Position | None, limit: int) -> list[Application]:
        """Applications that wait for a doctor, the nearest deadline first (C20)."""
        query = {"state": State.SUBMITTED.value}
        return await self._by_deadline(query, after=after, limit=limit)

    async def desk(
        self, doctor_id: str, *, after: Position | None, limit: int
    ) -> list[Application]:
        """What this doctor has claimed, the nearest deadline first."""
        return await self._by_deadline({"claim.doctor_id": doctor_id}, after=after, limit=limit)

    async def claims_of(self, doctor_id: str, session: Session) -> int:
        """How many applications this doctor holds."""
        return await self.applications.count_documents(
            {"claim.doctor_id": doctor_id}, session=session
        )

    async def open_ones_of(self, citizen_id: str, states: Iterable[State], session: Session) -> int:
        """How many applications of this citizen are in one of these states."""
        among = {"$in": [state.value for state in states]}
        return await self.applications.count_documents(
            {"citizen_id": citizen_id, "state": among}, session=session
        )

    async def _by_deadline(
        self, query: dict[str, Any], *, after: Position | None, limit: int
    ) -> list[Application]:
        whole = {**query, **after_position("clock.deadline_at", after, descending=False)}
        order = [("clock.deadline_at", ASCENDING), ("_id", ASCENDING)]
        cursor = self.applications.find(whole).sort(order).limit(limit)
        return [_applications.value(document) async for document in cursor]

    async def save_application(
        self, application: Application, *, expected: int, session: Session
    ) -> None:
        """Write a new revision (`expected` 0: a new one).

        Raises:
            StaleVersionError: somebody changed it in between.
            NumberTakenError: the tracking number exists already.
            PaymentUnexpectedError: the payment paid for another application.
            LetterUnexpectedError: the letter brought another certificate.
        """
        document = _applications.document(application)
        await _save(self.applications, document, expected=expected, session=session)

    async def certificate(self, certificate_id: str, session: Session | None = None) -> Certificate:
        """A certificate, for staff and for events.

        Raises:
            UnknownCertificateError: there is none.
        """
        found = await self.certificates.find_one({"_id": certificate_id}, session=session)
        if found is None:
            raise UnknownCertificateError
        return _certificates.value(found)

    async def citizens_certificate(self, certificate_id: str, citizen_id: str) -> Certificate:
        """An issued or revoked certificate of this citizen.

        Raises:
            UnknownCertificateError: there is none, or it is somebody else's.
        """
        query = {"_id": certificate_id, "citizen_id": citizen_id, "status": {"$in": _SHOWN}}
        found = await self.certificates.find_one(query)
        if found is None:
            raise UnknownCertificateError
        return _certificates.value(found)

    async def certificates_of(
        self, citizen_id: str, *, after: Position | None, limit: int
    ) -> list[Certificate]:
        """A citizen's issued and revoked certificates, newest first."""
        query = {
            "citizen_id": citizen_id,
            "status": {"$in": _SHOWN},
            **after_position("created_at", after, descending=True),
        }
        order = [("created_at", DESCENDING), ("_id", DESCENDING)]
        cursor = self.certificates.find(query).sort(order).limit(limit)
        return [_certificates.value(document) async for document in cursor]

    async def certificate_by_number(self, number: str) -> Certificate | None:
        """The certificate of that number."""
        found = await self.certificates.find_one({"number": number})
        return _certificates.value(found) if found else None

    async def save_certificate(
        self, certificate: Certificate, *, expected: int, session: Session
    ) -> None:
        """Write a new revision (`expected` 0: a new one).

        Raises:
            StaleVersionError: somebody changed it in between.
            NumberTakenError: the number exists already.
        """
        document = _certificates.document(certificate)
        await _save(self.certificates, document, expected=expected, session=session)

    async def person(self, account_id: str, session: Session | None = None) -> Person | None:
        """A confirmed person, if the event has arrived."""
        found = await self._people.find_one({"_id": account_id}, session=session)
        return _people.value(found) if found else None

    async def save_person(self, person: Person, session: Session) -> None:
        """Keep the newest copy."""
        document = _people.document(person)
        await _replace(self._people, document, session)

    async def admission_of(self, account_id: str, session: Session | None = None) -> Admission:
        """What stands against an account: nothing, unless an event said so."""
        found = await self._admissions.find_one({"_id": account_id}, session=session)
        known = found or {}
        return Admission(account_id, known.get("rejected", False), known.get("blocked", False))

    async def note_admission(self, account_id: str, session: Session, **facts: bool) -> None:
        """Keep what an event said: `rejected` or `blocked`."""
        await self._admissions.update_one(
            {"_id": account_id}, {"$set": facts}, upsert=True, session=session
        )

    async def staff(self, account_id: str, session: Session | None = None) -> Staff | None:
        """A member of staff, if the event has arrived."""
        found = await self._staff.find_one({"_id": account_id}, session=session)
        return _staff.value(found) if found else None

    async def save_staff(self, staff: Staff, session: Session) -> None:
        """Keep the newest copy."""
        await _replace(self._staff, _staff.document(staff), session)

    async def files_of(
        self, owner_id: str, file_ids: Iterable[str], session: Session | None = None
    ) -> dict[str, KnownFile]:
        """Those of the files that are accepted and this citizen's, by id."""
        query = {"_id": {"$in": list(file_ids)}, "owner_id": owner_id}
        found = self._files.find(query, session=session)
        return {document["_id"]: _files.value(document) async for document in found}

    async def save_file(self, file: KnownFile, session: Session) -> None:
        """Keep what is known of an accepted file."""
        await _replace(self._files, _files.document(file), session)


async def _save(
    collection: Collection, document: dict[str, Any], *, expected: int, session: Session
) -> None:
    try:
        if expected == 0:
            await collection.insert_one(document, session=session)
            return
        done = await collection.replace_one(
            {"_id": document["_id"], "revision": expected}, document, session=session
        )
    except DuplicateKeyError as error:  # leaves the transaction, as it must
        raise _taken(error) from error
    if done.matched_count == 0:
        raise StaleVersionError


def _taken(error: DuplicateKeyError) -> Exception:
    (field, *_) = (error.details or {}).get("keyPattern", {"number": 1})
    if field == "payment_id":
        return PaymentUnexpectedError("он уже учтён в другом заявлении")
    if field == "postal_number":
        return LetterUnexpectedError("отправление уже учтено в другом заявлении")
    return NumberTakenError()


async def _replace(collection: Collection, document: dict[str, Any], session: Session) -> None:
    await collection.replace_one({"_id": document["_id"]}, document, upsert=True, session=session)
