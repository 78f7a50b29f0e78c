"""What is told of certificates: domain → contract. Personal data goes to their printer alone."""

from __future__ import annotations

from collections.abc import Sequence

from contracts import certificates as contract
from contracts import orders
from contracts.envelope import MAX_BYTES, MAX_TEXT
from services.certificates.applications.domain.application import Application
from services.certificates.applications.events import OfClinic, issuer, of_clinic
from services.certificates.catalogue.domain.catalogue import CertificateType
from services.certificates.known.domain.clinics import ClinicName, Issuer
from services.certificates.registry.domain.certificate import Certificate, Revocation
from services.certificates.registry.domain.printing import Row
from services.chassis.foundation.encryption import Encryption

_LARGEST_FORM = MAX_BYTES // 2
"""What an event holds of a form before it is encrypted: a JWE is a third longer, and its bound
three quarters of an event."""


def ordered(
    application: Application,
    certificate: Certificate,
    kind: CertificateType,
    clinic: Issuer,
    *,
    rows: Sequence[Row],
    doctor_id: str,
    act: str | None,
    verify_url: str,
    encryption: Encryption,
) -> orders.ApplicationApprovedV2:
    """Everything that documents needs to print and seal; the title is the one on the form."""
    about = orders.ApplicationApprovedV2.about(
        application_id=application.id, citizen_id=application.citizen_id, number=certificate.number
    )
    return orders.ApplicationApprovedV2(
        application_id=application.id,
        tracking_number=application.registered.tracking_number,
        citizen_id=application.citizen_id,
        certificate_id=certificate.id,
        certificate_type=kind.code,
        certificate_title=kind.printed_title,
        number=certificate.number,
        doctor_id=doctor_id,
        organisation_id=clinic.id,
        issued_on=certificate.issued_on,
        valid_until=certificate.valid_until,
        verify_url=verify_url,
        issuer=issuer(clinic),
        pii=_form(rows, act, about, encryption),
    )


def ordered_without_doctor(
    application: Application,
    certificate: Certificate,
    kind: CertificateType,
    clinic: Issuer,
    *,
    rows: Sequence[Row],
    check_url: str,
    encryption: Encryption,
) -> orders.DocumentOrdered:
    """The same for a certificate that no doctor signs (C22, C23)."""
    about = orders.DocumentOrdered.about(
        application_id=application.id, citizen_id=application.citizen_id, number=certificate.number
    )
    return orders.DocumentOrdered(
        application_id=application.id,
        citizen_id=application.citizen_id,
        paper=orders.Paper.CERTIFICATE,
        number=certificate.number,
        form=kind.code,
        title=kind.printed_title,
        organisation_id=clinic.id,
        issued_on=certificate.issued_on,
        valid_until=certificate.valid_until,
        check_url=check_url,
        issuer=issuer(clinic),
        pii=_form(rows, None, about, encryption),
    )


def preview_ordered(
    application: Application,
    kind: CertificateType,
    clinic: Issuer,
    *,
    preview_id: str,
    doctor_id: str,
    rows: Sequence[Row],
    encryption: Encryption,
) -> orders.PreviewOrdered:
    """What the doctor would sign, to be shown to that doctor alone."""
    about = orders.PreviewOrdered.about(
        preview_id=preview_id, application_id=application.id, doctor_id=doctor_id
    )
    return orders.PreviewOrdered(
        preview_id=preview_id,
        application_id=application.id,
        doctor_id=doctor_id,
        certificate_type=kind.code,
        certificate_title=kind.printed_title,
        organisation_id=clinic.id,
        issuer=issuer(clinic),
        pii=_form(rows, None, about, encryption),
    )


def _form(
    rows: Sequence[Row], act: str | None, about: tuple[str, ...], encryption: Encryption
) -> orders.EncryptedForm:
    pii = orders.CertificatePii(fields=_fields(rows), act=act)
    return orders.EncryptedForm(jwe=encryption.encrypt(pii, about=about))


def _fields(rows: Sequence[Row]) -> tuple[orders.PrintedField, ...]:
    """The rows; one that is longer than a field may be goes on in the next (C23)."""
    shorter = (part for row in rows for part in row.parts(MAX_TEXT))
    return tuple(orders.PrintedField(key=r.key, label=r.label, value=r.value) for r in shorter)


def fits(rows: Sequence[Row]) -> bool:
    """Whether one order holds the form: what does not is never ordered (C23)."""
    plain = orders.CertificatePii(fields=_fields(rows)).model_dump_json(exclude_none=True)
    return len(plain.encode()) <= _LARGEST_FORM


def _of_clinic(certificate: Certificate) -> OfClinic:
    """Whose it is, under the name at issue."""
    clinic = certificate.clinic
    return of_clinic(ClinicName(clinic.id, clinic.name) if clinic else None)


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
        **_of_clinic(certificate),
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
        **_of_clinic(certificate),
    )
