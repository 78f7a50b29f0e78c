"""What a doctor does with the queue (C20), and the timer that ends a claim."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass

from services.certificates.applications import events
from services.certificates.applications.actions import CLAIM_TIMER, Ledger
from services.certificates.applications.domain.application import Application, Made
from services.certificates.applications.domain.looks import Shown
from services.certificates.applications.errors import DoctorUnknownError, TooManyClaimsError
from services.certificates.applications.metrics import Reviewed
from services.certificates.applications.store.applications import Position
from services.certificates.known.domain import Staff
from services.certificates.registry.domain.certificate import certificate_of, printed_fields
from services.certificates.reviews import domain as review
from services.chassis.work.timers import Due
from services.chassis.work.transactions import Transaction


@dataclass(frozen=True)
class Reviews:
    """The verbs of the doctor. A claim is exclusive: of two transactions one finds it taken."""

    ledger: Ledger

    async def waiting(self, *, after: Position | None, limit: int) -> list[Application]:
        """The queue, the nearest deadline first."""
        return await self.ledger.store.queue(after=after, limit=limit)

    async def mine(
        self, doctor_id: str, *, after: Position | None, limit: int
    ) -> list[Application]:
        """What this doctor has claimed."""
        return await self.ledger.store.desk(doctor_id, after=after, limit=limit)

    async def one(self, doctor_id: str, application_id: str) -> Application:
        """An application on this doctor's desk, or decided by this doctor.

        Raises:
            NotYourReviewError: it is not.
            AccountBlockedError: the doctor's account is closed.
        """
        ledger = self.ledger

        async def work(tx: Transaction) -> Application:
            await ledger.may_act(tx, doctor_id)
            found = await ledger.store.application(application_id, tx.session)
            review.held_by(found, doctor_id)
            return await ledger.shown(tx, found, doctor_id, Shown.READ)

        return await ledger.transactions.run(work)

    async def claim(self, doctor_id: str, application_id: str) -> Application:
        """Take an application from the queue.

        Raises:
            OwnApplicationError: the doctor is the applicant, under another account.
            TooManyClaimsError: the doctor holds as many as one may.
        """
        ledger = self.ledger
        await ledger.doctor_arrives(doctor_id)

        async def work(tx: Transaction) -> Application:
            before = await ledger.store.application(application_id, tx.session)
            await self._may_decide(tx, before, doctor_id)
            after = review.claimed(
                before, doctor_id=doctor_id, now=ledger.now(), lease=ledger.claim_lease
            )
            if after is before:
                return await ledger.shown(tx, before, doctor_id, Shown.READ)
            await self._refuse_hoarding(tx, doctor_id)
            await self._time_claim(tx, after)
            saved = await ledger.save(tx, before, after)
            return await ledger.shown(tx, saved, doctor_id, Shown.CLAIMED)

        return await ledger.transactions.run(work)

    async def release(self, doctor_id: str, application_id: str) -> Application:
        """Put it back into the queue."""
        ledger = self.ledger

        async def work(tx: Transaction) -> Application:
            before = await ledger.store.application(application_id, tx.session)
            after = review.released(before, doctor_id=doctor_id, now=ledger.now())
            await tx.cancel_timer(CLAIM_TIMER, application_id)
            saved = await ledger.save(tx, before, after)
            return await ledger.shown(tx, saved, doctor_id, Shown.RELEASED)

        return await ledger.transactions.run(work)

    async def lapse(self, due: Due) -> None:
        """The claim's time is over: back into the queue, unless it was decided or taken anew."""
        ledger = self.ledger

        async def work(tx: Transaction) -> None:
            before = await ledger.store.application(due.key, tx.session)
            after = review.lapsed(before, now=ledger.now())
            if after is not None:
                await ledger.save(tx, before, after)
            else:
                await self._time_claim(tx, before)  # claimed anew meanwhile, or clocks differ

        await ledger.transactions.run(work, cause=due)

    async def ask(
        self,
        doctor_id: str,
        application_id: str,
        missing: Sequence[str],
        corrections: Sequence[str],
        comment: str | None,
    ) -> Application:
        """Ask the citizen for documents or corrections; the clock pauses (C10, C17)."""
        ledger = self.ledger

        async def work(tx: Transaction) -> Application:
            before = await ledger.store.application(application_id, tx.session)
            kind = ledger.kind_of(before)
            await self._may_decide(tx, before, doctor_id)
            after = review.documents_requested(
                before,
                kind,
                doctor_id=doctor_id,
                missing=missing,
                corrections=corrections,
                comment=comment,
                now=ledger.now(),
            )
            await tx.cancel_timer(CLAIM_TIMER, application_id)
            saved = await ledger.save(tx, before, after, events.documents_requested(after, kind))
            return await ledger.shown(tx, saved, doctor_id, Shown.ASKED)

        return await self._decided(Reviewed.DOCUMENTS_REQUESTED, ledger.transactions.run(work))

    async def approve(
        self, doctor_id: str, application_id: str, values: Mapping[str, str]
    ) -> Application:
        """Approve: the certificate gets its number and goes to be sealed."""
        ledger = self.ledger
        await ledger.doctor_arrives(doctor_id)

        async def attempt(number: str) -> Application:
            async def work(tx: Transaction) -> Application:
                return await self._approve(tx, doctor_id, application_id, values, number)

            return await ledger.transactions.run(work)

        approval = ledger.numbered(ledger.certificate_number, attempt)
        return await self._decided(Reviewed.APPROVED, approval)

    async def _approve(
        self,
        tx: Transaction,
        doctor_id: str,
        application_id: str,
        values: Mapping[str, str],
        number: str,
    ) -> Application:
        ledger = self.ledger
        organisation = ledger.catalogue.organisation
        before = await ledger.store.application(application_id, tx.session)
        kind = ledger.kind_of(before)
        await self._may_decide(tx, before, doctor_id)
        after = review.approved(
            before,
            kind,
            doctor=await self._doctor(tx, doctor_id),
            values=values,
            made=Made(ledger.new_id(), number),
            today=ledger.today,
            now=ledger.now(),
        )
        certificate = certificate_of(after, kind, organisation, today=ledger.today)
        await ledger.save_certificate(tx, None, certificate)
        await tx.cancel_timer(CLAIM_TIMER, application_id)
        told = events.approved(
            after,
            certificate,
            kind,
            organisation,
            rows=printed_fields(after, certificate, kind, organisation),
            verify_url=ledger.verify_url(number),
            encryption=ledger.orders,
        )
        saved = await ledger.save(tx, before, after, told)
        return await ledger.shown(tx, saved, doctor_id, Shown.APPROVED)

    async def refuse(
        self, doctor_id: str, application_id: str, reason_code: str, reason: str
    ) -> Application:
        """Refuse, with a concrete reason (d6)."""
        ledger = self.ledger
        await ledger.doctor_arrives(doctor_id)

        async def work(tx: Transaction) -> Application:
            before = await ledger.store.application(application_id, tx.session)
            kind = ledger.kind_of(before)
            await self._may_decide(tx, before, doctor_id)
            after = review.refused(
                before,
                kind,
                doctor=await self._doctor(tx, doctor_id),
                reason_code=reason_code,
                reason=reason,
                now=ledger.now(),
            )
            await tx.cancel_timer(CLAIM_TIMER, application_id)
            saved = await ledger.save(tx, before, after, events.refused(after, kind))
            return await ledger.shown(tx, saved, doctor_id, Shown.REFUSED)

        return await self._decided(Reviewed.REFUSED, ledger.transactions.run(work))

    async def _decided(self, verdict: Reviewed, doing: Awaitable[Application]) -> Application:
        """Count the verdict once it is committed."""
        done = await doing
        self.ledger.metrics.reviews.labels(verdict).inc()
        return done

    async def _doctor(self, tx: Transaction, doctor_id: str) -> Staff:
        found = await self.ledger.store.staff(doctor_id, tx.session)
        if found is None:
            raise DoctorUnknownError
        return found

    async def _may_decide(self, tx: Transaction, application: Application, doctor_id: str) -> None:
        """Asked at the decision too: a record may have arrived after the claim."""
        await self.ledger.may_act(tx, doctor_id)
        await self.ledger.two_people(tx, application.citizen_id, doctor_id)

    async def _refuse_hoarding(self, tx: Transaction, doctor_id: str) -> None:
        store, most = self.ledger.store, self.ledger.claims_per_doctor
        await store.looks.hold_desk(doctor_id, tx.session)
        if await store.claims_of(doctor_id, tx.session) >= most:
            raise TooManyClaimsError(most)

    async def _time_claim(self, tx: Transaction, application: Application) -> None:
        if application.claim is not None:
            await tx.set_timer(CLAIM_TIMER, application.id, application.claim.until)
