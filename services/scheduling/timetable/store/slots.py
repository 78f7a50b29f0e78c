"""The collection `slots`: the timetable, and who has which piece of it.

A store of its own, not an aggregate's: a slot has no facts to tell and nobody edits it by version.
Who wins one (A4) is decided on the slot as the unit of work reads it; of two that read it at the
same moment, the one that comes second runs again and finds it taken.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from pymongo import ASCENDING

from services.chassis.database.client import Database, Document, Query
from services.chassis.database.counting import MOST, counted
from services.chassis.database.pages import Page
from services.chassis.foundation.errors import DuplicateError
from services.chassis.work.transactions import Transaction
from services.scheduling.timetable.domain import Hold, HoldKind, Slot, Visit
from services.scheduling.timetable.errors import SlotUnknownError
from services.scheduling.timetable.store.slot_queries import BY_TIME, SlotQuery

_REMEMBERED, _FORGOTTEN = timedelta(days=1), timedelta(days=5)
"""From when to when a slot that nobody took is looked for, to be taken out."""
_PATIENCE = 0.5  # seconds for a page


class Slots:
    """The timetable."""

    def __init__(self, db: Database) -> None:
        self._slots = db["slots"]
        self._doctors = db["slots_of_doctors"]

    async def free(
        self, query: SlotQuery, limit: int, last: datetime, zones: Collection[str] = ()
    ) -> Page[Slot]:
        """Free slots by time; no more than `limit`, none after the `last` moment.

        Where more is asked than an index tells, it is looked for piece by piece (`zones` are those
        of the clinics), for no longer than people wait: such a page may be short, and still have a
        next one.
        """
        if not query.sifts:
            return await self._free(query, limit)
        started, items = time.monotonic(), list[Slot]()
        for piece in query.pieces(last, zones):
            page = await self._free(piece, limit - len(items))
            items += page.items
            if page.next_cursor is not None:
                return Page(tuple(items), page.next_cursor)
            if len(items) == limit or time.monotonic() - started > _PATIENCE:
                return Page(tuple(items), piece.end_cursor)
        return Page(tuple(items), None)

    async def _free(self, query: SlotQuery, limit: int) -> Page[Slot]:
        cursor = self._slots.find(query.filter()).sort(BY_TIME.keys).limit(limit + 1)
        found = await cursor.hint(query.index).to_list(None)  # type: ignore[arg-type] # the stub knows no index names
        more = len(found) > limit
        return Page(
            tuple(from_document(d) for d in found[:limit]),
            BY_TIME.cursor(found[limit - 1]) if more else None,
        )

    async def left(self, now: datetime) -> tuple[int, int]:
        """How many of the next `MOST` slots are free and how many are booked, over indexes.

        The booked ones have no index of their own, which every booking would have to write: they
        are all but the free and the closed.
        """
        begins: dict[str, datetime] = {"$gt": now}
        beyond = self._slots.find({"starts_at": begins}, {"starts_at": 1}).sort(BY_TIME.keys)
        beyond = beyond.hint("by_time").skip(MOST).limit(1)  # type: ignore[arg-type] # the stub knows no index names
        last = await beyond.to_list(None)
        coming = {"starts_at": {**begins, "$lt": last[0]["starts_at"]} if last else begins}
        free = await counted(self._slots, {"free": True, **coming}, hint="free_by_time")
        every = await counted(self._slots, coming, hint="by_time")
        lost = {"closed": {"$type": "string"}, "appointment_id": None, **coming}
        closed = await counted(self._slots, lost, hint="closed_by_time")
        return free, max(0, every - free - closed)

    async def get(self, tx: Transaction, slot_id: str) -> Slot:
        """One slot.

        Raises:
            SlotUnknownError: there is none (any more).
        """
        found = await self.find(tx, slot_id)
        if found is None:
            raise SlotUnknownError
        return found

    async def take(self, tx: Transaction, slot: Slot, appointment_id: str) -> None:
        """Give a slot, read here and found bookable, to an appointment."""
        taken = {"free": False, "appointment_id": appointment_id, "hold": None}
        await tx.update(self._slots, slot.id, {"$set": taken})

    async def find(self, tx: Transaction | None, slot_id: str) -> Slot | None:
        """One slot, if it is there."""
        if tx is not None:
            found = await tx.find_one(self._slots, {"_id": slot_id})
        else:
            found = await self._slots.find_one({"_id": slot_id})
        return None if found is None else from_document(found)

    async def have(self, tx: Transaction, slot: Slot) -> None:
        """Write down who has a slot that was read here, or holds it."""
        document = to_document(slot)
        whose = ("free", "appointment_id", "hold", "affected", "kept")
        await tx.update(self._slots, slot.id, {"$set": {key: document[key] for key in whose}})

    async def made_of(
        self, tx: Transaction | None, timetable_id: str, since: datetime, until: datetime
    ) -> list[Slot]:
        """Slots of a timetable that begin from `since` to before `until`, by time."""
        return await self._between(tx, {"timetable_id": timetable_id}, since, until)

    async def past(self, tx: Transaction, timetable_id: str, now: datetime) -> list[Slot]:
        """Slots of a timetable that nobody took, and nobody can any more, of the days before."""
        found = await self.made_of(tx, timetable_id, now - _FORGOTTEN, now - _REMEMBERED)
        return [slot for slot in found if slot.appointment_id is None]

    async def of_doctors(
        self, tx: Transaction | None, doctor_ids: Collection[str], since: datetime, until: datetime
    ) -> list[Slot]:
        """Slots of these doctors, of whatever timetable, by time."""
        return await self._between(tx, {"doctor_id": {"$in": sorted(doctor_ids)}}, since, until)

    async def _between(
        self, tx: Transaction | None, whose: Query, since: datetime, until: datetime
    ) -> list[Slot]:
        query = {**whose, "starts_at": {"$gte": since, "$lt": until}}
        return await self._found(tx, query, [("starts_at", ASCENDING)])

    async def free_at(
        self,
        tx: Transaction | None,
        clinic_id: str,
        specialties: Collection[str],
        moments: Collection[datetime],
    ) -> list[Slot]:
        """Free slots of a clinic that begin at exactly these moments."""
        query = {
            "free": True,
            "clinic_id": clinic_id,
            "specialty": {"$in": sorted(specialties)},
            "starts_at": {"$in": sorted(moments)},
        }
        return await self._found(tx, query, BY_TIME.keys) if moments else []

    async def waiting(self, change_id: str) -> int:
        """How many booked slots wait for what is decided about a change."""
        query = {"affected": {"$eq": change_id, "$type": "string"}}
        return await counted(self._slots, query, hint="affected")

    async def waiting_for(
        self, tx: Transaction | None, change_id: str, *, after: str | None, limit: int
    ) -> Page[Slot]:
        """Booked slots that wait for what is decided about a change, by time."""
        query = {"affected": {"$eq": change_id, "$type": "string"}, **BY_TIME.after(after)}
        if tx is not None:
            found = await tx.find(self._slots, query, BY_TIME.keys, limit + 1)
        else:
            found = await self._slots.find(query, limit=limit + 1).sort(BY_TIME.keys).to_list(None)
        return Page(
            tuple(from_document(d) for d in found[:limit]),
            BY_TIME.cursor(found[limit - 1]) if len(found) > limit else None,
        )

    async def _found(
        self, tx: Transaction | None, query: Query, order: list[tuple[str, int]]
    ) -> list[Slot]:
        if tx is not None:
            found = await tx.find(self._slots, query, order)
        else:
            found = await self._slots.find(query).sort(order).to_list(None)
        return [from_document(document) for document in found]

    async def write(
        self,
        tx: Transaction,
        *,
        made: Sequence[Slot],
        changed: Sequence[Slot],
        gone: Sequence[Slot],
    ) -> None:
        """Put in new slots, change and take out others, all of them read here.

        Who makes slots of a doctor writes that down: of two timetables that would have the same
        time of one doctor, the second runs again and sees what the first made.
        """
        for doctor_id in sorted({slot.doctor_id for slot in made}):
            await tx.update(self._doctors, doctor_id, {"$inc": {"made": 1}}, upsert=True)
        documents = [to_document(slot) for slot in made]
        await tx.insert(self._slots, documents, duplicate=DuplicateError)
        for slot in changed:
            document = to_document(slot)
            await tx.update(self._slots, document.pop("_id"), {"$set": document})
        for slot in gone:
            await tx.delete(self._slots, slot.id)


def to_document(slot: Slot) -> dict[str, Any]:
    """A slot as it is stored."""
    return {
        "_id": slot.id,
        "doctor_id": slot.doctor_id,
        "clinic_id": slot.clinic_id,
        "specialty": slot.specialty_code,
        "starts_at": slot.visit.starts_at,
        "day": slot.day.isoformat(),
        "minute": slot.minute,
        "visit": vars(slot.visit),
        "appointment_id": slot.appointment_id,
        "closed": slot.closed,
        "free": slot.free,
        "timetable_id": slot.timetable_id,
        "workday": slot.workday.isoformat() if slot.workday else None,
        "affected": slot.affected,
        "kept": slot.kept,
        "hold": slot.hold and {**vars(slot.hold), "kind": slot.hold.kind.value},
    }


def from_document(document: Document) -> Slot:
    """A stored slot."""
    hold = document.get("hold")
    return Slot(
        id=document["_id"],
        doctor_id=document["doctor_id"],
        clinic_id=document["clinic_id"],
        specialty_code=document["specialty"],
        visit=Visit(**document["visit"]),
        appointment_id=document["appointment_id"],
        closed=document["closed"],
        timetable_id=document.get("timetable_id"),
        workday=date.fromisoformat(day) if (day := document.get("workday")) else None,
        affected=document.get("affected"),
        kept=document.get("kept", False),
        hold=Hold(**{**hold, "kind": HoldKind(hold["kind"])}) if hold else None,
    )
