"""What other government systems say. They write their own topics; the platform only listens.

An answer counts once, and only for a question that was asked: who answers names the event that
asked in `causationid` where the event says so, and says what fits the thing that it is about.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from contracts.envelope import Data, Moment, Part, Pii, Text
from contracts.orders import EncryptedForm
from contracts.records import RecordKind


class IdentityChecked(Data):
    """The state registry compared a submitted profile (passport, СНИЛС, policy).

    `causationid` is the id of the `profile-submitted` event that this answers. `mismatches` names
    fields, `reasons` says why: codes of `contracts.patients.MISMATCHES` (e22–e24, e34).
    """

    TYPE: ClassVar[str] = "registry.identity-checked.v1"
    account_id: str
    revision: int
    matched: bool
    mismatches: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


class RepresentationChecked(Data):
    """The civil registry compared a parent or guardian and a child with its records (I12).

    `causationid` is the id of the `representation-submitted` event that this answers.
    """

    TYPE: ClassVar[str] = "registry.representation-checked.v1"
    right_id: str
    matched: bool
    mismatches: tuple[str, ...] = ()


class OrganisationChecked(Data):
    """The register of legal entities compared an organisation and its head (I11).

    `causationid` is the id of the `organisation-submitted` event that this answers.
    """

    TYPE: ClassVar[str] = "registry.organisation-checked.v1"
    organisation_id: str
    matched: bool
    mismatches: tuple[str, ...] = ()


class PaymentReceived(Data):
    """The treasury got a payment for a service (d8).

    `acquirer_payment_id` names the acquirer's payment where the money came through it: the same
    money, told of a second time. Without it, it is money of its own. `bill_number` names the bill
    where the payer did.
    """

    TYPE: ClassVar[str] = "treasury.payment-received.v1"
    application_id: str
    payment_id: str
    amount_kopecks: int
    paid_at: Moment
    bill_number: str | None = None
    acquirer_payment_id: str | None = None


class PaymentRefunded(Data):
    """The treasury returned what it was ordered to (`certificates.refund-ordered.v1`)."""

    TYPE: ClassVar[str] = "treasury.payment-refunded.v1"
    application_id: str
    refund_id: str
    amount_kopecks: int
    refunded_at: Moment


class AppointmentAccepted(Data):
    """The hospital's own system entered the appointment (A36), with a comment for the patient.

    `talon_number` is that of the report which this answers: a visit that was moved has another one
    since, and what was said of its former time is not of the new one. So in the next two.
    """

    TYPE: ClassVar[str] = "ehr.appointment-accepted.v1"
    appointment_id: str
    talon_number: str | None = None
    comment: Annotated[str, Field(max_length=1000)] | None = None


class AttendanceReported(Data):
    """The clinic's own system says whether the patient came, once the visit is over (A33, A36)."""

    TYPE: ClassVar[str] = "ehr.attendance-reported.v1"
    appointment_id: str
    talon_number: str | None = None
    attended: bool
    comment: Annotated[str, Field(max_length=1000)] | None = None


class VisitCommented(Data):
    """The clinic adds a comment for the patient to a visit, in place of the one before (A10)."""

    TYPE: ClassVar[str] = "ehr.visit-commented.v1"
    appointment_id: str
    talon_number: str | None = None
    comment: Annotated[str, Field(max_length=1000)]


class RecordedPatient(Part):
    """A person as the clinic, or the register, has them; numbers are digits."""

    last_name: str
    first_name: str
    middle_name: str | None = None
    birth_date: date
    snils: str | None = None
    oms: str | None = None


class RecordEntry(Part):
    """One entry of a record: what, on which day, by whom; `coding` is МКБ-10's or a study's.

    `examination` is the code of an examination of the certificate types, where it is one.
    """

    kind: RecordKind
    on: date
    title: str
    text: Text = ""
    specialty: str | None = None
    doctor: str | None = None
    coding: str | None = None
    examination: str | None = None


class RecordPii(Pii):
    """A part of a record; the patient stands in each."""

    patient: RecordedPatient | None = None
    entries: tuple[RecordEntry, ...] = ()


PartNumber = Annotated[int, Field(ge=1, le=64)]


class RecordAnswered(Data):
    """A clinic answers what its record has of a patient (C57): part `part` of `parts`.

    `causationid` is the id of the `record-requested` event that this answers; all parts name the
    same. `found` is false where the clinic does not know the patient.
    """

    TYPE: ClassVar[str] = "ehr.record-answered.v1"
    PLAIN: ClassVar[type[Pii]] = RecordPii
    BOUND_TO: ClassVar[tuple[str, ...]] = ("request_id", "application_id", "part")
    request_id: str
    application_id: str
    part: PartNumber
    parts: PartNumber
    found: bool
    pii: EncryptedForm


class Vaccination(Part):
    """One vaccination of the register."""

    vaccine: str
    on: date
    batch: str
    dose: str
    given_at: str


class VaccinationsPii(Pii):
    """What the register has of a person."""

    patient: RecordedPatient | None = None
    vaccinations: tuple[Vaccination, ...] = ()


class VaccinationsAnswered(Data):
    """The register of vaccinations answers (C22).

    `causationid` is the id of the `vaccinations-requested` event that this answers.
    """

    TYPE: ClassVar[str] = "registry.vaccinations-answered.v1"
    PLAIN: ClassVar[type[Pii]] = VaccinationsPii
    BOUND_TO: ClassVar[tuple[str, ...]] = ("request_id", "application_id")
    request_id: str
    application_id: str
    found: bool
    pii: EncryptedForm


class LetterAccepted(Data):
    """The post took the paper copy; `postal_number` follows it (C42)."""

    TYPE: ClassVar[str] = "post.letter-accepted.v1"
    certificate_id: str
    application_id: str
    postal_number: str
    accepted_at: Moment
