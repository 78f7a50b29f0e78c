"""A member of staff: posts, a doctor's practice, and whether they still work (K3, K9).

A post is a role at a clinic, or on the whole platform. What an administrator manages follows from
their posts alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Role(StrEnum):
    """What an account is for. One person may have a citizen's and a staff account."""

    CITIZEN = "citizen"
    DOCTOR = "doctor"
    REGISTRAR = "registrar"
    SUPPORT = "support"
    ADMINISTRATOR = "administrator"
    SRE = "sre"


@dataclass(frozen=True)
class Post:
    """A role at a clinic; without `clinic_id` on the whole platform."""

    role: Role
    clinic_id: str | None = None


@dataclass(frozen=True)
class Qualification:
    """A certificate or an accreditation of a specialist; `specialty` is a code."""

    number: str
    specialty: str
    issued_on: date
    valid_until: date | None = None


@dataclass(frozen=True)
class Conference:
    """Where a doctor spoke or learned."""

    title: str
    year: int


@dataclass(frozen=True)
class Practice:
    """What patients choose a doctor by; the first of `specialties` is the main one."""

    specialties: tuple[str, ...]
    practising_since: int
    qualifications: tuple[Qualification, ...] = ()
    conferences: tuple[Conference, ...] = ()
    photo: str | None = None


@dataclass(frozen=True)
class Dismissal:
    """An administrator dismissed a member of staff, or took them back."""

    at: datetime
    by: str
    reason: str
    dismissed: bool


@dataclass(frozen=True)
class Powers:
    """What an administrator manages: the whole platform, or these clinics and their staff."""

    everywhere: bool
    clinics: frozenset[str]

    def over(self, clinic_id: str | None) -> bool:
        """Whether they manage this clinic; None is the whole platform."""
        return self.everywhere or clinic_id in self.clinics


NOBODY = Powers(everywhere=False, clinics=frozenset())


@dataclass(frozen=True)
class StaffAsked:
    """Which staff: of one of these clinics (None: wherever), of a role, whose name begins so."""

    clinics: frozenset[str] | None = None
    role: Role | None = None
    name: str = ""


@dataclass(frozen=True)
class Employee:
    """What patients see of a member of staff; the СНИЛС is for other services only."""

    full_name: str
    position: str | None = None
    snils: str | None = None
    posts: tuple[Post, ...] = ()
    practice: Practice | None = None
    dismissals: tuple[Dismissal, ...] = ()

    @property
    def dismissed(self) -> bool:
        """Whether they were dismissed and nobody has taken them back."""
        return bool(self.dismissals) and self.dismissals[-1].dismissed

    @property
    def roles(self) -> tuple[Role, ...]:
        """What they are at one clinic or another, each once."""
        return tuple(dict.fromkeys(post.role for post in self.posts))

    @property
    def powers(self) -> Powers:
        """What they manage."""
        places = [p.clinic_id for p in self.posts if p.role is Role.ADMINISTRATOR]
        return Powers(None in places, frozenset(filter(None, places)))
