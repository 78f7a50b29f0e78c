"""What certificates orders from documents: papers to print, to show and to seal.

One reader: the whole form is in them.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from contracts.clinics import Issuer
from contracts.envelope import MAX_BYTES, Data, EncryptedPii, Part, Pii, Text


class PrintedField(Part):
    """One row of the form: what is printed and how it is called in the XML."""

    key: str
    label: str
    value: Text


class CertificatePii(Pii):
    """What the form prints, in its order, and the doctor's act of signing it (a JWT, K5)."""

    fields: tuple[PrintedField, ...]
    act: Text | None = None


class EncryptedForm(EncryptedPii):
    """The same for a whole form, which is longer than what a person types at once."""

    jwe: Annotated[str, Field(max_length=MAX_BYTES * 3 // 4)]


class ApplicationApprovedV2(Data):
    """A doctor approved: the certificate has a number and is to be sealed.

    The whole form is in it, so it is told to whoever prints it and to nobody else.
    `organisation_id` is the clinic whose seal it gets; `issuer` is that clinic as it was then.
    """

    TYPE: ClassVar[str] = "certificates.application-approved.v2"
    PLAIN: ClassVar[type[Pii]] = CertificatePii
    BOUND_TO: ClassVar[tuple[str, ...]] = ("application_id", "citizen_id", "number")
    application_id: str
    tracking_number: str
    citizen_id: str
    certificate_id: str
    certificate_type: str
    certificate_title: str
    number: str
    doctor_id: str
    organisation_id: str
    issued_on: date
    valid_until: date
    verify_url: str
    issuer: Issuer | None = None
    pii: EncryptedForm


class Paper(StrEnum):
    """What a document without a doctor's signature is."""

    CERTIFICATE = "certificate"
    RECEIPT = "receipt"


class DocumentOrdered(Data):
    """A document that no doctor signs is to be sealed with the seal of a clinic alone.

    A certificate that rests on a register (C22, C23), or the receipt of an application (C13).
    `number` is what it is checked by at `check_url`: the certificate's, or the tracking number.
    """

    TYPE: ClassVar[str] = "certificates.document-ordered.v1"
    PLAIN: ClassVar[type[Pii]] = CertificatePii
    BOUND_TO: ClassVar[tuple[str, ...]] = ("application_id", "citizen_id", "number")
    application_id: str
    citizen_id: str
    paper: Paper
    number: str
    form: str
    title: str
    organisation_id: str
    issued_on: date
    valid_until: date | None = None
    check_url: str
    issuer: Issuer | None = None
    pii: EncryptedForm


class PreviewOrdered(Data):
    """A doctor wants to see the certificate as it would be printed, before signing it (K5).

    To be rendered without signatures, for that doctor alone. Where its rows have what only issuing
    knows (number, dates), there is a dash.
    """

    TYPE: ClassVar[str] = "certificates.preview-ordered.v1"
    PLAIN: ClassVar[type[Pii]] = CertificatePii
    BOUND_TO: ClassVar[tuple[str, ...]] = ("preview_id", "application_id", "doctor_id")
    preview_id: str
    application_id: str
    doctor_id: str
    certificate_type: str
    certificate_title: str
    organisation_id: str
    issuer: Issuer | None = None
    pii: EncryptedForm
