"""A person as a checked profile describes them, and how far its confirmation is (I2, I10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from services.chassis.foundation.text import name


def named_as(full_name: str) -> str:
    """A full name as it is compared: case and ё make no difference."""
    return name(full_name).casefold().replace("ё", "е")


class Category(StrEnum):
    """Whom a profile describes (I10)."""

    CITIZEN = "citizen"
    RESIDENT = "resident"
    TEMPORARY = "temporary"


@dataclass(frozen=True)
class Passport:
    """Series of 4 and number of 6 digits."""

    series: str
    number: str


class Gender(StrEnum):
    """As forms ask for it."""

    FEMALE = "female"
    MALE = "male"


@dataclass(frozen=True)
class Person:
    """A checked profile: numbers are digits without separators.

    Gender and address are the person's own word, to fill in forms: no registry is asked for them.
    """

    category: Category
    last_name: str
    first_name: str
    middle_name: str | None
    birth_date: date
    snils: str | None = None
    inn: str | None = None
    oms: str | None = None
    passport: Passport | None = None
    birth_certificate: str | None = None
    gender: Gender | None = None
    registration_address: str | None = None

    @property
    def full_name(self) -> str:
        """Last, first and middle name."""
        names = (self.last_name, self.first_name, self.middle_name)
        return " ".join(name for name in names if name)


@dataclass(frozen=True)
class TemporaryPolicy:
    """A number that support gave to who has no policy; it ends with its last day (A25, e21)."""

    number: str
    valid_until: date
    activated_at: datetime
    by: str
    reason: str

    def valid(self, day: date) -> bool:
        """Whether it still counts."""
        return day <= self.valid_until


class ProfileState(StrEnum):
    """How far the profile is."""

    DRAFT = "draft"
    CHECKING = "checking"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


@dataclass(frozen=True)
class Profile:
    """What was submitted last; `submission` counts how often that was done.

    `question` is the event by which the registry was asked about this submission. `mismatches` are
    the fields with which it did not agree, `reasons` codes of `contracts.patients.MISMATCHES`.
    """

    person: Person
    state: ProfileState
    submission: int
    question: str | None = None
    mismatches: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
