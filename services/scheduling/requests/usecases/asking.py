"""A citizen asks for a doctor, takes it back, or says yes to what the desk found (A19, A21)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from services.chassis.database.idempotency import Once
from services.chassis.database.pages import Page
from services.chassis.work.timers import Due
from services.chassis.work.transactions import Transaction
from services.scheduling.bookings.actions import Accepting, Taking
from services.scheduling.bookings.domain.details import Wish, Yes
from services.scheduling.deps import Deps
from services.scheduling.known.domain import Clinic
from services.scheduling.known.errors import ClinicUnknownError, DoctorUnknownError
from services.scheduling.patients.domain import may_book
from services.scheduling.requests import events
from services.scheduling.requests.actions import DeskClock
from services.scheduling.requests.domain import DUE, EndedBy, Request, State, check_new
from services.scheduling.requests.errors import (
    RequestEndedError,
    SymptomsMissingError,
    UntilPastError,
)
from services.scheduling.requests.metrics import RequestMetrics
from services.scheduling.requests.store import Requests
from services.scheduling.timetable.domain import HoldEnd, Slot
from services.scheduling.timetable.store import SlotQuery

_NEAREST = 20


@dataclass(frozen=True)
class Asking:
    """A citizen's requests; `changed` is told of each slot that may be free again."""

    deps: Deps
    requests: Requests
    clock: DeskClock
    taking: Taking
    accepting: Accepting
    metrics: RequestMetrics
    changed: Callable[[], None]

    async def ask(self, wanted: Request, *, once: Once | None = None) -> Request:
        """Ask the desk of a clinic for a doctor; `wanted.due_at` is found here.

        Raises:
            SymptomsMissingError: a same-day request without them.
            ClinicUnknownError, DoctorUnknownError: there is none (there).
            SameDayOverError, UntilPastError: no visit can be by then.
            ThereIsTimeError: there is time to be booked.
            RequestedAlreadyError, TooManyRequestsOpenError: asked before, or too often.
            ProfileNotReceivedError, AccountBlockedError, NotConfirmedError: as in a booking.
        """
        if wanted.same_day and not wanted.details.symptoms:
            raise SymptomsMissingError
        clinic = await self.clock.known.clinics.find(None, wanted.clinic_id)
        if clinic is None:
            raise ClinicUnknownError
        request = await self._complete(wanted, clinic)
        free = await self._free(request)

        async def work(tx: Transaction) -> Request:
            patient = may_book(await self.taking.patients.get(tx, request.citizen_id))
            patient.check_time(free)
            standing = await self.requests.open_of(tx, request.citizen_id)
            limit = self.deps.settings.request_limit
            check_new(standing, request.clinic_id, request.specialty, limit)
            await self.requests.count(tx, request.citizen_id)
            await tx.set_timer(DUE, request.id, request.due_at)
            return await self.requests.add(tx, request, events.requested(request))

        return await self.deps.transactions.run(work, once=once)

    async def _complete(self, wanted: Request, clinic: Clinic) -> Request:
        today = self.deps.now().astimezone(clinic.zone).date()
        until = today if wanted.same_day else wanted.until
        if until < today:
            raise UntilPastError
        specialty = wanted.specialty
        if wanted.doctor_id is not None:
            doctor = await self.clock.known.doctors.find(None, wanted.doctor_id)
            if doctor is None or clinic.id not in doctor.clinics:
                raise DoctorUnknownError
            specialty = doctor.specialty
        due = await self.clock.due(None, clinic, same_day=wanted.same_day)
        return replace(wanted, until=until, specialty=specialty, due_at=due)

    async def _free(self, request: Request) -> Sequence[Slot]:
        now = self.deps.now()
        query = SlotQuery(
            starting=now,
            doctor_id=request.doctor_id,
            specialty=request.specialty,
            clinic_id=request.clinic_id,
            until=request.until,
        )
        return (await self.taking.slots.free(query, _NEAREST, now)).items

    async def withdraw(self, citizen_id: str, request_id: str) -> Request:
        """Ask no more; what is held goes to the next in line.

        Raises:
            RequestUnknownError: not there, or not theirs.
            RequestEndedError: it is over.
        """

        async def work(tx: Transaction) -> Request:
            request = await self.requests.get(tx, request_id, owner=citizen_id)
            if request.state is State.ENDED:
                raise RequestEndedError
            await tx.cancel_timer(DUE, request.id)
            after = await self.requests.save(tx, request.end(EndedBy.WITHDRAWN, self.deps.now()))
            if request.held is not None:
                await self.taking.freeing.free(tx, request.held.slot_id, hold_id=request.id)
            return after

        ended = await self.deps.transactions.run(work)
        self.changed()
        return ended

    async def accept(
        self, citizen_id: str, request_id: str, yes: Yes, *, once: Once | None = None
    ) -> Request:
        """Yes: the slot that the desk found is a visit, with what was said then, or is said now.

        Raises:
            RequestUnknownError: not there, or not theirs.
            NothingHeldError, HoldOverError: nothing is held (any more).
            What `Bookings.book` refuses: the slot stays held while it lasts.
        """

        async def own(tx: Transaction | None) -> Request:
            return await self.requests.get(tx, request_id, owner=citizen_id)

        async def wished(tx: Transaction | None) -> Wish:
            request = await own(tx)
            return yes.wish(citizen_id, request.standing().slot_id, request.id, request.details)

        return await self.accepting.accept(wished, yes.evidence, own, once=once)

    async def shut_out(self, tx: Transaction, account_id: str) -> None:
        """An account was closed: what is held for it goes to the next in line."""
        freeing = self.taking.freeing
        for request in await self.requests.open_of(tx, account_id):
            slot = await freeing.slots.find(tx, request.held.slot_id) if request.held else None
            if slot is not None:
                await freeing.end(tx, slot, HoldEnd.GIVEN_BACK)
                await freeing.free(tx, slot.id, hold_id=request.id)

    async def due(self, due: Due) -> None:
        """Nobody answered in time: it is told once, and support sees it."""

        async def work(tx: Transaction) -> None:
            request = await self.requests.find(tx, due.key)
            if request is None or request.state is not State.OPEN or request.escalated_at:
                return
            after = replace(request, escalated_at=self.deps.now())
            told = events.escalated(after, self.deps.settings.hotline)
            await self.requests.save(tx, after, told)

        await self.deps.transactions.run(work, cause=due)

    async def of_citizen(self, citizen_id: str, *, after: str | None, limit: int) -> Page[Request]:
        """A citizen's own, the latest first."""
        return await self.requests.of_citizen(citizen_id, after=after, limit=limit)

    async def one(self, citizen_id: str, request_id: str) -> Request:
        """One of the citizen's own.

        Raises:
            RequestUnknownError: not there, or not theirs.
        """
        return await self.requests.get(None, request_id, owner=citizen_id)

    async def measure(self) -> None:
        """Set the gauges."""
        for state in (State.OPEN, State.OFFERED):
            self.metrics.requests.labels(state.value).set(await self.requests.left(state))
        self.metrics.overdue.set(await self.requests.overdue(self.deps.now()))
