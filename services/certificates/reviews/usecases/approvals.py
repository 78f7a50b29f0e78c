"""The doctor's approval: seen before, signed by the doctor's own act, then ordered (K5, C28)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from contracts.signing import digest_of
from services.certificates.applications.actions import CLAIM_TIMER, Cases
from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.looks import Shown
from services.certificates.applications.domain.parts import Made
from services.certificates.applications.domain.states import ActNote
from services.certificates.catalogue.domain.catalogue import CertificateType
from services.certificates.deps import Deps
from services.certificates.known.actions import Known
from services.certificates.known.domain.clinics import ClinicFlaw, Issuer
from services.certificates.known.domain.signers import Holder
from services.certificates.records.actions import Record
from services.certificates.registry import events
from services.certificates.registry.domain import numbers
from services.certificates.registry.domain.certificate import certificate_of, valid_until
from services.certificates.registry.domain.printing import Row, printed_rows
from services.certificates.registry.store import CertificateStore
from services.certificates.reviews.domain import decisions
from services.certificates.reviews.errors import (
    ClinicCannotIssueError,
    ClinicCannotSealError,
    DoctorCannotSignError,
    SigningActRequiredError,
)
from services.certificates.reviews.metrics import ReviewMetrics, Verdict
from services.chassis.foundation.encryption import Encryption
from services.chassis.foundation.errors import StaleVersionError
from services.chassis.http.acts import Act, Acts
from services.chassis.work.transactions import Transaction

_NOT_MADE = Made("", "")


@dataclass(frozen=True)
class Preview:
    """What documents was asked to show, and what an act of signing it is for."""

    preview_id: str
    digest: str


@dataclass(frozen=True)
class _Ready:
    """An approval as it would be now; nothing of it is kept."""

    before: Application
    after: Application
    kind: CertificateType
    clinic: Issuer
    rows: Sequence[Row]
    today: date

    @property
    def digest(self) -> str:
        return digest_of(self.before.id, self.kind.code, self.clinic.id, self.rows)


@dataclass(frozen=True)
class Approvals:
    """By the doctor who holds the claim, for exactly what that doctor signs."""

    deps: Deps
    cases: Cases
    known: Known
    certificates: CertificateStore
    record: Record
    orders: Encryption
    acts: Acts
    metrics: ReviewMetrics

    async def preview(
        self, doctor_id: str, application_id: str, values: Mapping[str, str]
    ) -> Preview:
        """Have the certificate shown as it would be printed, without signatures.

        Raises:
            InvalidInputError: everything wrong in the doctor's form, at once.
            ClinicCannotIssueError: the clinic works no more, or has no licence.
        """

        async def work(tx: Transaction) -> Preview:
            ready = await self._ready(tx, doctor_id, application_id, values)
            preview = Preview(self.deps.new_id(), ready.digest)
            told = events.preview_ordered(
                ready.before,
                ready.kind,
                ready.clinic,
                preview_id=preview.preview_id,
                doctor_id=doctor_id,
                rows=ready.rows,
                encryption=self.orders,
            )
            saved = await self.cases.save(tx, ready.before, ready.before, told)
            await self.cases.shown(tx, saved, doctor_id, Shown.PREVIEWED)
            return preview

        return await self.deps.transactions.run(work)

    async def approve(
        self, doctor_id: str, application_id: str, values: Mapping[str, str], act: str | None
    ) -> Application:
        """Approve: the certificate gets its number and goes to be sealed.

        Raises:
            InvalidInputError: everything wrong in the doctor's form, at once.
            ClinicCannotIssueError: the clinic works no more, or has no licence.
            DifferencesOpenError: the clinic's base differs, and nobody has looked at it (C24).
            DoctorCannotSignError: the doctor's certificate ended or was revoked.
            ClinicCannotSealError: the clinic's did.
            SigningActRequiredError: there is no act; says what it has to be for.
            SigningActRefusedError: the act allows no signature, or not this one.
            StaleVersionError: what would be signed changed since it was looked at.
        """
        await self.known.staff_arrives(doctor_id)

        async def look(tx: Transaction) -> _Ready:
            ready = await self._ready(tx, doctor_id, application_id, values)
            await self.record.refuse_open(tx, ready.before, ready.kind)
            await self._may_sign(tx, doctor_id, ready)
            return ready

        looked = await self.deps.transactions.run(look)
        digest = looked.digest
        if act is None:
            raise SigningActRequiredError(digest)
        signed = await self.acts.verified(act, subject=doctor_id, digest=digest, at=self.deps.now())

        async def attempt(number: str) -> Application:
            async def work(tx: Transaction) -> Application:
                made = Made(self.deps.new_id(), number)
                ready = await self._ready(
                    tx, doctor_id, application_id, values, made=made, act=signed
                )
                if ready.digest != digest:
                    raise StaleVersionError
                await self.record.refuse_open(tx, ready.before, ready.kind)
                await self._may_sign(tx, doctor_id, ready)
                return await self._approve(tx, ready, doctor_id, number, act)

            return await self.deps.transactions.run(work)

        def number() -> str:
            return numbers.certificate_number(
                looked.today.year, self.deps.draw(numbers.NUMBER_SPACE)
            )

        doing = self.deps.numbered(number, attempt)
        return await self.metrics.decided(Verdict.APPROVED, doing)

    async def _approve(
        self, tx: Transaction, ready: _Ready, doctor_id: str, number: str, act: str
    ) -> Application:
        before, after, kind, clinic = ready.before, ready.after, ready.kind, ready.clinic
        certificate = certificate_of(after, kind, clinic, today=ready.today, at=self.deps.now())
        await self.certificates.add(tx, certificate)
        await tx.cancel_timer(CLAIM_TIMER, before.id)
        told = events.ordered(
            after,
            certificate,
            kind,
            clinic,
            rows=printed_rows(after, kind, clinic, certificate),
            doctor_id=doctor_id,
            act=act,
            verify_url=numbers.verify_url(self.deps.public_url, number),
            encryption=self.orders,
        )
        saved = await self.cases.save(tx, before, after, told)
        return await self.cases.shown(tx, saved, doctor_id, Shown.APPROVED)

    async def _may_sign(self, tx: Transaction, doctor_id: str, ready: _Ready) -> None:
        """Refuse at once what could not be sealed later (C30)."""
        until = valid_until(ready.after, ready.kind, today=ready.today)
        if not await self.known.signs(tx, Holder.DOCTOR, doctor_id, until=until):
            raise DoctorCannotSignError
        if not await self.known.signs(tx, Holder.CLINIC, ready.clinic.id, until=until):
            raise ClinicCannotSealError(ready.clinic.name)

    async def _ready(
        self,
        tx: Transaction,
        doctor_id: str,
        application_id: str,
        values: Mapping[str, str],
        *,
        made: Made = _NOT_MADE,
        act: Act | None = None,
    ) -> _Ready:
        before = await self.cases.to_decide(tx, application_id, doctor_id)
        kind = await self.cases.kind_of(before)
        today = await self.cases.today(tx, before)
        after = decisions.approved(
            before,
            kind,
            doctor=await self.known.doctor(tx, doctor_id),
            values=values,
            made=made,
            act=_note(act) if act else None,
            today=today,
            now=self.deps.now(),
        )
        choice = await self.cases.choice(tx, self.cases.clinic_of(before), kind)
        if choice.clinic is None or choice.flaw not in (None, ClinicFlaw.SEALLESS):
            raise ClinicCannotIssueError(choice.flaw)  # its seal is looked at by `_may_sign`
        clinic = choice.clinic.issuer
        return _Ready(before, after, kind, clinic, printed_rows(after, kind, clinic), today)


def _note(act: Act) -> ActNote:
    return ActNote(act.id, act.kind, act.method, act.address, act.at)
