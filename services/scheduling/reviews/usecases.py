"""Writing, reading and moderating reviews; a rating changes in the same transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from services.chassis.database.pages import Page
from services.chassis.foundation.errors import DuplicateError, StaleVersionError
from services.chassis.work.transactions import Transaction
from services.scheduling.bookings.store import Appointments
from services.scheduling.deps import Deps
from services.scheduling.known.errors import DoctorUnknownError
from services.scheduling.known.store import Known
from services.scheduling.reviews.domain import Review, State, rated, written
from services.scheduling.reviews.errors import ReviewUnknownError
from services.scheduling.reviews.store import Reviews


@dataclass(frozen=True)
class Reviewing:
    """`changed` is told when a rating may be another one."""

    deps: Deps
    reviews: Reviews
    appointments: Appointments
    known: Known
    changed: Callable[[], None]

    async def write(
        self, citizen_id: str, appointment_id: str, stars: int, text: str | None
    ) -> Review:
        """Review a visit, or write its review anew.

        Raises:
            AppointmentUnknownError: not there, or not theirs.
            NotAttendedError: nobody says that they were there.
            StaleVersionError: two wrote at once.
        """

        async def work(tx: Transaction) -> Review:
            visit = await self.appointments.get(tx, appointment_id, owner=citizen_id)
            new = written(visit, stars, text, self.deps.now())
            before = await self.reviews.find(tx, appointment_id)
            if before is None:
                kept = await self.reviews.add(tx, new)
            else:
                after = before.rewritten(stars, text, self.deps.now())
                kept = await self.reviews.save(tx, after)
            await self._rate(tx, before, kept)
            return kept

        try:
            kept = await self.deps.transactions.run(work)
        except DuplicateError as error:
            raise StaleVersionError from error
        self.changed()
        return kept

    async def withdraw(self, citizen_id: str, appointment_id: str) -> None:
        """Take a review back; it may be written again.

        Raises:
            ReviewUnknownError: there is none of theirs.
        """

        async def work(tx: Transaction) -> None:
            before = await self.reviews.get(tx, appointment_id, owner=citizen_id)
            if before.state is State.WITHDRAWN:
                raise ReviewUnknownError
            after = before.withdrawn()
            await self.reviews.save(tx, after)
            await self._rate(tx, before, after)

        await self.deps.transactions.run(work)
        self.changed()

    async def decide(
        self, review_id: str, by: str, reason: str | None, *, read: datetime
    ) -> Review:
        """Show the words of a review, or reject it for a reason; `read` says which words.

        Raises:
            ReviewUnknownError: there is none.
            ReviewDecidedError: it does not wait.
            ReviewRewrittenError: others were written since.
        """

        async def work(tx: Transaction) -> Review:
            before = await self.reviews.get(tx, review_id, owner=None)
            after = await self.reviews.save(tx, before.decided(by, reason, read=read))
            await self._rate(tx, before, after)
            return after

        found = await self.deps.transactions.run(work)
        self.changed()
        return found

    async def _rate(self, tx: Transaction, before: Review | None, after: Review) -> None:
        """The doctor's rating follows; also of one who has left, and may come back."""
        doctor = await self.known.doctors.find(tx, after.doctor_id)
        if doctor is not None:
            await self.known.doctors.put(tx, rated(doctor, before, after))

    async def mine(self, citizen_id: str, appointment_id: str) -> Review:
        """One's own review of a visit.

        Raises:
            ReviewUnknownError: there is none of theirs.
        """
        found = await self.reviews.get(None, appointment_id, owner=citizen_id)
        if found.state is State.WITHDRAWN:
            raise ReviewUnknownError
        return found

    async def of_doctor(self, doctor_id: str, *, after: str | None, limit: int) -> Page[Review]:
        """What everybody reads of a doctor.

        Raises:
            DoctorUnknownError: there is none.
        """
        if await self.known.doctors.find(None, doctor_id) is None:
            raise DoctorUnknownError
        return await self.reviews.shown(doctor_id, after=after, limit=limit)
