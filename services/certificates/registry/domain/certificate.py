"""A certificate in the registry, and what anybody may learn about it by its number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from services.certificates.applications.domain.application import Application
from services.certificates.catalogue.domain.calendar import WorkingCalendar, plus_months
from services.certificates.catalogue.domain.catalogue import CertificateType
from services.certificates.catalogue.domain.parts import Delivery
from services.certificates.known.domain.clinics import Issuer
from services.certificates.known.domain.people import masked_name
from services.certificates.registry.errors import NotInForceError, UnknownCertificateError

VALIDITY_FIELD = "validity_months"


class Status(StrEnum):
    """Where a certificate stands. `void` never reached anybody: its sealing failed (d5)."""

    SEALING = "sealing"
    ISSUED = "issued"
    REVOKED = "revoked"
    VOID = "void"


class Validity(StrEnum):
    """What the public check answers (C34)."""

    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


STATUS_LABELS: Mapping[Status, str] = {
    Status.SEALING: "Подписывается",
    Status.ISSUED: "Выдана",
    Status.REVOKED: "Отозвана",
    Status.VOID: "Недействительна",
}
VALIDITY_LABELS: Mapping[Validity, str] = {
    Validity.VALID: "Справка с этим номером действительна",
    Validity.EXPIRED: "Срок действия справки истёк",
    Validity.REVOKED: "Справка отозвана",
    Validity.UNKNOWN: "Справка с таким номером не найдена",
}


@dataclass(frozen=True)
class Revocation:
    """Why a certificate does not count any more (C36)."""

    at: datetime
    by: str
    reason_code: str
    reason: str


@dataclass(frozen=True)
class Sealed:
    """The document that a certificate was sealed in."""

    document_id: str
    sha256: str


@dataclass(frozen=True)
class Certificate:
    """One certificate in the registry. Its events are told by its application.

    `clinic` is who issued it, as it was then; of those from before clinics only the name of the
    organisation is known, `issuer`. `doctor_id` is missing where no doctor signed (C22, C23).
    """

    id: str
    number: str
    application_id: str
    citizen_id: str
    type_code: str
    title: str
    doctor_id: str | None
    masked_name: str
    issuer: str
    issued_on: date
    valid_until: date
    created_at: datetime
    delivery: Delivery
    clinic: Issuer | None = None
    status: Status = Status.SEALING
    revision: int = 0
    version: int = 0
    sealed: Sealed | None = None
    postal_number: str | None = None
    revocation: Revocation | None = None

    def validity(self, today: date) -> Validity:
        """What anybody may know: nothing of a certificate that was not issued."""
        if self.status is Status.REVOKED:
            return Validity.REVOKED
        if self.status is not Status.ISSUED:
            return Validity.UNKNOWN
        return Validity.VALID if today <= self.valid_until else Validity.EXPIRED

    def issued(self, sealed: Sealed) -> Certificate:
        """The certificate with its sealed document."""
        return replace(self, status=Status.ISSUED, sealed=sealed)

    @property
    def document(self) -> Sealed:
        """The sealed document, for whoever tells of it.

        Raises:
            UnknownCertificateError: there is none, so nobody may know of the certificate.
        """
        if self.sealed is None:
            raise UnknownCertificateError
        return self.sealed

    def revoked(self, revocation: Revocation) -> Certificate:
        """The certificate out of force; it is kept, and its check says so (d5).

        Raises:
            NotInForceError: it was not issued, or is revoked already.
        """
        if self.status is not Status.ISSUED:
            raise NotInForceError(STATUS_LABELS[self.status])
        return replace(self, status=Status.REVOKED, revocation=revocation)


def validity_months(application: Application, kind: CertificateType) -> int:
    """How long it will be valid: as asked for where the form asks (C50), else as the type says."""
    return int(application.values.get(VALIDITY_FIELD, kind.validity_months))


def valid_until(application: Application, kind: CertificateType, *, today: date) -> date:
    """The last day on which a certificate that is issued today will count."""
    return plus_months(today, validity_months(application, kind))


@dataclass(frozen=True)
class Checked:
    """What a public check found (C34): the number as printed, and what was issued under it."""

    number: str
    certificate: Certificate | None
    validity: Validity
    revoked_on: date | None


def checked(
    number: str, certificate: Certificate | None, calendar: WorkingCalendar, now: datetime
) -> Checked:
    """The public check of a number today, by the calendar of the clinic that issued it."""
    if certificate is None:
        return Checked(number, None, Validity.UNKNOWN, None)
    revocation = certificate.revocation
    return Checked(
        number,
        certificate,
        certificate.validity(calendar.day_of(now)),
        calendar.day_of(revocation.at) if revocation else None,
    )


def certificate_of(
    application: Application, kind: CertificateType, clinic: Issuer, *, today: date, at: datetime
) -> Certificate:
    """The certificate that an approved application made, still to be sealed.

    Without a decision it rests on a register, and no doctor signs it (C22, C23).
    """
    made, decision = application.certificate, application.decision
    if made is None:
        message = f"application {application.id} is not approved"
        raise ValueError(message)
    values = application.values
    return Certificate(
        id=made.certificate_id,
        number=made.number,
        application_id=application.id,
        citizen_id=application.citizen_id,
        type_code=kind.code,
        title=kind.title,
        doctor_id=decision.doctor_id if decision else None,
        masked_name=masked_name(
            values.get("last_name", ""), values.get("first_name", ""), values.get("middle_name")
        ),
        issuer=clinic.organisation,
        issued_on=today,
        valid_until=valid_until(application, kind, today=today),
        created_at=at,
        delivery=application.delivery,
        clinic=clinic,
    )
