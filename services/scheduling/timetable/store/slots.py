"""The collection `slots`: the timetable, and who has which piece of it.

A store of its own, not an aggregate's: a slot has no facts to tell and nobody edits it by version.
Who wins one (A4) is decided on the slot as the unit of work reads it; of two that read it at the
same moment, the one that comes second runs again and finds it taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from pymongo import DeleteOne, InsertOne, UpdateOne
from pymongo.errors import BulkWriteError

from services.chassis.database.client import Database, Document
from services.chassis.database.pages import Page
from services.chassis.work.transactions import Transaction
from services.scheduling.timetable.domain import Slot, Visit
from services.scheduling.timetable.errors import SlotUnknownError
from services.scheduling.timetable.store.slot_queries import BY_TIME, SlotQuery

_DUPLICATE_KEY = 11000
_LONGEST_VISIT = timedelta(hours=12)


class Slots:
    """The timetable."""

    def __init__(self, db: Database) -> None:
        self._slots = db["slots"]

    async def free(self, query: SlotQuery, limit: int) -> Page[Slot]:
        """Free slots by time; no more than `limit`."""
        cursor = self._slots.find(query.filter()).sort(BY_TIME.keys).limit(limit + 1)
        found = await cursor.hint(query.index).to_list(None)  # type: ignore[arg-type] # the stub knows no index names
        more = len(found) > limit
        return Page(
            tuple(from_document(d) for d in found[:limit]),
            BY_TIME.cursor(found[limit - 1]) if more else None,
        )

    async def left(self, now: datetime) -> tuple[int, int]:
        """How many slots that have not begun are free and how many are booked, over indexes.

        The booked ones have no index of their own, which every booking would have to write: they
        are all but the free and the closed.
        """
        coming = {"starts_at": {"$gt": now}}
        free = await self._slots.count_documents({"free": True, **coming}, hint="free_by_time")
        every = await self._slots.count_documents(coming, hint="by_time")
        closed = await self._slots.count_documents(
            {"closed": {"$type": "string"}, "appointment_id": None, **coming}, hint="closed_by_time"
        )
        return free, max(0, every - free - closed)

    async def get(self, tx: Transaction, slot_id: str) -> Slot:
        """One slot.

        Raises:
            SlotUnknownError: there is none (any more).
        """
        found = await tx.find_one(self._slots, {"_id": slot_id})
        if found is None:
            raise SlotUnknownError
        return from_document(found)

    async def take(self, tx: Transaction, slot: Slot, appointment_id: str) -> None:
        """Give a slot, read here and found bookable, to an appointment."""
        taken = {"free": False, "appointment_id": appointment_id}
        await tx.update(self._slots, slot.id, {"$set": taken})

    async def release(self, tx: Transaction, slot_id: str, appointment_id: str) -> None:
        """Take the slot back from this appointment; it is free again unless its day was closed."""
        found = await tx.find_one(self._slots, {"_id": slot_id})
        if found is not None and found["appointment_id"] == appointment_id:
            left = {"free": found["closed"] is None, "appointment_id": None}
            await tx.update(self._slots, slot_id, {"$set": left})

    async def sync(
        self, wanted: Iterable[Slot], closed: Mapping[str, Mapping[date, str]], now: datetime
    ) -> int:
        """Make the coming timetable this one; returns how many slots were changed.

        New slots appear, free ones get the newest room and names, free ones that are not in the
        timetable go away, or are marked where their day was closed (`closed`: clinic → day →
        reason). Booked ones stay as their citizens know them, and no slot of their doctor appears
        over them, whatever the new hours are. Doing it twice changes nothing.
        """
        known = [
            slot
            async for document in self._slots.find({"starts_at": {"$gt": now - _LONGEST_VISIT}})
            if (slot := from_document(document)).visit.ends_at > now
        ]
        booked = [slot for slot in known if slot.appointment_id is not None]
        fresh = {slot.id: slot for slot in wanted if not _over(slot, booked)}
        changes: list[InsertOne[Document] | UpdateOne | DeleteOne] = []
        for there in known:
            wished = fresh.pop(there.id, None)
            if there.visit.starts_at <= now:
                continue
            change = _change(there, wished, closed.get(there.clinic_id, {}))
            if change is not None:
                changes.append(change)
        changes += [InsertOne(to_document(slot)) for slot in fresh.values()]
        if not changes:
            return 0
        try:
            done = await self._slots.bulk_write(changes, ordered=False)
        except BulkWriteError as error:
            problems = (error.details or {}).get("writeErrors", ())
            if any(p.get("code") != _DUPLICATE_KEY for p in problems):
                raise
            return len(changes) - len(problems)  # another replica inserted the same slots
        return int(done.inserted_count + done.modified_count + done.deleted_count)


def _over(slot: Slot, booked: Iterable[Slot]) -> bool:
    """Whether another visit of the same doctor is booked within this slot's time."""
    return any(
        there.doctor_id == slot.doctor_id
        and there.id != slot.id
        and there.visit.starts_at < slot.visit.ends_at
        and slot.visit.starts_at < there.visit.ends_at
        for there in booked
    )


def _change(
    there: Slot, wanted: Slot | None, closed: Mapping[date, str]
) -> UpdateOne | DeleteOne | None:
    day = there.visit.local(there.visit.starts_at).date()
    reason = closed.get(day)
    if there.appointment_id is not None:
        # the visit stays, but a slot that it leaves on a closed day must not become free
        mine = {"_id": there.id, "appointment_id": there.appointment_id}
        changed = reason != there.closed
        return UpdateOne(mine, {"$set": {"closed": reason}}) if changed else None
    unbooked: dict[str, Any] = {"_id": there.id, "appointment_id": None}
    if wanted is not None:
        changed = wanted != there
        return UpdateOne(unbooked, {"$set": {**to_document(wanted)}}) if changed else None
    if reason is None:
        return DeleteOne(unbooked)
    if reason == there.closed:
        return None
    return UpdateOne(unbooked, {"$set": {"closed": reason, "free": False}})


def to_document(slot: Slot) -> dict[str, Any]:
    """A slot as it is stored."""
    return {
        "_id": slot.id,
        "doctor_id": slot.doctor_id,
        "clinic_id": slot.clinic_id,
        "specialty": slot.specialty_code,
        "starts_at": slot.visit.starts_at,
        "day": slot.visit.local(slot.visit.starts_at).date().isoformat(),
        "visit": vars(slot.visit),
        "appointment_id": slot.appointment_id,
        "closed": slot.closed,
        "free": slot.free,
    }


def from_document(document: Document) -> Slot:
    """A stored slot."""
    return Slot(
        id=document["_id"],
        doctor_id=document["doctor_id"],
        clinic_id=document["clinic_id"],
        specialty_code=document["specialty"],
        visit=Visit(**document["visit"]),
        appointment_id=document["appointment_id"],
        closed=document["closed"],
    )
