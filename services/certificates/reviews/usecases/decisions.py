"""What a doctor decides about an application, and what a failed sealing undoes."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, replace

import structlog

from services.certificates.applications import events as application_events
from services.certificates.applications.actions import CLAIM_TIMER, Cases
from services.certificates.applications.domain.application import Application, Made
from services.certificates.applications.domain.looks import Shown
from services.certificates.applications.domain.states import State
from services.certificates.deps import Deps
from services.certificates.known.actions import Known
from services.certificates.known.domain import Staff
from services.certificates.known.errors import DoctorUnknownError
from services.certificates.registry import events as registry_events
from services.certificates.registry.domain import numbers
from services.certificates.registry.domain.certificate import Status, certificate_of, printed_fields
from services.certificates.registry.store import CertificateStore
from services.certificates.reviews import domain, events
from services.certificates.reviews.metrics import ReviewMetrics, Verdict
from services.chassis.foundation.encryption import Encryption
from services.chassis.work.transactions import Cause, Transaction

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Decisions:
    """Ask, approve, refuse: by the doctor who holds the claim, and nobody else (C20)."""

    deps: Deps
    cases: Cases
    known: Known
    certificates: CertificateStore
    orders: Encryption
    metrics: ReviewMetrics

    async def ask(
        self,
        doctor_id: str,
        application_id: str,
        missing: Sequence[str],
        corrections: Sequence[str],
        comment: str | None,
    ) -> Application:
        """Ask the citizen for documents or corrections; the clock pauses (C10, C17)."""

        async def work(tx: Transaction) -> Application:
            before = await self.cases.to_decide(tx, application_id, doctor_id)
            kind = self.cases.kind_of(before)
            after = domain.documents_requested(
                before,
                kind,
                doctor_id=doctor_id,
                missing=missing,
                corrections=corrections,
                comment=comment,
                now=self.deps.now(),
            )
            await tx.cancel_timer(CLAIM_TIMER, application_id)
            told = application_events.documents_requested(after, kind)
            saved = await self.cases.save(tx, before, after, told)
            return await self.cases.shown(tx, saved, doctor_id, Shown.ASKED)

        return await self._decided(Verdict.DOCUMENTS_REQUESTED, self.deps.transactions.run(work))

    async def approve(
        self, doctor_id: str, application_id: str, values: Mapping[str, str]
    ) -> Application:
        """Approve: the certificate gets its number and goes to be sealed."""
        await self.known.staff_arrives(doctor_id)
        year = self.cases.catalogue.calendar.day_of(self.deps.now()).year

        def number() -> str:
            return numbers.certificate_number(year, self.deps.draw(numbers.NUMBER_SPACE))

        async def attempt(number: str) -> Application:
            async def work(tx: Transaction) -> Application:
                before = await self.cases.to_decide(tx, application_id, doctor_id)
                return await self._approve(tx, before, doctor_id, values, number)

            return await self.deps.transactions.run(work)

        return await self._decided(Verdict.APPROVED, self.deps.numbered(number, attempt))

    async def _approve(
        self,
        tx: Transaction,
        before: Application,
        doctor_id: str,
        values: Mapping[str, str],
        number: str,
    ) -> Application:
        organisation, kind = self.cases.catalogue.organisation, self.cases.kind_of(before)
        now = self.deps.now()
        today = self.cases.catalogue.calendar.day_of(now)
        after = domain.approved(
            before,
            kind,
            doctor=await self._doctor(tx, doctor_id),
            values=values,
            made=Made(self.deps.new_id(), number),
            today=today,
            now=now,
        )
        certificate = certificate_of(after, kind, organisation, today=today)
        await self.certificates.add(tx, certificate)
        await tx.cancel_timer(CLAIM_TIMER, before.id)
        told = registry_events.ordered(
            after,
            certificate,
            kind,
            organisation,
            rows=printed_fields(after, certificate, kind, organisation),
            verify_url=numbers.verify_url(self.deps.public_url, number),
            encryption=self.orders,
        )
        saved = await self.cases.save(tx, before, after, told)
        return await self.cases.shown(tx, saved, doctor_id, Shown.APPROVED)

    async def refuse(
        self, doctor_id: str, application_id: str, reason_code: str, reason: str
    ) -> Application:
        """Refuse, with a concrete reason (d6)."""
        await self.known.staff_arrives(doctor_id)

        async def work(tx: Transaction) -> Application:
            before = await self.cases.to_decide(tx, application_id, doctor_id)
            kind = self.cases.kind_of(before)
            after = domain.refused(
                before,
                kind,
                doctor=await self._doctor(tx, doctor_id),
                reason_code=reason_code,
                reason=reason,
                now=self.deps.now(),
            )
            await tx.cancel_timer(CLAIM_TIMER, application_id)
            told = events.refused(after, kind, reason_code=reason_code, reason=reason)
            saved = await self.cases.save(tx, before, after, told)
            return await self.cases.shown(tx, saved, doctor_id, Shown.REFUSED)

        return await self._decided(Verdict.REFUSED, self.deps.transactions.run(work))

    async def reopen(self, application_id: str, number: str, reason: str, *, cause: Cause) -> None:
        """The document cannot be sealed: its number is void, its doctor has it again."""

        async def work(tx: Transaction) -> None:
            before = await self.cases.get(tx, application_id)
            made = before.certificate
            if before.state is not State.APPROVED or made is None or made.number != number:
                log.warning("a failed sealing that nobody waits for", application=application_id)
                return
            waiting = await self.certificates.get(tx, made.certificate_id, owner=None)
            await self.certificates.save(tx, replace(waiting, status=Status.VOID))
            lease = self.deps.settings.claim_lease
            after = domain.sealing_failed(before, reason=reason, now=self.deps.now(), lease=lease)
            await self.cases.time_claim(tx, after)
            await self.cases.save(tx, before, after)

        await self.deps.transactions.run(work, cause=cause)

    async def _decided(self, verdict: Verdict, doing: Awaitable[Application]) -> Application:
        """Count the verdict once it is committed."""
        done = await doing
        self.metrics.reviews.labels(verdict).inc()
        return done

    async def _doctor(self, tx: Transaction, doctor_id: str) -> Staff:
        found = await self.known.store.staff.find(tx, doctor_id)
        if found is None:
            raise DoctorUnknownError
        return found
