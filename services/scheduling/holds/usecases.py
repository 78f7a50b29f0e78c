"""Holding a slot for some minutes, giving it back, and the word before it ends (A5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from services.chassis.database.idempotency import Once
from services.chassis.database.pages import Page
from services.chassis.work.arrivals import arrived
from services.chassis.work.timers import Due
from services.chassis.work.transactions import Transaction
from services.scheduling.bookings.actions import miss_rule
from services.scheduling.deps import Deps
from services.scheduling.holds import events
from services.scheduling.holds.actions import WARN_HOLD
from services.scheduling.holds.domain import CitizenHold, hold
from services.scheduling.holds.errors import HeldAlreadyError
from services.scheduling.holds.store import Holds
from services.scheduling.known.domain import check_receives
from services.scheduling.known.store import Known
from services.scheduling.patients.domain import Held, HoldRule, holding, may_book
from services.scheduling.patients.errors import ProfileNotReceivedError
from services.scheduling.patients.store import Patients
from services.scheduling.timetable.actions import Freeing
from services.scheduling.timetable.domain import HoldEnd, Slot, check_bookable


@dataclass(frozen=True)
class HoldingSlots:
    """The verbs of citizens; `changed` is told of slots that are not free any more, or again."""

    deps: Deps
    freeing: Freeing
    known: Known
    patients: Patients
    holds: Holds
    changed: Callable[[], None]

    async def hold(
        self, citizen_id: str, slot_id: str, *, actor_id: str | None = None, once: Once
    ) -> CitizenHold:
        """Hold a free slot, for as long as it takes to fill in a booking.

        Raises:
            SlotUnknownError, SlotTakenError, SlotHeldError, SlotPastError, DayClosedError: it
                cannot be had.
            HeldAlreadyError: it is held for this citizen.
            ClinicShutError, LicenceEndedError: the clinic receives nobody on that day (A3).
            OverlapError, TooManyActiveError, TooManyBookingsError, LimitedAfterMissesError: they
                could not book it.
            TooManyHoldsError, TooManyHoldsTodayError: they hold enough (A32).
            ProfileNotReceivedError, AccountBlockedError, NotConfirmedError: as for a booking.
        """
        try:
            return await self._hold(citizen_id, slot_id, actor_id, once)
        except ProfileNotReceivedError:
            if not await arrived(lambda: self.patients.heard_of(citizen_id)):
                raise
        return await self._hold(citizen_id, slot_id, actor_id, once)

    async def _hold(
        self, citizen_id: str, slot_id: str, actor_id: str | None, once: Once
    ) -> CitizenHold:
        settings = self.deps.settings

        async def work(tx: Transaction) -> CitizenHold:
            now = self.deps.now()
            slot = await self.freeing.slots.get(tx, slot_id)
            check_bookable(slot, now, citizen_id)
            _check_not_theirs(slot)
            clinic = self.known.clinic_asked(tx, slot.clinic_id)
            patient = may_book(await self.patients.get(tx, citizen_id))
            check_receives(await clinic(), slot.day)
            held = hold(
                slot,
                citizen_id,
                hold_id=self.deps.new_id(),
                actor_id=actor_id,
                lasting=settings.hold,
                now=now,
            )
            busier = holding(
                patient,
                Held(held.id, held.until),
                slot.visit,
                HoldRule(settings.hold_limit, settings.holds_per_day),
                limit=settings.active_limit,
                per_day=settings.bookings_per_day,
                now=now,
                misses=miss_rule(settings),
            )
            await self.freeing.hold(tx, slot, held.of_slot)
            await self.patients.hold(tx, busier)
            warns_at = held.warns_at(settings.hold_warning)
            if warns_at is not None:
                await tx.set_timer(WARN_HOLD, held.id, warns_at)
            return await self.holds.add(tx, held)

        held = await self.deps.transactions.run(work, once=once)
        self.changed()
        return held

    async def release(self, citizen_id: str, hold_id: str) -> CitizenHold:
        """Give the slot back; again is the same.

        Raises:
            HoldUnknownError: not there, or not theirs.
            HoldEndedError: it ended in another way.
        """

        async def work(tx: Transaction) -> CitizenHold:
            found = await self.holds.get(tx, hold_id, owner=citizen_id)
            if found.ended is not None and found.ended.how is HoldEnd.GIVEN_BACK:
                return found
            slot = await self.freeing.slots.find(tx, found.standing().slot_id)
            if slot is not None and slot.hold == found.of_slot:
                await self.freeing.end(tx, slot, HoldEnd.GIVEN_BACK)
                await self.freeing.free(tx, slot.id, hold_id=found.id)
            return await self.holds.get(tx, hold_id, owner=citizen_id)

        given_back = await self.deps.transactions.run(work)
        self.changed()
        return given_back

    async def one(self, citizen_id: str, hold_id: str) -> CitizenHold:
        """One of the citizen's own.

        Raises:
            HoldUnknownError: not there, or not theirs.
        """
        return await self.holds.get(None, hold_id, owner=citizen_id)

    async def of_citizen(
        self, citizen_id: str, *, after: str | None, limit: int
    ) -> Page[CitizenHold]:
        """The citizen's own, the latest first."""
        return await self.holds.of_citizen(citizen_id, after=after, limit=limit)

    async def warn(self, due: Due) -> None:
        """A hold ends soon: its citizen is told, once."""

        async def work(tx: Transaction) -> None:
            found = await self.holds.find(tx, due.key)
            if found is not None and found.to_warn(self.deps.now()):
                warned = replace(found, warned=True)
                await self.holds.save(tx, warned, events.expiry_warned(warned))

        await self.deps.transactions.run(work, cause=due)


def _check_not_theirs(slot: Slot) -> None:
    """A slot that is held for this citizen is theirs already."""
    if slot.hold is not None:
        local = slot.visit.local
        raise HeldAlreadyError(local(slot.visit.starts_at), local(slot.hold.until), slot.hold.id)
