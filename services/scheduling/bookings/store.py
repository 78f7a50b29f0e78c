"""The collection `appointments`: kept for ever, cancelled ones too (d5).

The partial unique index on the slot is the last word: two appointments of one slot cannot
be stored, whatever the code above does (X1).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, IndexModel

from services.chassis.database.client import Database, Document
from services.chassis.database.mapping import Mapper
from services.chassis.database.pages import Page, Sort, moment_cursor, parse_moment_cursor
from services.chassis.work.aggregates import Aggregates
from services.chassis.work.transactions import Transaction
from services.scheduling.bookings.domain.appointment import Appointment, Entry, Status
from services.scheduling.bookings.domain.own import Action
from services.scheduling.bookings.errors import AppointmentUnknownError
from services.scheduling.timetable.domain import Visit

OFF = Status.CANCELLED
_LATEST = Sort("visit.starts_at", descending=True)
_BY_TIME = Sort("visit.starts_at")
INDEXES = {
    "appointments": [
        IndexModel([("citizen_id", ASCENDING), *_LATEST.keys], name="of_citizen"),
        IndexModel([("clinic_id", ASCENDING), *_BY_TIME.keys], name="of_clinic"),
        IndexModel("talon_number", unique=True),
        IndexModel(
            "former_talons",
            name="by_former_talon",
            partialFilterExpression={"former_talons": {"$type": "string"}},
        ),
        IndexModel(
            "slot_id",
            name="one_visit_per_slot",
            unique=True,
            partialFilterExpression={"status": {"$in": [s.value for s in Status if s is not OFF]}},
        ),
    ]
}


_CANCELLED = {
    "at": "cancelled_at",
    "by": "cancelled_by",
    "code": "cancel_code",
    "actor_id": "cancelled_by_actor",
}


class _AppointmentMapper(Mapper[Appointment]):
    """A cancellation lies flat in the document, as it always has."""

    def __init__(self) -> None:
        super().__init__(Appointment)

    def document(self, value: Appointment) -> dict[str, Any]:
        found = super().document(value)
        how = found.pop("cancelled") or {}
        return found | {key: how.get(name) for name, key in _CANCELLED.items()}

    def value(self, document: Document) -> Appointment:
        how = {name: document.get(key) for name, key in _CANCELLED.items()}
        return super().value({**document, "cancelled": how if how["at"] else None})


class Appointments(Aggregates[Appointment]):
    """Visits, past and coming; a talon number (or, never, a slot) in use is a `DuplicateError`."""

    def __init__(self, db: Database) -> None:
        super().__init__(
            db["appointments"],
            _AppointmentMapper(),
            not_found=AppointmentUnknownError,
            owner="citizen_id",
        )

    def asked(
        self, tx: Transaction, appointment_id: str, *, owner: str | None
    ) -> Callable[[], Awaitable[Appointment]]:
        """`get`, asked for together with whatever is read next; waits for the answer."""
        found = tx.ask(self.collection, self._one(appointment_id, owner))

        async def answer() -> Appointment:
            document = await found()
            if document is None:
                raise AppointmentUnknownError
            return self._value(document)

        return answer

    async def by_talon(self, number: str) -> Appointment | None:
        """The appointment of a talon, also of one that it had before it was moved."""
        found = await self.first(None, {"talon_number": number})
        if found is not None:
            return found
        moved = {"$eq": number, "$type": "string"}  # as its index says, or it is not used
        return await self.first(None, {"former_talons": moved})

    async def these(self, tx: Transaction, ids: Collection[str]) -> dict[str, Appointment]:
        """Those of these ids, by id."""
        found = await self.every(tx, {"_id": {"$in": sorted(ids)}})
        return {appointment.id: appointment for appointment in found}

    async def at_clinics(
        self, citizen_id: str, clinics: Collection[str] | None, *, limit: int
    ) -> list[Appointment]:
        """A citizen's visits at these clinics (None: at all), latest first."""
        here = {} if clinics is None else {"clinic_id": {"$in": sorted(clinics)}}
        return await self.every(None, {"citizen_id": citizen_id, **here}, _LATEST, limit)

    async def at_clinic(
        self,
        clinic_id: str,
        begins: datetime,
        ends: datetime,
        *,
        doctor_id: str | None,
        after: str | None,
        limit: int,
    ) -> Page[Appointment]:
        """Visits at a clinic between two moments, of one doctor if named, by time; not what is off.

        What does not count is sifted out of the clinic's own, of which a day has not many.
        """
        query: dict[str, Any] = {
            "clinic_id": clinic_id,
            "visit.starts_at": {"$gte": begins, "$lt": ends},
            "status": {"$ne": OFF.value},
        }
        if doctor_id is not None:
            query["doctor_id"] = doctor_id
        return await self.page(query, _BY_TIME, after=after, limit=limit)

    async def actions_of(self, citizen_id: str, *, after: str | None, limit: int) -> Page[Action]:
        """What was done about a citizen's visits, latest first; they are as many as one may book.

        Raises:
            InvalidInputError: not a cursor of ours.
        """
        beyond = parse_moment_cursor(after)
        steps: list[dict[str, Any]] = [
            {"$match": {"citizen_id": citizen_id}},
            {"$project": {"visit": 1, "entry": "$history"}},
            {"$unwind": {"path": "$entry", "includeArrayIndex": "number"}},
            {"$set": {"line": {"$concat": ["$_id", ":", {"$toString": "$number"}]}}},
        ]
        if beyond is not None:
            at, line = beyond
            earlier = {"entry.at": at, "line": {"$lt": line}}
            steps.append({"$match": {"$or": [{"entry.at": {"$lt": at}}, earlier]}})
        steps += [{"$sort": {"entry.at": -1, "line": -1}}, {"$limit": limit + 1}]
        found = await self.collection.aggregate(steps, hint="of_citizen").to_list(None)
        last = found[limit - 1] if len(found) > limit else None
        return Page(
            tuple(_action(document) for document in found[:limit]),
            moment_cursor(last["entry"]["at"], last["line"]) if last else None,
        )

    async def of_citizen(
        self, citizen_id: str, *, after: str | None, limit: int
    ) -> Page[Appointment]:
        """A citizen's appointments, latest visit first."""
        return await self.page({"citizen_id": citizen_id}, _LATEST, after=after, limit=limit)


_ENTRIES = Mapper(Entry)


def _action(document: Document) -> Action:
    visit = Visit(**document["visit"])
    return Action(document["_id"], visit, _ENTRIES.value(document["entry"]))
