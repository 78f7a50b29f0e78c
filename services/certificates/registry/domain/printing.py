"""What is printed on a certificate: each row by its key, its label and what it says (C31, C32)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from contracts.signing import FIXED_BY_ISSUING
from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.parts import Finding
from services.certificates.catalogue.domain.catalogue import CertificateType
from services.certificates.catalogue.domain.forms import russian_date
from services.certificates.catalogue.domain.parts import Examination, Need
from services.certificates.known.domain.clinics import Issuer
from services.certificates.known.domain.people import full_name
from services.certificates.registry.domain.certificate import Certificate

NOTHING = "—"


@dataclass(frozen=True)
class Row:
    """One printed row: how it is called in the XML and on the form, and what it says."""

    key: str
    label: str
    value: str

    def parts(self, longest: int) -> list[Row]:
        """The row, or several where it is longer: cut between lines, a longer line inside."""
        if len(self.value) <= longest:
            return [self]
        pieces = [""]
        for line in self.value.split("\n"):
            for at in range(0, max(len(line), 1), longest):
                piece = line[at : at + longest]
                joined = f"{pieces[-1]}\n{piece}" if pieces[-1] else piece
                if len(joined) <= longest:
                    pieces[-1] = joined
                else:
                    pieces.append(piece)
        first, *rest = pieces
        more = [
            Row(f"{self.key}-{n}", f"{self.label} (продолжение)", piece)
            for n, piece in enumerate(rest, start=2)
        ]
        return [Row(self.key, self.label, first), *more]


def printed_rows(
    application: Application,
    kind: CertificateType,
    clinic: Issuer,
    certificate: Certificate | None = None,
    *,
    said: Mapping[str, str] | None = None,
) -> list[Row]:
    """The printed rows in the order of the form (C31, C32).

    `said` is what a register puts into the doctor's fields, where no doctor does (C22, C23).

    Without a certificate what only issuing knows is a dash: the rows that a doctor signs for (K5).
    """
    system = _system_values(application, kind, clinic) | _issued_values(certificate)
    decided = application.decision.values if application.decision else {}
    found = {name: value for f in application.findings for name, value in f.values.items()}
    entered = {**application.values, **found, **decided, **(said or {})}
    examined = {f.examination: f for f in application.findings}
    rows = []
    for key, label in kind.rows_for(application.values):
        field = kind.field_by_name.get(key)
        if (examination := kind.examination(key)) is not None:
            shown = _examined(examination, examined.get(key))
        else:
            value = entered.get(key, "") if field else system[key]
            shown = field.shown(value) if field and value else value
        rows.append(Row(key, label, shown or NOTHING))
    return rows


def _examined(examination: Examination, finding: Finding | None) -> str:
    """What was found at an examination, by whom and when, in one row."""
    if finding is None:
        return ""
    found = [f.shown(v) for f in examination.fields if (v := finding.values.get(f.name))]
    signed = f"{finding.doctor_name}, {russian_date(finding.on)}"
    return "; ".join([*found, signed])


def _issued_values(certificate: Certificate | None) -> dict[str, str]:
    if certificate is None:
        return dict.fromkeys(FIXED_BY_ISSUING, NOTHING)
    return {
        "number": certificate.number,
        "issued_on": russian_date(certificate.issued_on),
        "valid_until": russian_date(certificate.valid_until),
    }


def _system_values(
    application: Application, kind: CertificateType, clinic: Issuer
) -> dict[str, str]:
    values, decision = application.values, application.decision
    signer = (decision.doctor_name, decision.doctor_position) if decision else ()
    given = [
        r.title
        for r in kind.requirements
        if r.need is not Need.SUBMISSION and application.files_of(r.code)
    ]
    return {
        "full_name": full_name(
            values.get("last_name", ""), values.get("first_name", ""), values.get("middle_name")
        ),
        "tests": "; ".join(given),
        "doctor": ", ".join(part for part in signer if part),
        "organisation": clinic.title,
        "organisation_address": clinic.address,
        "organisation_details": clinic.details,
        "tracking_number": application.registered.tracking_number,
    }
