"""What an application is made of: files, consent, clock, claim, findings, decision, links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from services.certificates.applications.domain.states import State
from services.certificates.catalogue.domain.parts import SlaClass
from services.certificates.known.domain.files import UNKNOWN, Proof


@dataclass(frozen=True)
class ByDoctor:
    """Which doctor did something, by name and position, and when."""

    doctor_id: str
    name: str
    position: str | None
    at: datetime


@dataclass(frozen=True)
class Attachment:
    """A file that answers a requirement, of the applicant's, or attached by a doctor (C21)."""

    requirement: str
    file_id: str
    media_type: str
    size: int
    dpi: int | None = None
    by_doctor: ByDoctor | None = None
    proof: Proof = UNKNOWN


@dataclass(frozen=True)
class Ordered:
    """An examination that a doctor ordered beside the list of the type (C21).

    `code` stands for it wherever a requirement's does.
    """

    code: str
    title: str
    comment: str | None
    by: ByDoctor


@dataclass(frozen=True)
class Consent:
    """What was agreed to, word for word, and when (C11)."""

    version: str
    text_sha256: str
    at: datetime


@dataclass(frozen=True)
class Confirmation:
    """How the submission was confirmed: an act (a code), or a signature of one's own (C12).

    `reference` is the act's id or the serial number of the certificate, `signer` whose it is: an
    account, or the subject of the certificate, which `issuer` has given.
    """

    method: str
    at: datetime
    reference: str
    signer: str
    issuer: str | None = None


@dataclass(frozen=True)
class Pause:
    """The clock stood still: in which state, from when, until when (X8)."""

    state: State
    at: datetime
    until: datetime


@dataclass(frozen=True)
class Clock:
    """The deadline, and whether it is paused (C15, C17).

    `reasons` say why it is of that class (C16, e3): codes of `classes`.
    """

    sla: SlaClass
    deadline_at: datetime
    paused_at: datetime | None = None
    pauses: tuple[Pause, ...] = ()
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class DocumentRequest:
    """What the citizen still has to add, and which fields of the form to correct."""

    missing: tuple[str, ...]
    comment: str | None = None
    corrections: tuple[str, ...] = ()


@dataclass(frozen=True)
class Claim:
    """Which doctor has it, and until when."""

    doctor_id: str
    until: datetime


@dataclass(frozen=True)
class Finding:
    """What one specialist found at one examination (C21); `on`: the day where the clinic is."""

    examination: str
    doctor_id: str
    doctor_name: str
    doctor_position: str | None
    at: datetime
    on: date
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Visit:
    """The video visit of an application (C19): with whom, when; `held` once it began."""

    appointment_id: str
    doctor_id: str
    starts_at: datetime
    ends_at: datetime
    held: bool = False


@dataclass(frozen=True)
class Link:
    """Another application that this one follows, or that follows it (C46)."""

    application_id: str
    tracking_number: str | None = None


@dataclass(frozen=True)
class Prepared:
    """The legal entity that prepared the application for its employee (C48)."""

    organisation_id: str
    organisation_name: str
    bulk_id: str


class Step(StrEnum):
    """Who is turned to after a missed deadline, one after the other (e14).

    At `status` the citizen is told that it was missed, and whose turn it is.
    """

    STATUS = "status"
    SUPPORT = "support"
    DEPARTMENT = "department"
    REAPPLY = "reapply"


@dataclass(frozen=True)
class Escalation:
    """How far a missed deadline has gone by itself (e14): the step, and when."""

    step: Step
    at: datetime


@dataclass(frozen=True)
class Decision:
    """What the doctor decided, signed with (e13)."""

    doctor_id: str
    doctor_name: str
    doctor_position: str | None
    at: datetime
    values: Mapping[str, str] = field(default_factory=dict)
    reason_code: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Made:
    """The certificate that an approval made; how long it counts is known once it is issued."""

    certificate_id: str
    number: str
    valid_until: date | None = None


@dataclass(frozen=True)
class Filed:
    """What exists since an application was handed in: number, consent, deadline (C11, C13, C15)."""

    tracking_number: str
    consent: Consent
    clock: Clock
    confirmation: Confirmation | None = None
