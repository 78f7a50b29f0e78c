"""Issues certificates without a doctor: by a timer that the answer sets (C22, C23, n10).

The answer and the issue are two transactions: whoever dies in between leaves the timer, and its
second run finds either nothing done or everything. So there is one certificate.
"""

from __future__ import annotations

from dataclasses import dataclass

from services.certificates.applications import events as application_events
from services.certificates.applications.actions import Cases
from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.parts import Made
from services.certificates.applications.domain.states import State
from services.certificates.automatic import domain
from services.certificates.automatic.domain import Verdict
from services.certificates.automatic.metrics import AutomaticMetrics
from services.certificates.catalogue.domain.catalogue import CertificateType
from services.certificates.deps import Deps
from services.certificates.known.actions import Known
from services.certificates.known.domain.clinics import ClinicFlaw, Issuer
from services.certificates.known.domain.signers import Holder
from services.certificates.records.actions import Record
from services.certificates.registry import events
from services.certificates.registry.domain import numbers
from services.certificates.registry.domain.certificate import certificate_of, valid_until
from services.certificates.registry.domain.printing import printed_rows
from services.certificates.registry.store import CertificateStore
from services.chassis.foundation.encryption import Encryption
from services.chassis.work.timers import Due
from services.chassis.work.transactions import Transaction

_NO_CLINIC = "Клиника не может выдать справку. Заявление рассмотрит врач."
_NO_SEAL = "У клиники нет действующей печати. Заявление рассмотрит врач."

_SAID_ELSEWHERE = (None, ClinicFlaw.NO_DOCTOR, ClinicFlaw.SEALLESS)
"""No doctor is needed; whether the clinic can seal is asked for this very certificate."""


@dataclass(frozen=True)
class Automatic:
    """One verb: what an application without a doctor comes to."""

    deps: Deps
    cases: Cases
    known: Known
    record: Record
    certificates: CertificateStore
    orders: Encryption
    metrics: AutomaticMetrics

    async def check(self, due: Due) -> None:
        """Issue it, or leave it to a doctor or its citizen; nothing, where it waits no more."""
        seen = await self.cases.store.get(None, due.key, owner=None)
        year = (await self.cases.today(None, seen)).year

        async def attempt(number: str) -> Verdict | None:
            async def work(tx: Transaction) -> Verdict | None:
                before = await self.cases.get(tx, due.key)
                if before.state is not State.CHECKING:
                    return None
                return await self._check(tx, before, number)

            return await self.deps.transactions.run(work, cause=due)

        verdict = await self.deps.numbered(
            lambda: numbers.certificate_number(year, self.deps.draw(numbers.NUMBER_SPACE)), attempt
        )
        if verdict is not None:
            self.metrics.checks.labels(verdict).inc()

    async def _check(self, tx: Transaction, before: Application, number: str) -> Verdict:
        kind = await self.cases.kind_of(before)
        found = await self.record.found(tx, before, kind)
        inquiry, entries = (found.inquiry, found.entries) if found else (None, ())
        today = await self.cases.today(tx, before)
        said = domain.said_by(inquiry, entries, kind, today=today)
        clinic = await self._clinic(tx, before, kind)
        why_not = said.why_not or await self._unseen(tx, before, kind)
        if why_not is None and clinic is None:
            why_not = _NO_CLINIC
        elif why_not is None and clinic:
            until = valid_until(before, kind, today=today)
            if not await self.known.signs(tx, Holder.CLINIC, clinic.id, until=until):
                why_not = _NO_SEAL
        if why_not is not None or clinic is None:
            return await self._leave(tx, before, kind, why_not or _NO_CLINIC)
        made = Made(self.deps.new_id(), number)
        after = domain.approved(before, made, now=self.deps.now())
        certificate = certificate_of(after, kind, clinic, today=today, at=self.deps.now())
        rows = printed_rows(after, kind, clinic, certificate, said=said.values)
        if not events.fits(rows):
            shorter = domain.too_long(before, kind, now=self.deps.now())
            if shorter is None:
                return await self._leave(tx, before, kind, domain.TOO_LONG)
            told = application_events.documents_requested(shorter, kind)
            await self.cases.save(tx, before, shorter, told)
            return Verdict.CITIZEN
        await self.certificates.add(tx, certificate)
        order = events.ordered_without_doctor(
            after,
            certificate,
            kind,
            clinic,
            rows=rows,
            check_url=numbers.verify_url(self.deps.public_url, number),
            encryption=self.orders,
        )
        await self.cases.save(tx, before, after, order)
        return Verdict.ISSUED

    async def _leave(
        self, tx: Transaction, before: Application, kind: CertificateType, reason: str
    ) -> Verdict:
        after = domain.left_to_doctor(
            before,
            kind,
            reason=reason,
            calendar=await self.cases.calendar_of(tx, before),
            now=self.deps.now(),
        )
        await self.cases.save(tx, before, after)
        return Verdict.DOCTOR

    async def _unseen(
        self, tx: Transaction, application: Application, kind: CertificateType
    ) -> str | None:
        store = self.known.store
        person = await store.people.find(tx, application.citizen_id)
        admission = await store.admission_of(tx, application.citizen_id)
        admitted = not (admission.blocked or admission.rejected)
        return domain.left_to_see(application, kind, person, admitted=admitted)

    async def _clinic(
        self, tx: Transaction, application: Application, kind: CertificateType
    ) -> Issuer | None:
        choice = await self.cases.choice(tx, self.cases.clinic_of(application), kind)
        if choice.clinic is None or choice.flaw not in _SAID_ELSEWHERE:
            return None
        return choice.clinic.issuer
