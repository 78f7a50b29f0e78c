"""What a doctor decides about an application but its approval, and what a failed sealing undoes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import structlog

from services.certificates.applications import events as application_events
from services.certificates.applications.actions import CLAIM_TIMER, Cases
from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.looks import Shown
from services.certificates.applications.domain.states import State
from services.certificates.deps import Deps
from services.certificates.known.actions import Known
from services.certificates.registry.domain.certificate import Status
from services.certificates.registry.store import CertificateStore
from services.certificates.reviews import events
from services.certificates.reviews.domain import decisions, exemptions, requests
from services.certificates.reviews.metrics import ReviewMetrics, Verdict
from services.chassis.foundation.errors import RefusalError
from services.chassis.work.transactions import Cause, Transaction

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Decisions:
    """Ask, refuse: by the doctor who holds the claim, and nobody else (C20)."""

    deps: Deps
    cases: Cases
    known: Known
    certificates: CertificateStore
    metrics: ReviewMetrics

    async def ask(
        self,
        doctor_id: str,
        application_id: str,
        wanted: requests.Wanted,
    ) -> Application:
        """Ask for documents, examinations or corrections; the clock pauses (C10, C17)."""

        async def work(tx: Transaction) -> Application:
            before = await self.cases.to_decide(tx, application_id, doctor_id)
            kind = await self.cases.kind_of(before)
            after = requests.documents_requested(
                before,
                kind,
                doctor=await self.known.doctor(tx, doctor_id),
                wanted=wanted,
                now=self.deps.now(),
            )
            await tx.cancel_timer(CLAIM_TIMER, application_id)
            told = application_events.documents_requested(after, await self.cases.kind_of(after))
            saved = await self.cases.save(tx, before, after, told)
            return await self.cases.shown(tx, saved, doctor_id, Shown.ASKED)

        return await self.metrics.decided(
            Verdict.DOCUMENTS_REQUESTED, self.deps.transactions.run(work)
        )

    async def reject_exemption(
        self, doctor_id: str, application_id: str, reason: str
    ) -> Application:
        """The proof shows no exemption: a bill is made, waited for where the type does (C18)."""

        async def work(tx: Transaction) -> Application:
            before = await self.cases.to_decide(tx, application_id, doctor_id)
            kind = await self.cases.kind_of(before)
            after = exemptions.exemption_rejected(
                before,
                kind,
                doctor_id=doctor_id,
                reason=reason,
                calendar=await self.cases.calendar_of(tx, before),
                now=self.deps.now(),
            )
            if after.claim is None:
                await tx.cancel_timer(CLAIM_TIMER, application_id)
            told = events.exemption_rejected(after, kind, reason)
            saved = await self.cases.save(tx, before, after, told)
            return await self.cases.shown(tx, saved, doctor_id, Shown.UNEXEMPTED)

        return await self.metrics.decided(
            Verdict.EXEMPTION_REJECTED, self.deps.transactions.run(work)
        )

    async def refuse(
        self, doctor_id: str, application_id: str, reason_code: str, reason: str
    ) -> Application:
        """Refuse, with a concrete reason (d6)."""
        await self.known.staff_arrives(doctor_id)

        async def work(tx: Transaction) -> Application:
            before = await self.cases.to_decide(tx, application_id, doctor_id)
            kind = await self.cases.kind_of(before)
            after = decisions.refused(
                before,
                kind,
                doctor=await self.known.doctor(tx, doctor_id),
                reason_code=reason_code,
                reason=reason,
                now=self.deps.now(),
            )
            await tx.cancel_timer(CLAIM_TIMER, application_id)
            told = events.refused(after, kind, reason_code=reason_code, reason=reason)
            saved = await self.cases.save(tx, before, after, told)
            return await self.cases.shown(tx, saved, doctor_id, Shown.REFUSED)

        return await self.metrics.decided(Verdict.REFUSED, self.deps.transactions.run(work))

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
            after = decisions.sealing_failed(
                before,
                reason=reason,
                now=self.deps.now(),
                lease=self.deps.settings.claim_lease,
                still_decides=await self._still_decides(tx, before),
            )
            await self.cases.time_claim(tx, after)
            await self.cases.save(tx, before, after)

        await self.deps.transactions.run(work, cause=cause)

    async def _still_decides(self, tx: Transaction, approved: Application) -> bool:
        """Whether the doctor who approved may have it on their desk again (K9)."""
        if approved.decision is None:
            return False
        try:
            await self.cases.for_doctor(tx, approved.id, approved.decision.doctor_id)
        except RefusalError:
            return False
        return True
