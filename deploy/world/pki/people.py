"""Who the demo certificates are for."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Doctor:
    """Who a doctor's certificate is for."""

    id: str
    name: str
    snils: str
    position: str


@dataclass(frozen=True)
class Organisation:
    """Who the seal belongs to."""

    name: str
    inn: str
    ogrn: str


DOCTORS = (
    Doctor("doctor-ivanova", "Иванова Мария Петровна", "11223344595", "врач-терапевт"),
    Doctor("doctor-sokolov", "Соколов Андрей Николаевич", "08765430200", "врач-профпатолог"),
)
ORGANISATION = Organisation("Городская поликлиника № 45", "7706000005", "1027700000008")


def read_doctors(accounts: Path) -> tuple[Doctor, ...]:
    """The doctors of the demo accounts (key `doctors`); two built-in ones where there are none."""
    if not accounts.is_file():
        return DOCTORS
    listed = json.loads(accounts.read_text(encoding="utf-8")).get("doctors", [])
    return tuple(Doctor(d["id"], d["name"], d["snils"], d["position"]) for d in listed) or DOCTORS
