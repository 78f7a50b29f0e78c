"""Booking and cancelling: one slot, one winner (A4, X1), and the slot back at once (A9, A13)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from services.chassis.database.idempotency import Once
from services.chassis.database.pages import Page
from services.chassis.http.looks import Reach
from services.chassis.telemetry.metrics import TRY_AGAIN, counting
from services.chassis.work.arrivals import arrived
from services.chassis.work.transactions import Transaction
from services.scheduling.bookings.actions import (
    Cancelling,
    Showing,
    Shown,
    Taking,
    cancel_rule,
    new_talon,
)
from services.scheduling.bookings.domain.appointment import Appointment, Canceller
from services.scheduling.bookings.domain.booking import CancelRule, cancellation
from services.scheduling.bookings.domain.details import Wish
from services.scheduling.bookings.errors import AppointmentUnknownError
from services.scheduling.bookings.metrics import BOOKED, BOOKING_REFUSALS, BookingMetrics
from services.scheduling.bookings.store import Appointments
from services.scheduling.deps import Deps
from services.scheduling.known.domain import specialty_of
from services.scheduling.patients.errors import ProfileNotReceivedError
from services.scheduling.timetable.actions import Alternating
from services.scheduling.timetable.domain import Alternatives
from services.scheduling.triage.actions import Triage
from services.scheduling.triage.domain import Said, flags_of


@dataclass(frozen=True)
class Bookings:
    """Makes and unmakes appointments.

    `changed` is told of each slot that is not free any more, or is again.
    """

    deps: Deps
    taking: Taking
    cancelling: Cancelling
    appointments: Appointments
    showing: Showing
    triage: Triage
    alternating: Alternating
    metrics: BookingMetrics
    check_url: Callable[[str], str]
    changed: Callable[[], None]

    @property
    def rule(self) -> CancelRule:
        """Until when a citizen cancels alone."""
        return cancel_rule(self.deps.settings)

    async def book(self, wish: Wish, *, once: Once | None = None) -> Appointment:
        """Book a free slot, or one that is held for this citizen, who is confirmed.

        Raises:
            SlotUnknownError: no such slot.
            SlotTakenError: A4.
            SlotHeldError: it is held for somebody else (A5, A18).
            SlotPastError: it has begun.
            DayClosedError: A24.
            ClinicShutError, LicenceEndedError: the clinic receives nobody on that day (A3).
            OverlapError: another visit of this citizen is at that time.
            TooManyActiveError: A32.
            TooManyBookingsError: as many in a day as one may.
            ProfileNotReceivedError: the confirmed profile is not here yet.
            AccountBlockedError, NotConfirmedError: heard since the token was issued (I9).
            InvalidInputError: what is said of the visit is not enough, or not theirs (A26).
            PriceNotAgreedError: no policy pays there (A41).
        """
        if wish.details.files:
            await self._files_arrive(wish.details.files)
        with counting(self.metrics.bookings, BOOKED, BOOKING_REFUSALS, passing=TRY_AGAIN):
            try:
                return await self._book(wish, once)
            except ProfileNotReceivedError:  # rare: booking does not ask before
                if not await arrived(lambda: self.taking.patients.heard_of(wish.citizen_id)):
                    raise
            return await self._book(wish, once)

    async def triaged(self, said: Said, slot_id: str) -> None:
        """See that nobody with a threat to life waits for this visit (A22).

        Raises:
            LifeThreateningError: what to do instead.
            InvalidInputError: symptoms without answers about red flags.
        """
        near = await self.taking.slots.find(None, slot_id) if flags_of(said) else None
        await self.triage.check(said, clinic_id=near.clinic_id if near else None)

    async def _files_arrive(self, files: Collection[str]) -> None:
        """Wait a moment for what documents have just accepted."""
        await arrived(lambda: self.taking.known.heard_of_files(files))

    async def _book(self, wish: Wish, once: Once | None) -> Appointment:
        async def work(tx: Transaction) -> Appointment:
            return await self.taking.take(tx, wish)

        booked = await new_talon(lambda: self.deps.transactions.run(work, once=once))
        self.changed()
        return booked

    async def cancel(
        self,
        appointment_id: str,
        *,
        by: Canceller,
        citizen_id: str | None = None,
        actor_id: str | None = None,
        note: str | None = None,
        desk: Reach | None = None,
    ) -> Appointment:
        """Cancel and free the slot in one go. Citizens name themselves; staff come to the journal.

        Raises:
            AppointmentUnknownError: no such appointment of this citizen, or in the staff's reach.
            AlreadyCancelledError: it is off.
            CancelTooLateError: d3.
            VisitBegunError: too late for anybody.
        """

        async def work(tx: Transaction) -> Appointment:
            found = await self.appointments.get(tx, appointment_id, owner=citizen_id)
            if desk is not None and not desk.sees(found.clinic_id):
                raise AppointmentUnknownError
            how = cancellation(found, by=by, rule=self.rule, now=self.deps.now(), actor_id=actor_id)
            saved = await self.cancelling.cancel(tx, found, how, note)
            if desk is not None:
                by_post = desk.at(saved.clinic_id)
                await self.showing.shown(tx, saved, by_post, Shown.CANCELLED, note)
            return saved

        off = await self.deps.transactions.run(work)
        self.changed()
        self.metrics.cancelled.labels(by).inc()
        return off

    async def one(self, citizen_id: str, appointment_id: str) -> Appointment:
        """One of the citizen's own.

        Raises:
            AppointmentUnknownError: not there, or not theirs.
        """
        return await self.appointments.get(None, appointment_id, owner=citizen_id)

    async def instead_of(self, citizen_id: str, appointment_id: str) -> Alternatives:
        """Who else has time, from the day of this visit on (e27).

        Raises:
            AppointmentUnknownError: not there, or not theirs.
        """
        found = await self.one(citizen_id, appointment_id)
        visit = found.visit
        day = visit.local(visit.starts_at).replace(hour=0, minute=0)
        return await self.alternating.to(
            doctor_id=found.doctor_id,
            specialty=specialty_of(visit.specialty),
            clinic_id=found.clinic_id,
            since=day,
        )

    async def of_citizen(
        self, citizen_id: str, *, after: str | None, limit: int
    ) -> Page[Appointment]:
        """The citizen's own, latest visit first."""
        return await self.appointments.of_citizen(citizen_id, after=after, limit=limit)
