"""What is told of certificates: domain → contract. Personal data goes to their printer alone."""

from __future__ import annotations

from collections.abc import Sequence

from contracts import certificates as contract
from services.certificates.applications.domain.application import Application
from services.certificates.catalogue.domain.catalogue import CertificateType
from services.certificates.catalogue.domain.organisation import Organisation
from services.certificates.registry.domain.certificate import Certificate, Revocation
from services.chassis.foundation.encryption import Encryption


def ordered(
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
    about = contract.ApplicationApprovedV2.about(
        application_id=application.id, citizen_id=application.citizen_id, number=certificate.number
    )
    return contract.ApplicationApprovedV2(
        application_id=application.id,
        tracking_number=application.registered.tracking_number,
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
        pii=contract.EncryptedForm(jwe=encryption.encrypt(pii, about=about)),
    )


def issued(
    application: Application, certificate: Certificate, *, verify_url: str
) -> contract.CertificateIssued:
    """The sealed certificate is there."""
    return contract.CertificateIssued(
        certificate_id=certificate.id,
        application_id=application.id,
        tracking_number=application.registered.tracking_number,
        citizen_id=application.citizen_id,
        certificate_type=certificate.type_code,
        certificate_title=certificate.title,
        number=certificate.number,
        issued_on=certificate.issued_on,
        valid_until=certificate.valid_until,
        verify_url=verify_url,
        document_id=certificate.document.document_id,
        sha256=certificate.document.sha256,
        delivery=contract.Delivery(certificate.delivery),
    )


def revoked(certificate: Certificate, revocation: Revocation) -> contract.CertificateRevoked:
    """Out of force, for good (C36)."""
    return contract.CertificateRevoked(
        certificate_id=certificate.id,
        application_id=certificate.application_id,
        citizen_id=certificate.citizen_id,
        certificate_title=certificate.title,
        number=certificate.number,
        document_id=certificate.document.document_id,
        revoked_at=revocation.at,
        reason_code=revocation.reason_code,
        reason=revocation.reason,
    )
