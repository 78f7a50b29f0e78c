"""Everything certificates says: domain → contract. Personal data goes under `pii` only."""

from __future__ import annotations

from collections.abc import Sequence

from contracts import certificates as contract
from services.certificates.applications.domain.application import Application
from services.certificates.catalogue.domain.catalogue import CertificateType, Organisation
from services.certificates.registry.domain.certificate import Certificate, Revocation
from services.chassis.foundation.encryption import Encryption


def submitted(application: Application, kind: CertificateType) -> contract.ApplicationSubmitted:
    """Registered, with a number and a deadline."""
    assert application.clock is not None, "a submitted application has a deadline"  # noqa: S101 - the domain's invariant, told to the type checker
    return contract.ApplicationSubmitted(
        application_id=application.id,
        tracking_number=application.tracking_number or "",
        citizen_id=application.citizen_id,
        certificate_type=kind.code,
        certificate_title=kind.title,
        sla_class=contract.SlaClass(application.clock.sla),
        deadline_at=application.clock.deadline_at,
        fee_kopecks=kind.fee_kopecks,
        delivery=contract.Delivery(application.delivery),
    )


def review_started(
    application: Application, kind: CertificateType, doctor_id: str
) -> contract.ReviewStarted:
    """A doctor has it; the attachments may be read by that doctor."""
    return contract.ReviewStarted(
        application_id=application.id,
        tracking_number=application.tracking_number or "",
        citizen_id=application.citizen_id,
        certificate_title=kind.title,
        doctor_id=doctor_id,
        attachments=tuple(a.file_id for a in application.attachments),
    )


def review_ended(application: Application, doctor_id: str) -> contract.ReviewEnded:
    """The doctor does not have it any more, and may not read the attachments."""
    return contract.ReviewEnded(application_id=application.id, doctor_id=doctor_id)


def documents_requested(
    application: Application, kind: CertificateType
) -> contract.DocumentsRequested:
    """What the citizen has to add, by its titles."""
    request = application.request
    asked = [kind.requirement(code) for code in request.missing] if request else []
    wrong = [f.label for f in kind.fields if request and f.name in request.corrections]
    comment = request.comment if request else None
    if wrong:  # v1 of the event names documents only
        comment = f"Исправьте в заявлении: {', '.join(wrong)}. {comment or ''}".strip()
    return contract.DocumentsRequested(
        application_id=application.id,
        tracking_number=application.tracking_number or "",
        citizen_id=application.citizen_id,
        certificate_title=kind.title,
        missing=tuple(requirement.title for requirement in asked if requirement),
        comment=comment,
    )


def documents_supplied(application: Application) -> contract.DocumentsSupplied:
    """The clock runs again."""
    assert application.clock is not None, "a submitted application has a deadline"  # noqa: S101 - as above
    return contract.DocumentsSupplied(
        application_id=application.id,
        tracking_number=application.tracking_number or "",
        citizen_id=application.citizen_id,
        deadline_at=application.clock.deadline_at,
    )


def approved(
    application: Application,
    certificate: Certificate,
    kind: CertificateType,
    organisation: Organisation,
    *,
    rows: Sequence[tuple[str, str, str]],
    verify_url: str,
    encryption: Encryption,
) -> contract.ApplicationApprovedV2:
    """Everything that documents needs to print and seal; the title is the one on the form."""
    pii = contract.CertificatePii(
        fields=tuple(contract.PrintedField(key=k, label=label, value=v) for k, label, v in rows)
    )
    return contract.ApplicationApprovedV2(
        application_id=application.id,
        tracking_number=application.tracking_number or "",
        citizen_id=application.citizen_id,
        certificate_id=certificate.id,
        certificate_type=kind.code,
        certificate_title=kind.printed_title,
        number=certificate.number,
        doctor_id=certificate.doctor_id,
        organisation_id=organisation.id,
        issued_on=certificate.issued_on,
        valid_until=certificate.valid_until,
        verify_url=verify_url,
        pii=contract.EncryptedForm(jwe=encryption.encrypt(pii)),
    )


def issued(
    application: Application, certificate: Certificate, *, verify_url: str
) -> contract.CertificateIssued:
    """The sealed certificate is there."""
    return contract.CertificateIssued(
        certificate_id=certificate.id,
        application_id=application.id,
        tracking_number=application.tracking_number or "",
        citizen_id=application.citizen_id,
        certificate_type=certificate.type_code,
        certificate_title=certificate.title,
        number=certificate.number,
        issued_on=certificate.issued_on,
        valid_until=certificate.valid_until,
        verify_url=verify_url,
        document_id=certificate.document_id or "",
        sha256=certificate.sha256 or "",
        delivery=contract.Delivery(certificate.delivery),
    )


def refused(application: Application, kind: CertificateType) -> contract.ApplicationRefused:
    """Refused, with the reason."""
    decision = application.decision
    return contract.ApplicationRefused(
        application_id=application.id,
        tracking_number=application.tracking_number or "",
        citizen_id=application.citizen_id,
        certificate_title=kind.title,
        reason_code=(decision.reason_code or "") if decision else "",
        reason=(decision.reason or "") if decision else "",
    )


def withdrawn(application: Application, kind: CertificateType) -> contract.ApplicationWithdrawn:
    """Taken back."""
    return contract.ApplicationWithdrawn(
        application_id=application.id,
        tracking_number=application.tracking_number or "",
        citizen_id=application.citizen_id,
        certificate_title=kind.title,
    )


def revoked(certificate: Certificate, revocation: Revocation) -> contract.CertificateRevoked:
    """Out of force, for good (C36)."""
    return contract.CertificateRevoked(
        certificate_id=certificate.id,
        application_id=certificate.application_id,
        citizen_id=certificate.citizen_id,
        certificate_title=certificate.title,
        number=certificate.number,
        document_id=certificate.document_id or "",
        revoked_at=revocation.at,
        reason_code=revocation.reason_code,
        reason=revocation.reason,
    )
