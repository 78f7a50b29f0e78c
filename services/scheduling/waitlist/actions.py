"""Who is first in line for slots that are free, and what an offer's end means (A18, X2).

Asked in the transaction that frees slots, or makes them: one question over an index where nobody
waits, however many slots there are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.chassis.foundation.errors import RefusalError
from services.chassis.work.transactions import Transaction
from services.scheduling.bookings.actions import miss_rule
from services.scheduling.deps import Deps
from services.scheduling.patients.domain import Known, engaged, may_book
from services.scheduling.patients.store import Patients
from services.scheduling.timetable.domain import Hold, HoldEnd, HoldKind, Slot
from services.scheduling.waitlist import events
from services.scheduling.waitlist.domain import PAST, EndedBy, Offer, Wait, offer
from services.scheduling.waitlist.store import Waits

_PAGE, _PAGES = 100, 10
"""How many who wait are looked at, in the order of joining: beyond, a slot is everybody's."""


@dataclass(frozen=True)
class Line:
    """Who is next. Who cannot book the slot now is passed over, and keeps their place."""

    deps: Deps
    patients: Patients
    waits: Waits

    async def next(self, tx: Transaction, slots: Sequence[Slot]) -> Mapping[str, Hold]:
        """For whom these free slots are held: each for one, the soonest for the first in line."""
        offers = self._offers(slots)
        given = list[tuple[Wait, Offer]]()
        last: Wait | None = None
        for _ in range(_PAGES):
            left = [slot for slot in slots if slot.id in offers]
            if not left:
                break
            waiting = await self.waits.in_line(tx, left, after=last, limit=_PAGE)
            if waiting:
                known = await self.patients.these(tx, {wait.citizen_id for wait in waiting})
                given += self._give(waiting, left, offers, known)
            if len(waiting) < _PAGE:
                break
            last = waiting[-1]
        for wait, made in given:
            offered = wait.offered(made)
            await self.waits.save(tx, offered, events.offered(offered, made))
        return {
            made.slot_id: Hold(wait.id, HoldKind.WAITLIST, wait.citizen_id, made.until)
            for wait, made in given
        }

    def _offers(self, slots: Sequence[Slot]) -> dict[str, Offer]:
        now, usual = self.deps.now(), self.deps.settings.offer
        soonest = sorted(slots, key=lambda slot: (slot.visit.starts_at, slot.id))
        made = (offer(slot, now, usual) for slot in soonest)
        return {found.slot_id: found for found in made if found is not None}

    def _give(
        self,
        waiting: Sequence[Wait],
        slots: Sequence[Slot],
        offers: dict[str, Offer],
        known: Mapping[str, Known],
    ) -> list[tuple[Wait, Offer]]:
        """Take offers out for those who wait, in their order; one for each person."""
        given, served = list[tuple[Wait, Offer]](), set[str]()
        soonest = sorted(slots, key=lambda slot: (slot.visit.starts_at, slot.id))
        for wait in waiting:
            if wait.citizen_id in served:
                continue
            for slot in soonest:
                free = slot.id in offers and wait.wants(slot)
                if free and self._could_book(known.get(wait.citizen_id), slot):
                    given.append((wait, offers.pop(slot.id)))
                    served.add(wait.citizen_id)
                    break
        return given

    def _could_book(self, known: Known | None, slot: Slot) -> bool:
        """Whether they are not blocked, busy then, or have as many visits as one may (A33, too)."""
        settings = self.deps.settings
        try:
            engaged(
                may_book(known),
                "",
                slot.visit,
                limit=settings.active_limit,
                per_day=settings.bookings_per_day,
                now=self.deps.now(),
                misses=miss_rule(settings),
            )
        except RefusalError:
            return False
        return True

    async def ended(self, tx: Transaction, slot: Slot, end: HoldEnd) -> None:
        """What was offered is a visit now, was declined, ran out, or is gone."""
        assert slot.hold is not None  # noqa: S101 - for the types: told of holds alone
        wait = await self.waits.find(tx, slot.hold.id)
        if wait is None or wait.offer is None or wait.offer.slot_id != slot.id:
            return
        if end is HoldEnd.TAKEN:
            await self.end(tx, wait, EndedBy.BOOKED, slot.appointment_id)
        elif end is HoldEnd.GONE:
            gone = events.offer_ended(wait, wait.offer, end.value)
            await self.waits.save(tx, wait.free_again(), gone)
        else:
            for other in await self.waits.open_of(tx, wait.citizen_id):
                passed = other.passes(slot.id)
                if other.id != wait.id:
                    await self.waits.save(tx, passed)
                elif end is HoldEnd.GIVEN_BACK:
                    await self.waits.save(tx, passed.free_again())
                else:
                    await self._run_out(tx, passed, wait.offer)

    async def _run_out(self, tx: Transaction, wait: Wait, offered: Offer) -> None:
        after = wait.missed_one()
        if after.missed >= self.deps.settings.offers_missed:
            await self.end(tx, after, EndedBy.UNANSWERED)
        else:
            told = events.offer_ended(after, offered, HoldEnd.RUN_OUT.value)
            await self.waits.save(tx, after, told)

    async def end(
        self, tx: Transaction, wait: Wait, by: EndedBy, visit_id: str | None = None
    ) -> Wait:
        """The place in line is given up; a slot that it holds is the caller's."""
        over = wait.end(by, self.deps.now(), visit_id)
        await tx.cancel_timer(PAST, wait.id)
        return await self.waits.save(tx, over, events.ended(over, by))
