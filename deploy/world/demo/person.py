"""A new person for each run: invented, but every number has its check digits right."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

_LAST = ("Ветрова", "Ключева", "Лесная", "Морозова", "Полянская", "Рябинина", "Светлова")
_FIRST = ("Алина", "Вера", "Дарья", "Ирина", "Мария", "Ольга", "Юлия")
_MIDDLE = ("Андреевна", "Борисовна", "Игоревна", "Олеговна", "Павловна", "Юрьевна")


def _digits(rng: random.Random, count: int) -> str:
    return "".join(str(rng.randrange(10)) for _ in range(count))


def snils(rng: random.Random) -> str:
    """A СНИЛС above 001-001-998 (REQUIREMENTS, Facts)."""
    nine = str(rng.randrange(100_000_000, 999_999_999))
    check = sum(int(d) * w for d, w in zip(nine, range(9, 0, -1), strict=True)) % 101 % 100
    return f"{nine}{check:02d}"


def inn(rng: random.Random) -> str:
    """A personal ИНН of 12 digits."""
    ten = "77" + _digits(rng, 8)
    weights = (7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
    eleventh = sum(int(d) * w for d, w in zip(ten, weights, strict=True)) % 11 % 10
    eleven = f"{ten}{eleventh}"
    twelfth = sum(int(d) * w for d, w in zip(eleven, (3, *weights), strict=True)) % 11 % 10
    return f"{eleven}{twelfth}"


def policy(rng: random.Random) -> str:
    """An ЕНП: 16 digits, the last by Luhn."""
    fifteen = "77" + _digits(rng, 13)
    doubled = (int(d) * (2 if i % 2 == 0 else 1) for i, d in enumerate(fifteen))
    return f"{fifteen}{-sum(d - 9 if d > 9 else d for d in doubled) % 10}"  # noqa: PLR2004 - Luhn


@dataclass(frozen=True)
class Person:
    """Who plays the citizen."""

    phone: str
    email: str
    password: str
    profile: dict[str, Any] = field(repr=False)

    @property
    def full_name(self) -> str:
        """As the certificate prints it."""
        p = self.profile
        return f"{p['last_name']} {p['first_name']} {p['middle_name']}"


def new_person(rng: random.Random) -> Person:
    """Somebody who has never been here."""
    number = _digits(rng, 7)
    email = f"demo-{number}@zdorovie.example"
    return Person(
        phone=f"+7999{number}",
        email=email,
        password=f"Demo-{_digits(rng, 10)}",
        profile={
            "category": "citizen",
            "last_name": rng.choice(_LAST),
            "first_name": rng.choice(_FIRST),
            "middle_name": rng.choice(_MIDDLE),
            "birth_date": f"{rng.randrange(1970, 2006)}-{rng.randrange(1, 13):02d}-15",
            "snils": snils(rng),
            "inn": inn(rng),
            "oms": policy(rng),
            "passport": {"series": f"45{_digits(rng, 2)}", "number": _digits(rng, 6)},
        },
    )


def new_child(rng: random.Random) -> dict[str, Any]:
    """A child of somebody's, as a parent types it."""
    return {
        "kind": "parent",
        "last_name": rng.choice(_LAST),
        "first_name": rng.choice(_FIRST),
        "birth_date": f"{rng.randrange(2020, 2025)}-{rng.randrange(1, 13):02d}-15",
        "snils": snils(rng),
        "oms": policy(rng),
    }
