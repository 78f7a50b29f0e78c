"""Who may sign: staff and clinics as identity tells of them, held against a certificate. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from contracts.roles import Role
from services.chassis.foundation.text import name, number
from services.documents.signers.errors import AnothersCertificateError


@dataclass(frozen=True)
class Post:
    """A role at a clinic; without `clinic_id` on the whole platform."""

    role: Role
    clinic_id: str | None = None


@dataclass(frozen=True)
class Member:
    """A member of staff."""

    id: str
    active: bool
    posts: tuple[Post, ...]
    full_name: str
    position: str | None = None
    snils: str | None = None

    @property
    def practises_at(self) -> frozenset[str]:
        """The clinics where they work as a doctor now."""
        if not self.active:
            return frozenset()
        return frozenset(p.clinic_id for p in self.posts if p.role is Role.DOCTOR and p.clinic_id)


@dataclass(frozen=True)
class Clinic:
    """A clinic: who seals, and what stands at the top of its papers."""

    id: str
    number: str
    name: str
    organisation: str
    address: str
    ogrn: str
    inn: str
    licence: str
    closed_on: date | None = None

    def open_on(self, day: date) -> bool:
        """Whether it works on a day."""
        return self.closed_on is None or day < self.closed_on


@dataclass(frozen=True)
class Subject:
    """Whom a certificate names."""

    name: str
    organisation: str
    snils: str | None = None
    ogrn: str | None = None
    inn: str | None = None


def check_doctor(subject: Subject, member: Member) -> None:
    """Hold a certificate against the account that approves (C30).

    Raises:
        AnothersCertificateError: it names somebody else.
    """
    if not member.snils or number(subject.snils or "") != number(member.snils):
        what = "СНИЛС"
        raise AnothersCertificateError(what)
    if _plain(subject.name) != _plain(member.full_name):
        what = "ФИО"
        raise AnothersCertificateError(what)


def check_organisation(subject: Subject, clinic: Clinic) -> None:
    """Hold a certificate against the clinic.

    Raises:
        AnothersCertificateError: it names another organisation.
    """
    for what, said, known in (
        ("ОГРН", subject.ogrn, clinic.ogrn),
        ("ИНН", subject.inn, clinic.inn),
    ):
        if said != known:
            raise AnothersCertificateError(what)


def _plain(full_name: str) -> str:
    return name(full_name).casefold().replace("ё", "е")
