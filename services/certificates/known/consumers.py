"""Everything certificates hears: contract → use case."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.documents import DocumentKind, DocumentSealed, FileAccepted, SealingFailed
from contracts.identity import (
    AccountBlocked,
    AccountUnblocked,
    PapersConfirmed,
    PapersPii,
    ProfileRejected,
    StaffRegistered,
)
from contracts.partners import LetterAccepted, PaymentReceived
from services.certificates.known.domain import KnownFile, Person, Staff
from services.certificates.payments.domain import Payment
from services.certificates.registry.usecases import Registry
from services.chassis.foundation.encryption import Encryption
from services.chassis.kafka.dispatcher import Handlers
from services.chassis.work.inbox import Incoming


@dataclass(frozen=True)
class Consumers:
    """One method per event type. A sealed or failed talon is scheduling's and passes by."""

    registry: Registry
    papers: Encryption

    async def papers_confirmed(self, incoming: Incoming[PapersConfirmed]) -> None:
        """Keep what forms are filled from; only the newest counts."""
        pii = self.papers.decrypt(incoming.data.pii.jwe, PapersPii)
        person = Person(
            account_id=incoming.data.account_id,
            last_name=pii.last_name,
            first_name=pii.first_name,
            middle_name=pii.middle_name,
            birth_date=pii.birth_date,
            snils=pii.snils,
            oms=pii.oms,
        )
        await self.registry.remember_person(person, cause=incoming.latest("person"))

    async def profile_rejected(self, incoming: Incoming[ProfileRejected]) -> None:
        """Take nothing from this person; ordered against confirmations."""
        cause = incoming.latest("person")
        await self.registry.note_rejected(incoming.data.account_id, cause=cause)

    async def account_blocked(self, incoming: Incoming[AccountBlocked]) -> None:
        """Act for nobody whose account is closed."""
        cause = incoming.latest("standing")
        await self.registry.note_blocked(incoming.data.account_id, blocked=True, cause=cause)

    async def account_unblocked(self, incoming: Incoming[AccountUnblocked]) -> None:
        """It is open again."""
        cause = incoming.latest("standing")
        await self.registry.note_blocked(incoming.data.account_id, blocked=False, cause=cause)

    async def staff_registered(self, incoming: Incoming[StaffRegistered]) -> None:
        """Keep who signs; only the newest counts."""
        data = incoming.data
        pii = data.pii
        staff = Staff(data.account_id, pii.full_name, pii.position, data.role.value, pii.snils)
        await self.registry.remember_staff(staff, cause=incoming.latest("staff"))

    async def file_accepted(self, incoming: Incoming[FileAccepted]) -> None:
        """Keep which file may be attached, and by whom; limits are about what was sent."""
        data = incoming.data
        sent = data.size if data.sent_size is None else data.sent_size
        file = KnownFile(data.file_id, data.owner_id, data.purpose, data.media_type, sent, data.dpi)
        await self.registry.remember_file(file, cause=incoming.cause)

    async def document_sealed(self, incoming: Incoming[DocumentSealed]) -> None:
        """The certificate is issued."""
        data = incoming.data
        if data.kind is DocumentKind.CERTIFICATE:
            await self.registry.issue(
                data.reference_id, data.number, data.document_id, data.sha256, cause=incoming.cause
            )

    async def sealing_failed(self, incoming: Incoming[SealingFailed]) -> None:
        """The doctor has the application again."""
        data = incoming.data
        if data.kind is DocumentKind.CERTIFICATE:
            await self.registry.reopen(
                data.reference_id, data.number, data.reason, cause=incoming.cause
            )

    async def payment_received(self, incoming: Incoming[PaymentReceived]) -> None:
        """Write it into the history."""
        data = incoming.data
        await self.registry.note_payment(
            data.application_id,
            Payment(data.payment_id, data.amount_kopecks, data.paid_at),
            cause=incoming.cause,
        )

    async def letter_accepted(self, incoming: Incoming[LetterAccepted]) -> None:
        """Write the postal number onto application and certificate."""
        data = incoming.data
        await self.registry.note_letter(
            data.application_id, data.certificate_id, data.postal_number, cause=incoming.cause
        )


def handlers(registry: Registry, papers: Encryption) -> Handlers:
    """The handlers of this service, by event type; `papers` decrypts identity papers."""
    consumers = Consumers(registry, papers)
    return {
        PapersConfirmed: consumers.papers_confirmed,
        ProfileRejected: consumers.profile_rejected,
        AccountBlocked: consumers.account_blocked,
        AccountUnblocked: consumers.account_unblocked,
        StaffRegistered: consumers.staff_registered,
        FileAccepted: consumers.file_accepted,
        DocumentSealed: consumers.document_sealed,
        SealingFailed: consumers.sealing_failed,
        PaymentReceived: consumers.payment_received,
        LetterAccepted: consumers.letter_accepted,
    }
