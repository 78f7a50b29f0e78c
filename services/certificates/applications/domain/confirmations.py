"""What a citizen confirms when handing in, and whether their signature confirms that (C12).

Confirmed is one application as it will be filed, to the letter: its canonical JSON (keys sorted, no
spaces, UTF-8). An act is for the digest of that, a signature of one's own is over the bytes.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime

from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.parts import Confirmation
from services.certificates.applications.errors import (
    SignatureOfAnotherError,
    SignatureOfOtherFormError,
)
from services.certificates.catalogue.domain.consents import ConsentText
from services.certificates.known.domain.people import Person
from services.sealing import Signatory

SIGNATURE = "signature"
"""The method of a confirmation by one's own certificate; others are those of acts."""


@dataclass(frozen=True)
class Form:
    """An application as it is confirmed; made of one that is as it will be filed."""

    content: bytes

    @property
    def digest(self) -> str:
        """SHA-256, as 64 hexadecimal digits: what an act of signing has to be for."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class Signed:
    """A detached signature that holds: whose, and over the form of which digest."""

    signatory: Signatory
    digest: str


def form_of(application: Application, consent: ConsentText) -> Form:
    """Which certificate, with which answers and files, how and from whom, under which consent."""
    said = {
        "application_id": application.id,
        "citizen_id": application.citizen_id,
        "certificate_type": application.type_code,
        "type_version": application.type_version,
        "fields": dict(application.values),
        "attachments": [
            {"requirement": a.requirement, "file_id": a.file_id} for a in application.attachments
        ],
        "delivery": application.delivery.value,
        "clinic_id": application.clinic.id if application.clinic else None,
        "express": application.express,
        "exemption": application.exemption,
        "consent_version": consent.version,
    }
    canonical = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return Form(canonical.encode())


def signed(proof: Signed, form: Form, *, person: Person | None, now: datetime) -> Confirmation:
    """The confirmation of this form by a signature of this person's.

    Raises:
        SignatureOfOtherFormError: what was signed has changed since.
        SignatureOfAnotherError: the certificate is not this person's.
    """
    if proof.digest != form.digest:
        raise SignatureOfOtherFormError
    _same_person(proof.signatory, person)
    signatory = proof.signatory
    return Confirmation(SIGNATURE, now, signatory.serial, signatory.subject, signatory.issuer)


def _same_person(signatory: Signatory, person: Person | None) -> None:
    """By СНИЛС alone: a full name is not one person's, and certificates name no day of birth."""
    if person is None or not person.snils:
        raise SignatureOfAnotherError(known=False)
    if re.sub(r"[^0-9]", "", signatory.snils or "") != re.sub(r"[^0-9]", "", person.snils):
        raise SignatureOfAnotherError(known=True)
