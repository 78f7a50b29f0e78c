"""What certificates says: applications on their way, certificates issued and refused."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar

from contracts.envelope import Data, Moment, Part, Text


class Delivery(StrEnum):
    """How the citizen gets the certificate (REQUIREMENTS C1, C42, C43)."""

    ACCOUNT = "account"
    POST = "post"
    MFC = "mfc"


class SlaClass(StrEnum):
    """Deadline class (REQUIREMENTS C16, d2)."""

    EXPRESS = "express"
    STANDARD = "standard"
    EXTRA_CHECK = "extra-check"


class ApplicationSubmitted(Data):
    """An application was registered under a tracking number (C13) with a deadline (C15)."""

    TYPE: ClassVar[str] = "certificates.application-submitted.v1"
    application_id: str
    tracking_number: str
    citizen_id: str
    certificate_type: str
    certificate_title: str
    sla_class: SlaClass
    deadline_at: Moment
    fee_kopecks: int
    delivery: Delivery
    clinic_id: str | None = None
    clinic_name: str | None = None
    actor_id: str | None = None
    follows: str | None = None


class ApplicationPrepared(Data):
    """A legal entity prepared an application for its employee, who is to look and confirm (C48).

    It is a draft of the citizen's: nobody but them sees what it says, and they may decline.
    """

    TYPE: ClassVar[str] = "certificates.application-prepared.v1"
    application_id: str
    citizen_id: str
    certificate_type: str
    certificate_title: str
    organisation_id: str
    organisation: str
    clinic_id: str | None = None
    clinic_name: str | None = None


class ReviewStarted(Data):
    """A doctor took the application from the queue (C20) and may read its attachments."""

    TYPE: ClassVar[str] = "certificates.review-started.v1"
    application_id: str
    tracking_number: str
    citizen_id: str
    certificate_title: str
    doctor_id: str
    attachments: tuple[str, ...]
    clinic_id: str | None = None
    clinic_name: str | None = None


class ReviewEnded(Data):
    """The doctor's review is over, whatever the reason: they may not read the attachments now."""

    TYPE: ClassVar[str] = "certificates.review-ended.v1"
    application_id: str
    doctor_id: str


class ResultAttached(Data):
    """A doctor attached the result of an examination (C21): the citizen may read the file.

    The file is the doctor's upload; from now on it tells of the citizen, and its journal is theirs.
    """

    TYPE: ClassVar[str] = "certificates.result-attached.v1"
    application_id: str
    tracking_number: str
    citizen_id: str
    certificate_title: str
    doctor_id: str
    file_id: str
    clinic_id: str | None = None
    clinic_name: str | None = None


class DocumentsRequested(Data):
    """The citizen has to add documents; the deadline clock is paused (C10, C17).

    `missing` names them in Russian, as the catalogue does.
    """

    TYPE: ClassVar[str] = "certificates.documents-requested.v1"
    application_id: str
    tracking_number: str
    citizen_id: str
    certificate_title: str
    missing: tuple[str, ...]
    comment: Text | None = None
    clinic_id: str | None = None
    clinic_name: str | None = None


class DocumentsSupplied(Data):
    """The citizen added what was asked for; the clock runs again."""

    TYPE: ClassVar[str] = "certificates.documents-supplied.v1"
    application_id: str
    tracking_number: str
    citizen_id: str
    deadline_at: Moment


class CertificateIssued(Data):
    """The sealed certificate is in the citizen's account and publicly verifiable (C34)."""

    TYPE: ClassVar[str] = "certificates.certificate-issued.v1"
    certificate_id: str
    application_id: str
    tracking_number: str
    citizen_id: str
    certificate_type: str
    certificate_title: str
    number: str
    issued_on: date
    valid_until: date
    verify_url: str
    document_id: str
    sha256: str
    delivery: Delivery
    clinic_id: str | None = None
    clinic_name: str | None = None


class ApplicationRefused(Data):
    """A doctor refused, with a concrete reason (d6)."""

    TYPE: ClassVar[str] = "certificates.application-refused.v1"
    application_id: str
    tracking_number: str
    citizen_id: str
    certificate_title: str
    reason_code: str
    reason: Text
    clinic_id: str | None = None
    clinic_name: str | None = None


class ApplicationWithdrawn(Data):
    """The citizen took the application back before it was decided."""

    TYPE: ClassVar[str] = "certificates.application-withdrawn.v1"
    application_id: str
    tracking_number: str
    citizen_id: str
    certificate_title: str
    clinic_id: str | None = None
    clinic_name: str | None = None
    actor_id: str | None = None


class Turn(StrEnum):
    """Whose move an application waits for (X8)."""

    CITIZEN = "citizen"
    PAYMENT = "payment"
    QUEUE = "queue"
    DOCTOR = "doctor"
    SPECIALIST = "specialist"
    VISIT = "visit"
    REGISTRY = "registry"
    HOSPITAL = "hospital"
    SEALING = "sealing"
    NOBODY = "nobody"


class Office(Part):
    """Whom the citizen can turn to, as people are told of it; an office, never a person."""

    title: str
    phone: str | None = None
    email: str | None = None


class DeadlineMissed(Data):
    """The promised time passed and nothing was decided or issued (C17, e14).

    `turn` says who had it then, `turn_title` in Russian, `office` can be asked. What was paid
    for haste goes back: `refund_kopecks`.
    """

    TYPE: ClassVar[str] = "certificates.deadline-missed.v1"
    application_id: str
    tracking_number: str
    citizen_id: str
    certificate_title: str
    deadline_at: Moment
    turn: Turn
    turn_title: Text
    office: Office
    refund_kopecks: int = 0
    clinic_id: str | None = None
    clinic_name: str | None = None


class EscalationStep(StrEnum):
    """Who is turned to after a missed deadline, one after the other (e14, n16, n17)."""

    SUPPORT = "support"
    DEPARTMENT = "department"
    REAPPLY = "reapply"


class ApplicationEscalated(Data):
    """Since a deadline was missed still nothing: the next step (e14), each told once.

    `office` is turned to now. At `reapply` the citizen may apply again, linked to the first (C46).
    """

    TYPE: ClassVar[str] = "certificates.application-escalated.v1"
    application_id: str
    tracking_number: str
    citizen_id: str
    certificate_title: str
    step: EscalationStep
    submitted_at: Moment
    deadline_at: Moment
    office: Office
    clinic_id: str | None = None
    clinic_name: str | None = None


class VideoVisitRequested(Data):
    """An application needs a video visit before anything else happens to it (C19).

    With a doctor of one of these specialties at this clinic, who decides right after it. Told again
    where a visit was missed.
    """

    TYPE: ClassVar[str] = "certificates.video-visit-requested.v1"
    application_id: str
    tracking_number: str
    citizen_id: str
    clinic_id: str
    specialties: tuple[str, ...]
    not_before: Moment


class CertificateRevoked(Data):
    """A certificate is not in force any more, and never will be again (C36)."""

    TYPE: ClassVar[str] = "certificates.certificate-revoked.v1"
    certificate_id: str
    application_id: str
    citizen_id: str
    certificate_title: str
    number: str
    document_id: str
    revoked_at: Moment
    reason_code: str
    reason: Text
    clinic_id: str | None = None
    clinic_name: str | None = None
