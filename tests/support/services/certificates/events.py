"""What other systems say to certificates, as the tests need it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from contracts.clinics import Permit, Practice
from contracts.documents import (
    DocumentKind,
    DocumentSealed,
    FileAccepted,
    Holder,
    SealingFailed,
    SignerChanged,
)
from contracts.identity import (
    Category,
    ClinicChanged,
    PapersConfirmed,
    PapersPii,
    Post,
    StaffChanged,
    StaffPii,
    StaffRole,
)
from contracts.partners import LetterAccepted, PaymentReceived
from services.certificates.known.domain.clinics import Clinic
from tests.support.services.certificates.builders import ANNA, CLINIC
from tests.support.tools.encryption import encrypted

Json = dict[str, Any]


def profile(
    last_name: str = ANNA.last_name,
    snils: str | None = None,
    account_id: str = ANNA.account_id,
    *,
    birth_date: date = ANNA.birth_date,
    **more: Any,
) -> PapersConfirmed:
    """Anna's confirmed papers."""
    papers = PapersPii(
        last_name=last_name,
        first_name=ANNA.first_name,
        middle_name=ANNA.middle_name,
        birth_date=birth_date,
        snils=snils,
        oms=ANNA.oms,
        **more,
    )
    return PapersConfirmed(
        account_id=account_id,
        category=Category.CITIZEN,
        pii=encrypted(PapersConfirmed, papers, account_id=account_id),
    )


def staff(
    account_id: str,
    full_name: str,
    snils: str | None = None,
    *,
    clinics: Sequence[str | None] = (CLINIC.id,),
    specialties: Sequence[str] = ("therapist",),
    role: StaffRole = StaffRole.DOCTOR,
    active: bool = True,
) -> StaffChanged:
    """A doctor of Anna's clinic, unless told otherwise."""
    return StaffChanged(
        account_id=account_id,
        active=active,
        posts=tuple(Post(role=role, clinic_id=clinic) for clinic in clinics),
        practice=Practice(specialties=tuple(specialties), practising_since=2010),
        pii=StaffPii(full_name=full_name, position="врач-терапевт", snils=snils),
    )


def clinic(known: Clinic = CLINIC, **over: Any) -> ClinicChanged:
    """Anna's clinic, or another."""
    licence = Permit(
        number=known.licence, issued_on=known.licensed_from, valid_until=known.licensed_until
    )
    said: Json = {
        "clinic_id": known.id,
        "number": known.number,
        "name": known.name,
        "organisation": known.organisation,
        "address": known.address,
        "phone": "+74950000045",
        "timezone": "Europe/Moscow",
        "ogrn": known.ogrn,
        "inn": known.inn,
        "licence": licence,
        "closed_on": known.closed_on,
    }
    return ClinicChanged(**(said | over))


def accepted(file_id: str, owner: str = ANNA.account_id, **over: int | None) -> FileAccepted:
    """A good scan, or one with another size or resolution."""
    return FileAccepted(
        file_id=file_id,
        owner_id=owner,
        purpose="application",
        media_type="image/jpeg",
        sha256="a" * 64,
        pages=1,
        **{"size": 200_000, "dpi": 300, **over},  # type: ignore[arg-type] # numbers by name
    )


def signer(
    holder: Holder, holder_id: str, *, active: bool = True, days: int = 400
) -> SignerChanged:
    """A doctor or a clinic can sign for so many days, or cannot."""
    return SignerChanged(
        signer_id=f"{holder}-{holder_id}",
        holder=holder,
        holder_id=holder_id,
        active=active,
        valid_until=datetime.now(UTC) + timedelta(days=days),
    )


def sealed(
    application: Json,
    document_id: str = "doc-1",
    *,
    number: str | None = None,
    kind: DocumentKind = DocumentKind.CERTIFICATE,
    paper: str | None = None,
) -> DocumentSealed:
    """The certificate of an approved application, sealed."""
    return DocumentSealed(
        document_id=document_id,
        kind=kind,
        reference_id=application["id"],
        owner_id=ANNA.account_id,
        number=number or application["certificate"]["number"],
        sha256="b" * 64,
        size=60_000,
        sealed_at=datetime.now(UTC),
        signatures=(),
        paper=paper,
    )


def unsealable(
    application: Json, document_id: str = "doc-1", *, paper: str | None = None
) -> SealingFailed:
    """The certificate of an approved application cannot be sealed."""
    return SealingFailed(
        document_id=document_id,
        kind=DocumentKind.CERTIFICATE,
        reference_id=application["id"],
        owner_id=ANNA.account_id,
        number=application["certificate"]["number"],
        reason_code="unprintable-text",
        reason="Знак «漢» нельзя напечатать.",
        paper=paper,
    )


def payment(application: Json, payment_id: str = "pay-1") -> PaymentReceived:
    """The treasury has the fee of 086/у."""
    return PaymentReceived(
        application_id=application["id"],
        payment_id=payment_id,
        amount_kopecks=125_000,
        paid_at=datetime.now(UTC),
    )


def letter(application: Json, postal_number: str = "10190041000018") -> LetterAccepted:
    """The post has the paper copy."""
    return LetterAccepted(
        certificate_id=application["certificate"]["id"],
        application_id=application["id"],
        postal_number=postal_number,
        accepted_at=datetime.now(UTC),
    )
