"""Joining the line, leaving it, and the answers to an offer (A17, A18, A37)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from services.chassis.database.idempotency import Once
from services.chassis.database.pages import Page
from services.chassis.work.timers import Due
from services.chassis.work.transactions import Transaction
from services.scheduling.bookings.actions import Accepting
from services.scheduling.bookings.domain.details import Wish, Yes
from services.scheduling.deps import Deps
from services.scheduling.known.domain import Clinic
from services.scheduling.known.errors import ClinicUnknownError, DoctorUnknownError
from services.scheduling.known.store import Known
from services.scheduling.patients.domain import may_book
from services.scheduling.timetable.actions import Freeing
from services.scheduling.timetable.domain import HoldEnd, Slot
from services.scheduling.timetable.store import SlotQuery
from services.scheduling.waitlist.actions import Line
from services.scheduling.waitlist.domain import (
    PAST,
    EndedBy,
    Sought,
    State,
    Wait,
    check_days,
    check_line,
)
from services.scheduling.waitlist.errors import WaitEndedError
from services.scheduling.waitlist.metrics import WaitlistMetrics

_NEAREST = 20
"""So many free slots are looked at: whether somebody has to wait."""


@dataclass(frozen=True)
class Waitlist:
    """A citizen's places in line; `changed` is told of each slot that may be free again."""

    deps: Deps
    line: Line
    freeing: Freeing
    known: Known
    accepting: Accepting
    metrics: WaitlistMetrics
    changed: Callable[[], None]

    async def join(self, wanted: Wait, *, once: Once | None = None) -> Wait:
        """Be in line, behind all who are.

        Raises:
            DoctorUnknownError, ClinicUnknownError: there is none.
            DaysPastError, DaysTooFarError: days that cannot come, or are too far.
            ThereIsTimeError: what is wanted is free now, and this citizen could come.
            WaitingAlreadyError, TooManyWaitsError: in line already, or as often as one may.
            ProfileNotReceivedError, AccountBlockedError, NotConfirmedError: as in a booking.
        """
        sought, now = wanted.sought, self.deps.now()
        zones = [clinic.zone for clinic in await self._clinics(sought)]
        check_days(sought, min(now.astimezone(zone).date() for zone in zones),
                   self.deps.settings.wait_days)  # fmt: skip
        free = await self._free(sought, now, zones)

        async def work(tx: Transaction) -> Wait:
            patient = may_book(await self.line.patients.get(tx, wanted.citizen_id))
            patient.check_time(free)
            standing = await self.line.waits.open_of(tx, wanted.citizen_id)
            check_line(sought, standing, self.deps.settings.wait_limit)
            await tx.set_timer(PAST, wanted.id, sought.over_at(zones))
            return await self.line.waits.join(tx, wanted)

        return await self.deps.transactions.run(work, once=once)

    async def _clinics(self, sought: Sought) -> Sequence[Clinic]:
        ids = sought.clinic_ids
        if sought.doctor_id is not None:
            doctor = await self.known.doctors.find(None, sought.doctor_id)
            if doctor is None or not doctor.receives:
                raise DoctorUnknownError
            ids = doctor.clinics
        found = await self.known.clinics_of(ids)
        if not found or (sought.clinic_ids and len(found) < len({*ids})):
            raise ClinicUnknownError
        return [*found.values()]

    async def _free(
        self, sought: Sought, now: datetime, zones: Sequence[ZoneInfo]
    ) -> Sequence[Slot]:
        query = SlotQuery(
            starting=now,
            doctor_id=sought.doctor_id,
            specialty=sought.specialty,
            clinics=sought.clinic_ids or None,
            since=sought.since,
            until=sought.until,
            kind=sought.kind,
            begins=sought.begins,
        )
        last = max(sought.over_at(zones), now)
        page = await self.freeing.slots.free(query, _NEAREST, last, {z.key for z in zones})
        return page.items

    async def leave(self, citizen_id: str, wait_id: str) -> Wait:
        """Give the place up, and what is offered with it.

        Raises:
            WaitUnknownError: not there, or not theirs.
            WaitEndedError: it is over.
        """

        async def work(tx: Transaction) -> Wait:
            wait = await self.line.waits.get(tx, wait_id, owner=citizen_id)
            if not wait.open:
                raise WaitEndedError
            return await self._end(tx, wait, EndedBy.LEFT)

        left = await self.deps.transactions.run(work)
        self.changed()
        return left

    async def _end(self, tx: Transaction, wait: Wait, by: EndedBy) -> Wait:
        over = await self.line.end(tx, wait, by)
        if wait.offer is not None:
            await self.freeing.free(tx, wait.offer.slot_id, hold_id=wait.id)
        return over

    async def accept(
        self, citizen_id: str, wait_id: str, yes: Yes, *, once: Once | None = None
    ) -> Wait:
        """Yes: the offered slot is a visit, with what was said when joining, or is said now.

        Raises:
            WaitUnknownError: not there, or not theirs.
            NoOfferError, HoldOverError: nothing is offered (any more).
            What `Bookings.book` refuses: the offer stands while it lasts.
        """

        async def own(tx: Transaction | None) -> Wait:
            return await self.line.waits.get(tx, wait_id, owner=citizen_id)

        async def wished(tx: Transaction | None) -> Wish:
            wait = await own(tx)
            return yes.wish(citizen_id, wait.standing().slot_id, wait.id, wait.details)

        return await self.accepting.accept(wished, yes.evidence, own, once=once)

    async def refuse(self, citizen_id: str, wait_id: str) -> Wait:
        """No: the next in line has the slot; this place in line stays.

        Raises:
            WaitUnknownError: not there, or not theirs.
            NoOfferError: nothing is offered (any more).
        """

        async def work(tx: Transaction) -> Wait:
            wait = await self.line.waits.get(tx, wait_id, owner=citizen_id)
            await self._decline(tx, wait.standing().slot_id, wait)
            return await self.line.waits.get(tx, wait_id, owner=citizen_id)

        refused = await self.deps.transactions.run(work)
        self.changed()
        return refused

    async def _decline(self, tx: Transaction, slot_id: str, wait: Wait) -> None:
        slot = await self.freeing.slots.find(tx, slot_id)
        if slot is not None:
            await self.freeing.end(tx, slot, HoldEnd.GIVEN_BACK)
            await self.freeing.free(tx, slot_id, hold_id=wait.id)

    async def shut_out(self, tx: Transaction, account_id: str) -> None:
        """An account was closed: what is offered to it goes to the next in line."""
        for wait in await self.line.waits.open_of(tx, account_id):
            if wait.offer is not None:
                await self._decline(tx, wait.offer.slot_id, wait)

    async def past(self, due: Due) -> None:
        """The last day of a wait is over."""

        async def work(tx: Transaction) -> None:
            wait = await self.line.waits.find(tx, due.key)
            if wait is not None and wait.open:
                await self._end(tx, wait, EndedBy.PAST)

        await self.deps.transactions.run(work, cause=due)

    async def of_citizen(
        self, citizen_id: str, *, after: str | None, limit: int
    ) -> tuple[Page[Wait], dict[str, int]]:
        """A citizen's own, the latest first; and how many are before them in each line."""
        page = await self.line.waits.of_citizen(citizen_id, after=after, limit=limit)
        return page, {w.id: await self.line.waits.ahead(w) for w in page.items if w.open}

    async def one(self, citizen_id: str, wait_id: str) -> tuple[Wait, int]:
        """One of the citizen's own, and how many are before them.

        Raises:
            WaitUnknownError: not there, or not theirs.
        """
        wait = await self.line.waits.get(None, wait_id, owner=citizen_id)
        return wait, await self.line.waits.ahead(wait) if wait.open else 0

    async def measure(self) -> None:
        """Set the gauges."""
        for state in (State.WAITING, State.OFFERED):
            self.metrics.waits.labels(state.value).set(await self.line.waits.left(state))
