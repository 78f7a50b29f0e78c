"""What a citizen confirms when handing in, and whether their signature confirms that (C12).

Confirmed is one application as it will be filed, to the letter: its canonical JSON (keys sorted, no
spaces, UTF-8). An act is for the digest of that, a signature of one's own is over the bytes.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.parts import Confirmation
from services.certificates.catalogue.domain.consents import ConsentText
from services.certificates.known.domain.people import Person
from services.sealing.own import SIGNATURE, Signed


@dataclass(frozen=True)
class Form:
    """An application as it is confirmed; made of one that is as it will be filed."""

    content: bytes

    @property
    def digest(self) -> str:
        """SHA-256, as 64 hexadecimal digits: what an act of signing has to be for."""
        return hashlib.sha256(self.content).hexdigest()


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
        OwnSignatureRefusedError: what was signed has changed since, or it is not this person's.
    """
    signatory = proof.check(form.digest, person.snils if person else None)
    return Confirmation(SIGNATURE, now, signatory.serial, signatory.subject, signatory.issuer)
