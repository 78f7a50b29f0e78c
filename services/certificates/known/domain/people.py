"""What is known of people from events: who is confirmed, what stands against them, their files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from services.certificates.known.domain.files import UNKNOWN, Proof
from services.chassis.foundation.errors import AccountBlockedError, NotConfirmedError
from services.chassis.foundation.text import name

_SHOWN_LETTERS = 1


@dataclass(frozen=True)
class Person:
    """A confirmed person, as far as forms need it (C32): not a copy of the whole profile."""

    account_id: str
    last_name: str
    first_name: str
    middle_name: str | None
    birth_date: date
    snils: str | None = None
    oms: str | None = None
    passport: str | None = None
    gender: str | None = None
    registration_address: str | None = None

    @property
    def prefill(self) -> Mapping[str, str]:
        """What forms are filled from (C5), as field values."""
        parts = {
            "last_name": self.last_name,
            "first_name": self.first_name,
            "middle_name": self.middle_name,
            "birth_date": self.birth_date.isoformat(),
            "snils": self.snils,
            "oms": self.oms,
            "passport": self.passport,
            "gender": self.gender,
            "registration_address": self.registration_address,
        }
        return {name: value for name, value in parts.items() if value}


@dataclass(frozen=True)
class Admission:
    """What stands against an account since its token was issued: tokens live some minutes."""

    account_id: str
    rejected: bool = False
    blocked: bool = False

    def may_act(self) -> None:
        """Refuse whoever was blocked.

        Raises:
            AccountBlockedError: an administrator closed the account.
        """
        if self.blocked:
            raise AccountBlockedError

    def may_apply(self) -> None:
        """Refuse whoever was blocked, or is not confirmed any more (I9).

        Raises:
            AccountBlockedError: an administrator closed the account.
            NotConfirmedError: the registry did not agree with the profile.
        """
        self.may_act()
        if self.rejected:
            raise NotConfirmedError


@dataclass(frozen=True)
class Hands:
    """A representative who does something for a citizen, and by which right (I12)."""

    actor_id: str
    right_id: str


@dataclass(frozen=True)
class KnownFile:
    """An upload that passed the checks of the documents service; `size` is what was sent."""

    id: str
    owner_id: str
    purpose: str
    media_type: str
    size: int
    dpi: int | None
    proof: Proof = UNKNOWN


def same_name(one: str, other: str) -> bool:
    """Whether two full names may be one person's.

    In any order and case, ё as е; a middle name or half of a double one may be missing, and names
    may be initials.
    """
    shorter, longer = sorted((_words(one), _words(other)), key=len)
    for word in shorter:
        same = word if word in longer else next((w for w in longer if _initial(word, w)), None)
        if same is None:
            return False
        longer.remove(same)
    return any(len(word) > 1 for word in shorter)


def _words(full: str) -> list[str]:
    """The longest first: initials take what is left."""
    plain = name(full).casefold().replace("ё", "е")
    return sorted(re.findall(r"[^\s.,-]+", plain), key=len, reverse=True)


def _initial(one: str, other: str) -> bool:
    return 1 in (len(one), len(other)) and one[0] == other[0]


def full_name(last_name: str, first_name: str, middle_name: str | None) -> str:
    """Last, first and middle name in one line."""
    return " ".join(part for part in (last_name, first_name, middle_name) if part)


def masked_name(last_name: str, first_name: str, middle_name: str | None) -> str:
    """«И*** И*** П***»: enough to compare with the paper, not enough to find the person (C34).

    The number of stars is fixed, so the length of a name is not told either.
    """
    parts = (part for part in (last_name, first_name, middle_name) if part)
    return " ".join(f"{part[:_SHOWN_LETTERS]}***" for part in parts)
