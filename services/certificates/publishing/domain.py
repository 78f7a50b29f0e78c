"""What a version would print and how it differs, with values made up (C1, C32)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.certificates.catalogue.domain.catalogue import CertificateType
from services.certificates.catalogue.domain.forms import Field, Kind
from services.certificates.catalogue.domain.parts import SYSTEM_ROWS

_EXAMPLES: Mapping[str, str] = {
    "number": "1234-5678-9ABC",
    "issued_on": "18.11.2026",
    "valid_until": "18.05.2027",
    "full_name": "Иванова Мария Петровна",
    "doctor": "Петров Пётр Петрович, врач-терапевт",
    "organisation": "ГБУЗ «Городская поликлиника № 1»",
    "organisation_address": "г. Москва, ул. Примерная, д. 1",
    "organisation_details": "ОГРН 1027700000008, ИНН 7706000005",
    "tracking_number": "4829-1730-5584",
    "tests": "Общий анализ крови; ЭКГ",
    "last_name": "Иванова",
    "first_name": "Мария",
    "middle_name": "Петровна",
}
_DAY = "2026-11-18"


@dataclass(frozen=True)
class ExampleRow:
    """A row as it would be printed for somebody."""

    key: str
    label: str
    value: str


def example_values(kind: CertificateType, chosen: Mapping[str, str]) -> dict[str, str]:
    """Values for the whole form; `chosen` are those that are to be so."""
    made = {name: _example(field) for name, field in kind.field_by_name.items()}
    return made | {name: value for name, value in chosen.items() if name in made}


def example_rows(kind: CertificateType, chosen: Mapping[str, str]) -> list[ExampleRow]:
    """What would be printed for these values."""
    values = example_values(kind, chosen)
    return [
        ExampleRow(key, label, _shown(kind, key, values)) for key, label in kind.rows_for(values)
    ]


def _shown(kind: CertificateType, key: str, values: Mapping[str, str]) -> str:
    field = kind.field_by_name.get(key)
    if field is not None:
        return field.shown(values[key])
    examination = kind.examination(key)
    if examination is not None:
        found = "; ".join(f.shown(values[f.name]) for f in examination.fields)
        return f"{found}; {_EXAMPLES['doctor']}, {_EXAMPLES['issued_on']}"
    return _EXAMPLES.get(key, SYSTEM_ROWS[key])


def _example(field: Field) -> str:
    if field.kind is Kind.CHOICE:
        return field.default or field.options[0].code
    if field.kind is Kind.DATE:
        return _DAY
    if field.kind is Kind.NUMBER:
        return "1234567890123456"[: field.max_length]
    return _EXAMPLES.get(field.name, f"{field.label}: пример")[: field.max_length]
