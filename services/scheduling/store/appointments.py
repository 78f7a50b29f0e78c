"""The collection `appointments`: kept for ever, cancelled ones too (d5).

The partial unique index on the slot is the last word: two confirmed appointments of one slot cannot
be stored, whatever the code above does (X1).
"""

from __future__ import annotations

from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel

from services.chassis.database.client import Database, Document, Session
from services.chassis.foundation.errors import StaleVersionError
from services.scheduling.domain.appointment import (
    Appointment,
    Canceller,
    Entry,
    Status,
    Step,
    TalonState,
)
from services.scheduling.domain.slot import (
    Visit,
)
from services.scheduling.store.contention import contended

_NEWEST = [("visit.starts_at", DESCENDING), ("_id", DESCENDING)]
INDEXES = {
    "appointments": [
        IndexModel([("citizen_id", ASCENDING), *_NEWEST], name="of_citizen"),
        IndexModel("talon_number", unique=True),
        IndexModel(
            "slot_id",
            name="one_confirmed_per_slot",
            unique=True,
            partialFilterExpression={"status": Status.CONFIRMED.value},
        ),
    ]
}


class Appointments:
    """Visits, past and coming."""

    def __init__(self, db: Database) -> None:
        """Keep the collection."""
        self._appointments = db["appointments"]

    async def add(self, session: Session, appointment: Appointment) -> None:
        """Store a new one.

        Raises:
            ContendedError: its talon number is in use (or, never, its slot).
        """
        with contended():
            await self._appointments.insert_one(to_document(appointment), session=session)

    async def save(self, session: Session, appointment: Appointment) -> None:
        """Store the next revision.

        Raises:
            StaleVersionError: somebody else stored one in between.
        """
        done = await self._appointments.replace_one(
            {"_id": appointment.id, "revision": appointment.revision - 1},
            to_document(appointment),
            session=session,
        )
        if done.matched_count == 0:
            raise StaleVersionError

    async def get(
        self,
        appointment_id: str,
        *,
        citizen_id: str | None = None,
        session: Session | None = None,
    ) -> Appointment | None:
        """One appointment; with `citizen_id` only if it is theirs."""
        query: dict[str, Any] = {"_id": appointment_id}
        if citizen_id is not None:
            query["citizen_id"] = citizen_id
        found = await self._appointments.find_one(query, session=session)
        return None if found is None else from_document(found)

    async def by_talon(self, number: str) -> Appointment | None:
        """The appointment of a talon."""
        found = await self._appointments.find_one({"talon_number": number})
        return None if found is None else from_document(found)

    async def of_citizen(
        self, citizen_id: str, limit: int, after: tuple[Any, str] | None = None
    ) -> list[Appointment]:
        """A citizen's appointments, latest visit first."""
        query: dict[str, Any] = {"citizen_id": citizen_id}
        if after is not None:
            moment, last = after
            query["visit.starts_at"] = {"$lte": moment}
            query["$or"] = [{"visit.starts_at": {"$lt": moment}}, {"_id": {"$lt": last}}]
        cursor = self._appointments.find(query).sort(_NEWEST).limit(limit)
        return [from_document(d) async for d in cursor]


def to_document(appointment: Appointment) -> dict[str, Any]:
    """An appointment as it is stored."""
    fields = dict(vars(appointment))  # not `asdict`: it copies every datetime, and this path is hot
    by = appointment.cancelled_by
    return {
        "_id": fields.pop("id"),
        **fields,
        "visit": vars(appointment.visit),
        "status": appointment.status.value,
        "talon": appointment.talon.value,
        "cancelled_by": by.value if by else None,
        "history": [{**vars(e), "step": e.step.value} for e in appointment.history],
    }


def from_document(document: Document) -> Appointment:
    """A stored appointment."""
    fields = dict(document)
    fields["id"] = fields.pop("_id")
    fields["visit"] = Visit(**fields["visit"])
    fields["status"] = Status(fields["status"])
    fields["talon"] = TalonState(fields["talon"])
    fields["cancelled_by"] = Canceller(fields["cancelled_by"]) if fields["cancelled_by"] else None
    fields["history"] = tuple(Entry(**{**e, "step": Step(e["step"])}) for e in fields["history"])
    return Appointment(**fields)
