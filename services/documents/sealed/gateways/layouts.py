"""How documents look, as data: what stands under a certificate.

The rows of a certificate come with its order (the catalogue owns them); here is only what belongs
to the paper. It never makes a layout depend on a value: equal layouts share a template.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from services.documents.sealed.domain import Order, Organisation
from services.sealing import TALON, Layout, certificate_layout

_FOOTER = (
    "Документ сформирован и подписан электронными подписями на портале «Моё здоровье». "
    "Отсканируйте QR-код, чтобы проверить его подлинность и срок действия."
)
_FOOTERS: Mapping[str, str] = {
    "086u": "Медицинская справка (врачебное профессионально-консультативное заключение), "
    f"форма № 086/у. {_FOOTER}",
    "003vu": f"Медицинское заключение, форма № 003-В/у. {_FOOTER}",
    "vaccination": f"По сведениям формы № 156/у-93 и официального реестра прививок. {_FOOTER}",
    "card-extract": f"Выписка из медицинской карты, форма № 027/у. {_FOOTER}",
}
_IN_HEADER = ("organisation_address", "organisation_details")
_IN_NUMBER_LINE = frozenset({"number", "issued_on"})
"""Rows that the paper itself prints: twice on one page they would only take room."""

_PERSON = "full_name"
_OLD_TALON = replace(TALON, head="")
"""For orders that were queued before a talon named the clinic at the top."""

_LONG_ROWS: Mapping[str, int] = {
    "conclusion": 3,
    "laboratory": 2,
    "registration_address": 2,
    "tests": 2,
    "factors": 2,
    "diagnosis": 2,
    "exams": 6,
    "diagnoses": 4,
    "prescriptions": 4,
    "results": 6,
}
"""How many lines a row has; more text goes to the general engine, as does a form of two pages."""


def paper_of(order: Order, fallback: Organisation) -> tuple[Layout, Mapping[str, str]]:
    """The paper for an order, and exactly the values that it prints.

    The organisation is the one of the rows, which the doctor signed for, or of the order, or the
    one that seals.
    """
    values = {line.key: line.value for line in order.lines}
    if order.form == TALON.name:
        return (TALON if TALON.head in values else _OLD_TALON), values
    organisation = _organisation(values) or order.issuer or fallback
    elsewhere = {"organisation", *_IN_HEADER, *_IN_NUMBER_LINE}
    rows = [(line.key, line.label) for line in order.lines if line.key not in elsewhere]
    layout = certificate_layout(
        order.form,
        order.title,
        rows,
        organisation=organisation.name,
        details=organisation.details,
        footer=_FOOTERS.get(order.form, _FOOTER),
        long_fields=_LONG_ROWS,
        person=_PERSON,
        doctor_signs=order.doctor_id is not None,
    )
    return layout, {key: values[key] for key, _ in rows}


def _organisation(values: Mapping[str, str]) -> Organisation | None:
    name = values.get("organisation")
    if not name:
        return None
    return Organisation(name, ", ".join(values[key] for key in _IN_HEADER if values.get(key)))
