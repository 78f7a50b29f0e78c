"""What a doctor does with the queue (C20), and the timer that ends a claim."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.roles import Role
from services.certificates.applications.actions import CLAIM_TIMER, Cases
from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.looks import Shown
from services.certificates.applications.store.desks import Desks
from services.certificates.applications.views.application import ApplicationView, doctors_view
from services.certificates.catalogue.domain.catalogue import CertificateType
from services.certificates.deps import Deps
from services.certificates.known.actions import DESK_TIMER, Known
from services.certificates.known.domain.signers import Holder
from services.certificates.registry.domain.certificate import valid_until
from services.certificates.reviews.domain import claims
from services.certificates.reviews.errors import DoctorCannotSignError, TooManyClaimsError
from services.certificates.reviews.store import Queue, Remit, Shelves, Wish
from services.chassis.database.pages import Page
from services.chassis.work.timers import Due
from services.chassis.work.transactions import Transaction

_PIECE = 20
"""So many claims end in one transaction."""


@dataclass(frozen=True)
class Reviews:
    """The verbs of the doctor. A claim is exclusive: of two transactions one finds it taken."""

    deps: Deps
    cases: Cases
    known: Known
    desks: Desks
    queue: Queue

    async def kind_of(self, application: Application) -> CertificateType:
        """The type that was applied for."""
        return await self.cases.kind_of(application)

    async def view(self, application: Application) -> ApplicationView:
        """The application as its doctor sees it."""
        return doctors_view(application, await self.kind_of(application))

    def wish(self, type_code: str | None, specialty: str | None, *, late: bool) -> Wish:
        """What of a list is wanted; what is late is so now."""
        return Wish(type_code, specialty, self.deps.now() if late else None)

    async def waiting(
        self, doctor_id: str, wish: Wish, *, after: str | None, limit: int
    ) -> Page[Application]:
        """The queue of this doctor's clinics and specialties, the nearest deadline first (K6)."""
        remit = await self._remit(None, doctor_id)
        return await self.queue.waiting(remit, wish, after=after, limit=limit)

    async def mine(
        self, doctor_id: str, wish: Wish, *, after: str | None, limit: int
    ) -> Page[Application]:
        """What this doctor has claimed."""
        remit = await self._remit(None, doctor_id)
        return await self.queue.claimed_by(doctor_id, remit, wish, after=after, limit=limit)

    async def shelves(self, doctor_id: str) -> Shelves:
        """How many applications are on this doctor's lists."""
        remit = await self._remit(None, doctor_id)
        return await self.queue.shelves(doctor_id, remit, self.deps.now())

    async def one(self, doctor_id: str, application_id: str) -> Application:
        """An application on this doctor's desk, or decided by this doctor; see `for_doctor`.

        Raises:
            NotYourReviewError: it is neither.
        """

        async def work(tx: Transaction) -> Application:
            found = await self.cases.for_doctor(tx, application_id, doctor_id)
            found.held_by(doctor_id)
            return await self.cases.shown(tx, found, doctor_id, Shown.READ)

        return await self.deps.transactions.run(work)

    async def claim(self, doctor_id: str, application_id: str) -> Application:
        """Take an application from the queue.

        Raises:
            OwnApplicationError: the doctor is the applicant, under another account.
            DoctorCannotSignError: it waits for a decision that this doctor could not sign (C30).
            TooManyClaimsError: the doctor holds as many as one may.
        """
        await self.known.staff_arrives(doctor_id)

        async def work(tx: Transaction) -> Application:
            before = await self.cases.to_decide(tx, application_id, doctor_id)
            lease = self.deps.settings.claim_lease
            after = claims.claimed(
                before,
                await self.cases.kind_of(before),
                doctor=await self.known.doctor(tx, doctor_id),
                now=self.deps.now(),
                lease=lease,
                left=await self.cases.left(tx, before),
            )
            if after is before:
                return await self.cases.shown(tx, before, doctor_id, Shown.READ)
            await self._refuse_unsigning(tx, before, doctor_id)
            await self._refuse_hoarding(tx, doctor_id)
            await self.cases.time_claim(tx, after)
            saved = await self.cases.save(tx, before, after)
            return await self.cases.shown(tx, saved, doctor_id, Shown.CLAIMED)

        return await self.deps.transactions.run(work)

    async def release(self, doctor_id: str, application_id: str) -> Application:
        """Put it back into the queue."""

        async def work(tx: Transaction) -> Application:
            before = await self.cases.for_doctor(tx, application_id, doctor_id)
            after = claims.released(before, doctor_id=doctor_id, now=self.deps.now())
            await tx.cancel_timer(CLAIM_TIMER, application_id)
            saved = await self.cases.save(tx, before, after)
            return await self.cases.shown(tx, saved, doctor_id, Shown.RELEASED)

        return await self.deps.transactions.run(work)

    async def lapse(self, due: Due) -> None:
        """The claim's time is over: back into the queue, unless it was decided or taken anew."""

        async def work(tx: Transaction) -> None:
            before = await self.cases.get(tx, due.key)
            after = claims.lapsed(before, now=self.deps.now())
            if after is not None:
                await self.cases.save(tx, before, after)
            else:
                await self.cases.time_claim(tx, before)  # claimed anew meanwhile, or clocks differ

        await self.deps.transactions.run(work, cause=due)

    async def clear_desk(self, due: Due) -> None:
        """A doctor was dismissed, moved or blocked: what they may not hold goes back (K9).

        A piece at a time. It holds the desk, so a claim at the same moment is before or after it.
        """
        doctor_id = due.key

        async def work(tx: Transaction) -> None:
            blocked = (await self.known.store.admission_of(tx, doctor_id)).blocked
            remit = Remit() if blocked else await self._remit(tx, doctor_id)
            beyond = await self.queue.beyond(tx, doctor_id, remit, _PIECE)
            await self.desks.hold(tx, doctor_id)
            for before in beyond:
                await tx.cancel_timer(CLAIM_TIMER, before.id)
                await self.cases.save(tx, before, claims.taken_back(before, now=self.deps.now()))
            if len(beyond) == _PIECE:
                await tx.set_timer(DESK_TIMER, doctor_id, self.deps.now())

        await self.deps.transactions.run(work, cause=due)

    async def _remit(self, tx: Transaction | None, doctor_id: str) -> Remit:
        """Nothing, while the doctor's record is on its way."""
        doctor = await self.known.store.staff.find(tx, doctor_id)
        if doctor is None:
            return Remit()
        clinics = doctor.clinics(Role.DOCTOR)
        former = (None,) if self.deps.settings.former_clinic in clinics else ()
        types = await self.cases.types.decided_by(doctor.specialties)
        return Remit((*clinics, *former), tuple(types), doctor.specialties)

    async def _refuse_unsigning(
        self, tx: Transaction, application: Application, doctor_id: str
    ) -> None:
        """What waits for a decision waits for somebody who can sign it (C30)."""
        kind, today = await self.cases.kind_of(application), await self.cases.today(tx, application)
        until = valid_until(application, kind, today=today)
        if application.unexamined(kind):
            return
        if not await self.known.signs(tx, Holder.DOCTOR, doctor_id, until=until):
            raise DoctorCannotSignError

    async def _refuse_hoarding(self, tx: Transaction, doctor_id: str) -> None:
        most = self.deps.settings.claims_per_doctor
        await self.desks.hold(tx, doctor_id)
        if await self.queue.claims_of(tx, doctor_id) >= most:
            raise TooManyClaimsError(most)
