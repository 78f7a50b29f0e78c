"""The clinics that decide about applications and issue certificates (C31, K6)."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum


@dataclass(frozen=True)
class Issuer:
    """The clinic that issues a certificate, as it was then.

    `organisation` is the legal entity, `licence` the number of its licence.
    """

    id: str
    number: str
    name: str
    organisation: str
    address: str
    ogrn: str
    inn: str
    licence: str

    @property
    def title(self) -> str:
        """The organisation, with the clinic's own name where that does not say it already."""
        return (
            self.organisation
            if self.name in self.organisation
            else f"{self.organisation}, {self.name}"
        )

    @property
    def details(self) -> str:
        """The registration numbers in one line."""
        return f"ОГРН {self.ogrn}, ИНН {self.inn}, лицензия {self.licence}"


class ClinicFlaw(StrEnum):
    """Why a clinic takes no application, or issues no certificate."""

    MISSING = "required"
    UNKNOWN = "unknown-clinic"
    CLOSED = "clinic-closed"
    UNLICENSED = "clinic-unlicensed"
    NO_DOCTOR = "clinic-without-doctor"
    SEALLESS = "clinic-without-seal"


FLAW_SENTENCES = {
    ClinicFlaw.MISSING: "Выберите клинику, которая рассмотрит заявление и выдаст справку.",
    ClinicFlaw.UNKNOWN: "Такой клиники нет. Выберите другую.",
    ClinicFlaw.CLOSED: "Эта клиника больше не работает. Выберите другую.",
    ClinicFlaw.UNLICENSED: "Срок лицензии этой клиники истёк, справку она не выдаст. "
    "Выберите другую.",
    ClinicFlaw.NO_DOCTOR: "В этой клинике сейчас нет врача, который выдаёт такую справку. "
    "Выберите другую.",
    ClinicFlaw.SEALLESS: "У этой клиники сейчас нет действующей электронной печати, справку она не "
    "выдаст. Выберите другую.",
}


@dataclass(frozen=True)
class ClinicName:
    """Which clinic an application is for, and what it was called when it was chosen."""

    id: str
    name: str


@dataclass(frozen=True)
class Clinic(Issuer):
    """A clinic as it is now. `region` and `timezone` say which days count there (C15)."""

    licensed_from: date
    licensed_until: date | None = None
    closed_on: date | None = None
    timezone: str | None = None
    region: str | None = None
    phone: str | None = None
    email: str | None = None

    def flaw(self, today: date) -> ClinicFlaw | None:
        """Why it cannot decide about anything today."""
        if self.closed_on is not None and today >= self.closed_on:
            return ClinicFlaw.CLOSED
        ended = self.licensed_until is not None and today > self.licensed_until
        if ended or today < self.licensed_from:
            return ClinicFlaw.UNLICENSED
        return None

    @property
    def issuer(self) -> Issuer:
        """What is kept of it in a certificate."""
        return Issuer(**{field.name: getattr(self, field.name) for field in fields(Issuer)})


@dataclass(frozen=True)
class Choice:
    """The clinic that was chosen for an application, and why it cannot decide, if it cannot."""

    clinic: Clinic | None = None
    flaw: ClinicFlaw | None = ClinicFlaw.MISSING

    @property
    def named(self) -> ClinicName | None:
        """What is kept of it in an application."""
        return ClinicName(self.clinic.id, self.clinic.name) if self.clinic else None


@dataclass(frozen=True)
class Home:
    """The clinic that a citizen is attached to."""

    account_id: str
    clinic_id: str
