"""Issued certificates, what came of the sealing, and the copies of what other services said."""

from __future__ import annotations

from dataclasses import dataclass, replace

import structlog

from services.certificates.applications import events
from services.certificates.applications.actions import CLAIM_TIMER, Ledger
from services.certificates.applications.domain.states import Actor, Move, State
from services.certificates.applications.errors import NotYourCertificateError, NumberMistypedError
from services.certificates.applications.metrics import MISTYPED
from services.certificates.applications.store.applications import Position
from services.certificates.known.domain import KnownFile, Person, Staff
from services.certificates.payments import domain as answers
from services.certificates.payments.domain import Payment
from services.certificates.registry.domain import numbers
from services.certificates.registry.domain.certificate import (
    Certificate,
    Revocation,
    Status,
    Validity,
)
from services.certificates.reviews import domain as review
from services.chassis.work.transactions import Cause, Transaction

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Registry:
    """Certificates by owner and by number, and everything that arrives as an event."""

    ledger: Ledger

    async def one(self, citizen_id: str, certificate_id: str) -> Certificate:
        """An issued certificate of this citizen.

        Raises:
            NotFoundError: there is none.
        """
        return await self.ledger.store.citizens_certificate(certificate_id, citizen_id)

    async def page(
        self, citizen_id: str, *, after: Position | None, limit: int
    ) -> list[Certificate]:
        """The citizen's certificates, newest first."""
        return await self.ledger.store.certificates_of(citizen_id, after=after, limit=limit)

    async def look_up(self, typed: str) -> tuple[str, Certificate | None]:
        """The public check (C34): the number as printed, and what was issued under it, if anything.

        Raises:
            NumberMistypedError: the check character does not fit.
        """
        checks = self.ledger.metrics.checks
        number = numbers.normalised(typed)
        if number is None:
            checks.labels(MISTYPED).inc()
            raise NumberMistypedError
        found = await self.ledger.store.certificate_by_number(number)
        checks.labels(found.validity(self.ledger.today) if found else Validity.UNKNOWN).inc()
        return number, found

    async def revoke(
        self, by: str, *, administrator: bool, certificate_id: str, reason_code: str, reason: str
    ) -> Certificate:
        """Take a certificate out of force: its doctor or an administrator, with a reason (C36).

        Raises:
            NotYourCertificateError: another doctor's certificate.
            OwnApplicationError: it is about whoever would revoke it.
            NotInForceError: it is not in force.
        """
        ledger = self.ledger

        async def work(tx: Transaction) -> Certificate:
            await ledger.may_act(tx, by)
            before = await ledger.store.certificate(certificate_id, tx.session)
            if not administrator and before.doctor_id != by:
                raise NotYourCertificateError
            await ledger.two_people(tx, before.citizen_id, by)
            now = ledger.now()
            revocation = Revocation(now, by, reason_code, reason)
            after = before.revoked(revocation)
            application = await ledger.store.application(before.application_id, tx.session)
            actor = Actor.ADMINISTRATOR if administrator else Actor.DOCTOR
            noted = application.noted(Move.REVOKE, actor=actor, actor_id=by, now=now, reason=reason)
            await ledger.save(tx, application, noted, events.revoked(after, revocation))
            return await ledger.save_certificate(tx, before, after)

        return await ledger.transactions.run(work)

    async def remember_person(self, person: Person, *, cause: Cause) -> None:
        """Keep what forms are filled from: the person is confirmed."""

        async def work(tx: Transaction) -> None:
            await self.ledger.store.save_person(person, tx.session)
            await self.ledger.store.note_admission(person.account_id, tx.session, rejected=False)

        await self.ledger.transactions.run(work, cause=cause)

    async def note_rejected(self, account_id: str, *, cause: Cause) -> None:
        """The person is not confirmed any more: nothing is taken from them until they are."""
        await self._note(account_id, cause, rejected=True)

    async def note_blocked(self, account_id: str, *, blocked: bool, cause: Cause) -> None:
        """An account was closed or opened, of a citizen or of a member of staff."""
        await self._note(account_id, cause, blocked=blocked)

    async def _note(self, account_id: str, cause: Cause, **facts: bool) -> None:
        async def work(tx: Transaction) -> None:
            await self.ledger.store.note_admission(account_id, tx.session, **facts)

        await self.ledger.transactions.run(work, cause=cause)

    async def remember_staff(self, staff: Staff, *, cause: Cause) -> None:
        """Keep who signs."""

        async def work(tx: Transaction) -> None:
            await self.ledger.store.save_staff(staff, tx.session)

        await self.ledger.transactions.run(work, cause=cause)

    async def remember_file(self, file: KnownFile, *, cause: Cause) -> None:
        """Keep which file may be attached, and by whom."""

        async def work(tx: Transaction) -> None:
            await self.ledger.store.save_file(file, tx.session)

        await self.ledger.transactions.run(work, cause=cause)

    async def issue(
        self, application_id: str, number: str, document_id: str, sha256: str, *, cause: Cause
    ) -> None:
        """The document is sealed: the certificate is issued and counts from now on.

        A document for anything but the number that waits for it (late, twice, of an attempt that
        failed) changes nothing.
        """
        ledger = self.ledger

        async def work(tx: Transaction) -> str | None:
            before = await ledger.store.application(application_id, tx.session)
            made = before.certificate
            if before.state is not State.APPROVED or made is None or made.number != number:
                log.warning("a sealed document that nobody waits for", document_id=document_id)
                return None
            waiting = await ledger.store.certificate(made.certificate_id, tx.session)
            issued = await ledger.save_certificate(
                tx, waiting, waiting.issued(document_id=document_id, sha256=sha256)
            )
            after = review.sealed(before, now=ledger.now())
            told = events.issued(after, issued, verify_url=ledger.verify_url(number))
            await ledger.save(tx, before, after, told)
            return after.type_code

        issued_type = await ledger.transactions.run(work, cause=cause)
        if issued_type is not None:
            ledger.metrics.issued.labels(issued_type).inc()

    async def reopen(self, application_id: str, number: str, reason: str, *, cause: Cause) -> None:
        """The document cannot be sealed: its number is void, its doctor has it again."""
        ledger = self.ledger

        async def work(tx: Transaction) -> None:
            before = await ledger.store.application(application_id, tx.session)
            made = before.certificate
            if before.state is not State.APPROVED or made is None or made.number != number:
                log.warning("a failed sealing that nobody waits for", application=application_id)
                return
            waiting = await ledger.store.certificate(made.certificate_id, tx.session)
            await ledger.save_certificate(tx, waiting, replace(waiting, status=Status.VOID))
            after = review.sealing_failed(
                before, reason=reason, now=ledger.now(), lease=ledger.claim_lease
            )
            if after.claim is not None:
                await tx.set_timer(CLAIM_TIMER, after.id, after.claim.until)
            await ledger.save(tx, before, after)

        await ledger.transactions.run(work, cause=cause)

    async def note_payment(self, application_id: str, payment: Payment, *, cause: Cause) -> None:
        """The treasury has the money (d8).

        Raises:
            NotFoundError: there is no such application.
            PaymentUnexpectedError: it does not fit this application; see `answers.paid`.
        """
        ledger = self.ledger

        async def work(tx: Transaction) -> None:
            before = await ledger.store.application(application_id, tx.session)
            after = answers.paid(before, ledger.kind_of(before), payment, now=ledger.now())
            if after is not before:
                await ledger.save(tx, before, after)

        await ledger.transactions.run(work, cause=cause)

    async def note_letter(
        self, application_id: str, certificate_id: str, postal_number: str, *, cause: Cause
    ) -> None:
        """The post has the paper copy (C42).

        Raises:
            NotFoundError: there is no such application.
            LetterUnexpectedError: it does not fit this application; see `answers.mailed`.
        """
        ledger = self.ledger

        async def work(tx: Transaction) -> None:
            before = await ledger.store.application(application_id, tx.session)
            after = answers.mailed(before, certificate_id, postal_number, now=ledger.now())
            if after is before:
                return
            await ledger.save(tx, before, after)
            certificate = await ledger.store.certificate(certificate_id, tx.session)
            await ledger.save_certificate(
                tx, certificate, replace(certificate, postal_number=postal_number)
            )

        await ledger.transactions.run(work, cause=cause)
