"""Booking and cancelling: one slot, one winner (A4, X1), and the slot back at once (A9, A13)."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from services.chassis.database.idempotency import Once
from services.chassis.database.pages import Page
from services.chassis.foundation.errors import AccidentError
from services.chassis.telemetry.metrics import TRY_AGAIN, counting
from services.chassis.work.arrivals import arrived
from services.chassis.work.transactions import Cause, Transaction
from services.scheduling.bookings import events
from services.scheduling.bookings.domain import (
    Appointment,
    Canceller,
    CancelRule,
    book,
    cancellation,
    talon_number,
)
from services.scheduling.bookings.metrics import BOOKED, BOOKING_REFUSALS, BookingMetrics
from services.scheduling.bookings.store import Appointments
from services.scheduling.bookings.usecases.single_flight import SingleFlight
from services.scheduling.deps import Deps
from services.scheduling.patients.domain import check_agenda, may_book
from services.scheduling.patients.errors import ProfileNotReceivedError
from services.scheduling.patients.store import Patients
from services.scheduling.timetable.domain import check_bookable
from services.scheduling.timetable.errors import (
    DayClosedError,
    SlotPastError,
    SlotTakenError,
    SlotUnknownError,
)
from services.scheduling.timetable.store import Slots, WriteConflictError

_PAUSES = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.8)
_PATIENCE = 5.0
_UNBOOKABLE = (SlotTakenError, SlotPastError, DayClosedError, SlotUnknownError)


class _NotFreeError(Exception):
    """The slot was not free; why is read afterwards, outside of the transaction."""


@dataclass(frozen=True)
class Bookings:
    """Makes and unmakes appointments. `new_talon` gives a random number below 10¹¹."""

    deps: Deps
    slots: Slots
    patients: Patients
    appointments: Appointments
    metrics: BookingMetrics
    new_talon: Callable[[], int]
    check_url: Callable[[str], str]
    flights: SingleFlight = field(default_factory=SingleFlight)

    @property
    def rule(self) -> CancelRule:
        """Until when a citizen cancels alone."""
        settings = self.deps.settings
        return CancelRule(before=settings.self_cancel, hotline=settings.hotline)

    async def book(self, citizen_id: str, slot_id: str, *, once: Once | None = None) -> Appointment:
        """Book a free slot for a confirmed citizen.

        The conditional update of the slot decides. A loser learns why from one read, shared by all
        who waited in this process; a loser to a writer of another process that has not committed
        yet looks again a moment later, and never blindly retries.

        Raises:
            SlotUnknownError: no such slot.
            SlotTakenError: A4.
            SlotPastError: it has begun.
            DayClosedError: A24.
            OverlapError: another visit of this citizen is at that time.
            TooManyActiveError: A32.
            ProfileNotReceivedError: the confirmed profile is not here yet.
            AccountBlockedError, NotConfirmedError: heard since the token was issued (I9).
            AccidentError: another writer holds the slot and does not let go.
        """
        with counting(self.metrics.bookings, BOOKED, BOOKING_REFUSALS, passing=TRY_AGAIN):
            try:
                return await self._book(citizen_id, slot_id, once)
            except ProfileNotReceivedError:  # rare: booking does not ask before
                if not await arrived(lambda: self.patients.known(citizen_id)):
                    raise
            return await self._book(citizen_id, slot_id, once)

    async def _book(self, citizen_id: str, slot_id: str, once: Once | None) -> Appointment:
        deadline = time.monotonic() + _PATIENCE
        while (other := self.flights.running(slot_id)) is not None:
            await other.over(deadline - time.monotonic())
            if other.refusal is not None:
                if once is not None:
                    await once.replay(self.deps.transactions.mongo)
                raise other.refusal
        with self.flights.take_off(slot_id) as flight:
            try:
                booked = await self._win(citizen_id, slot_id, once)
            except _UNBOOKABLE as refusal:
                flight.refusal = refusal
                raise
            flight.refusal = SlotTakenError(booked.visit.local(booked.visit.starts_at))
            return booked

    async def _win(self, citizen_id: str, slot_id: str, once: Once | None) -> Appointment:
        """Try until it is ours or known not to be."""
        for pause in _PAUSES:
            try:
                return await self._try(citizen_id, slot_id, once)
            except (_NotFreeError, WriteConflictError):
                await self._check(slot_id, once)
                await asyncio.sleep(pause * random.uniform(0.5, 1.0))
        message = f"slot {slot_id} is held by a writer that does not finish"
        raise AccidentError(message)

    async def _check(self, slot_id: str, once: Once | None) -> None:
        """Refuse a slot that cannot be booked, unless this very request was answered before."""
        slot = await self.slots.get(slot_id)
        if once is not None and (slot is None or not slot.free):
            await once.replay(self.deps.transactions.mongo)
        if slot is None:
            raise SlotUnknownError
        check_bookable(slot, self.deps.now())

    async def _try(self, citizen_id: str, slot_id: str, once: Once | None) -> Appointment:
        appointment_id, number = self.deps.new_id(), talon_number(self.new_talon())
        now = self.deps.now()

        async def work(tx: Transaction) -> Appointment:
            slot = await self.slots.take(tx, slot_id, appointment_id)
            if slot is None:
                raise _NotFreeError
            check_bookable(slot, now)
            known = await self.patients.engage(tx, citizen_id, appointment_id, slot.visit, now)
            patient = may_book(known)
            check_agenda(patient.agenda, slot.visit, limit=self.deps.settings.active_limit, now=now)
            booked = book(
                slot, patient, appointment_id=appointment_id, talon_number=number, now=now
            )
            fact = events.booked(booked, self.check_url(number))
            return await self.appointments.add(tx, booked, fact)

        return await self.deps.transactions.run(work, once=once)

    async def cancel(
        self,
        appointment_id: str,
        *,
        by: Canceller,
        citizen_id: str | None = None,
        note: str | None = None,
    ) -> Appointment:
        """Cancel and free the slot in one go. Citizens name themselves, support does not.

        Raises:
            AppointmentUnknownError: no such appointment of this citizen.
            AlreadyCancelledError: it is off.
            CancelTooLateError: d3.
            VisitBegunError: too late for anybody.
        """

        async def work(tx: Transaction) -> Appointment:
            found = await self.appointments.get(tx, appointment_id, owner=citizen_id)
            how = cancellation(found, by=by, rule=self.rule, now=self.deps.now())
            off = found.cancel(how, note)
            await self.slots.release(tx, off.slot_id, off.id)
            await self.patients.disengage(tx, off.citizen_id, off.id)
            return await self.appointments.save(tx, off, events.cancelled(off, how))

        off = await self.deps.transactions.run(work)
        self.metrics.cancelled.labels(by).inc()
        return off

    async def accepted(self, appointment_id: str, comment: str | None, *, cause: Cause) -> None:
        """The clinic's own system has the visit (A36), with its comment (A10).

        Raises:
            AppointmentUnknownError: nobody booked that.
            AcceptedAlreadyError: it has answered before.
        """

        async def work(tx: Transaction) -> None:
            found = await self.appointments.get(tx, appointment_id, owner=None)
            after = found.accepted(self.deps.now(), comment)
            if after is not found:
                await self.appointments.save(tx, after)

        await self.deps.transactions.run(work, cause=cause)

    async def one(self, citizen_id: str, appointment_id: str) -> Appointment:
        """One of the citizen's own.

        Raises:
            AppointmentUnknownError: not there, or not theirs.
        """
        return await self.appointments.get(None, appointment_id, owner=citizen_id)

    async def of_citizen(
        self, citizen_id: str, *, after: str | None, limit: int
    ) -> Page[Appointment]:
        """The citizen's own, latest visit first."""
        return await self.appointments.of_citizen(citizen_id, after=after, limit=limit)
