"""Who the demo certificates are for."""

from __future__ import annotations

from dataclasses import dataclass


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
