"""Issued certificates: by owner, by number, and out of force."""

from __future__ import annotations

from dataclasses import dataclass, replace

import structlog

from contracts.roles import Role
from services.certificates.applications.actions import Cases
from services.certificates.applications.domain.looks import Shown
from services.certificates.applications.domain.states import Actor, Move, State
from services.certificates.deps import Deps
from services.certificates.known.actions import Known
from services.certificates.known.domain.staff import Staff
from services.certificates.registry import events
from services.certificates.registry.domain import numbers
from services.certificates.registry.domain.certificate import (
    Certificate,
    Checked,
    Revocation,
    Sealed,
    checked,
)
from services.certificates.registry.errors import NotYourCertificateError, NumberMistypedError
from services.certificates.registry.metrics import MISTYPED, RegistryMetrics
from services.certificates.registry.store import CertificateStore
from services.chassis.database.pages import Page
from services.chassis.http.auth import Principal
from services.chassis.http.looks import Reach
from services.chassis.work.transactions import Cause, Transaction

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Registry:
    """What certificates there are, who sees them, and when one counts no more."""

    deps: Deps
    cases: Cases
    known: Known
    store: CertificateStore
    metrics: RegistryMetrics

    def verify_url(self, number: str) -> str:
        """Where anybody can check that certificate."""
        return numbers.verify_url(self.deps.public_url, number)

    async def one(self, citizen_id: str, certificate_id: str) -> Certificate:
        """An issued certificate of this citizen.

        Raises:
            NotFoundError: there is none.
        """
        return await self.store.shown(certificate_id, citizen_id)

    async def page(self, citizen_id: str, *, after: str | None, limit: int) -> Page[Certificate]:
        """The citizen's certificates, newest first."""
        return await self.store.of_citizen(citizen_id, after=after, limit=limit)

    async def look_up(self, typed: str) -> Checked:
        """The public check of what somebody typed (C34).

        Raises:
            NumberMistypedError: the check character does not fit.
        """
        checks = self.metrics.checks
        number = numbers.normalised(typed)
        if number is None:
            checks.labels(MISTYPED).inc()
            raise NumberMistypedError
        found = await self.store.of_number(number)
        issuer = found.clinic.id if found is not None and found.clinic else None
        calendar = await self.cases.calendar_at(None, issuer)
        outcome = checked(number, found, calendar, self.deps.now())
        checks.labels(outcome.validity).inc()
        return outcome

    async def revoke(
        self, who: Principal, certificate_id: str, *, reason_code: str, reason: str
    ) -> Certificate:
        """Take a certificate out of force: its doctor or an administrator, with a reason (C36).

        The doctor as long as they work at the clinic that issued it, an administrator of that
        clinic or of the platform (K6).

        Raises:
            UnknownCertificateError: there is none.
            NotYourCertificateError: another doctor's certificate.
            OwnApplicationError: it is about whoever would revoke it.
            NotInForceError: it is not in force.
        """
        by = who.subject

        async def work(tx: Transaction) -> Certificate:
            await self.known.may_act(tx, by)
            before = await self.store.get(tx, certificate_id, owner=None)
            staff = await self.known.store.staff.find(tx, by)
            administrator = _administers(who, staff, before)
            if not administrator and not _signed(staff, before, by):
                raise NotYourCertificateError
            await self.known.may_decide(tx, by, about=before.citizen_id)
            now = self.deps.now()
            revocation = Revocation(now, by, reason_code, reason)
            after = before.revoked(revocation)
            application = await self.cases.get(tx, before.application_id)
            actor = Actor.ADMINISTRATOR if administrator else Actor.DOCTOR
            noted = application.noted(Move.REVOKE, actor=actor, actor_id=by, now=now, reason=reason)
            seen = Reach(who, (Role.DOCTOR, Role.ADMINISTRATOR)).at(self.cases.clinic_of(noted))
            await self.cases.looked(tx, noted, seen, Shown.REVOKED)
            await self.cases.save(tx, application, noted, events.revoked(after, revocation))
            return await self.store.save(tx, after)

        return await self.deps.transactions.run(work)

    async def issue(
        self, application_id: str, number: str, sealed: Sealed, *, cause: Cause
    ) -> None:
        """The document is sealed: the certificate is issued and counts from now on.

        A document for anything but the number that waits for it (late, twice, of an attempt that
        failed) changes nothing.
        """

        async def work(tx: Transaction) -> str | None:
            before = await self.cases.get(tx, application_id)
            made = before.certificate
            if before.state is not State.APPROVED or made is None or made.number != number:
                document_id = sealed.document_id
                log.warning("a sealed document that nobody waits for", document_id=document_id)
                return None
            waiting = await self.store.get(tx, made.certificate_id, owner=None)
            issued = await self.store.save(tx, waiting.issued(sealed))
            made = replace(made, valid_until=issued.valid_until)
            ready = replace(before, certificate=made)
            after = ready.moved(Move.SEAL, actor=Actor.SYSTEM, actor_id=None, now=self.deps.now())
            told = events.issued(after, issued, verify_url=self.verify_url(number))
            await self.cases.save(tx, before, after, told)
            return after.type_code

        issued_type = await self.deps.transactions.run(work, cause=cause)
        if issued_type is not None:
            self.metrics.count_issued(issued_type)


def _administers(who: Principal, staff: Staff | None, certificate: Certificate) -> bool:
    """Whether they administer the clinic that issued it, or the platform, and still do."""
    if staff is not None and not staff.active:
        return False
    clinic = certificate.clinic
    own = clinic is not None and clinic.id in who.clinics(Role.ADMINISTRATOR)
    return own or who.everywhere(Role.ADMINISTRATOR)


def _signed(staff: Staff | None, certificate: Certificate, by: str) -> bool:
    """Whether it is theirs, and they still work at the clinic that issued it."""
    if certificate.doctor_id != by or staff is None or not staff.active:
        return False
    return certificate.clinic is None or certificate.clinic.id in staff.clinics(Role.DOCTOR)
