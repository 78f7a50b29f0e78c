"""A clinic's rules as they are typed, checked as a whole."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from contracts.scheduling import VISIT_KINDS
from contracts.specialties import SPECIALTIES
from services.chassis.foundation.findings import Findings
from services.scheduling.reception.domain.rules import Assent, Reception, VisitRule

_MOST_RULES, _MOST_LINES, _LINE = 200, 20, 300
_MOST_KOPECKS = 100_000_000


@dataclass(frozen=True)
class RuleForm:
    """One rule as typed."""

    specialty: str | None = None
    kind: str | None = None
    doctor_id: str | None = None
    referral: bool = False
    documents: tuple[str, ...] = ()
    preparation: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    price_kopecks: int | None = None
    consent: bool = False


@dataclass(frozen=True)
class ReceptionForm:
    """All of it as typed."""

    assent: str = Assent.BOOKING
    accepts: bool = False
    policy_required: bool = False
    rules: tuple[RuleForm, ...] = ()


def checked(
    clinic_id: str, form: ReceptionForm, doctors: Mapping[str, Collection[str]]
) -> Reception:
    """The form as rules; `doctors` are those of the clinic, with their specialties.

    Raises:
        InvalidInputError: names every wrong field.
    """
    found = Findings()
    if form.assent not in {*Assent}:
        found.add("/assent", "assent-unknown", f"Возможны: {', '.join(Assent)}.")
    if len(form.rules) > _MOST_RULES:
        found.add("/rules", "too-long", f"Не больше {_MOST_RULES} правил.")
    seen = set[tuple[str | None, ...]]()
    rules = []
    for at, typed in enumerate(form.rules[:_MOST_RULES]):
        about = (typed.specialty, typed.kind, typed.doctor_id)
        if about in seen:
            found.add(f"/rules/{at}", "rule-repeated", "Правило для таких приёмов уже есть выше.")
        seen.add(about)
        rules.append(_rule(f"/rules/{at}", typed, doctors, found))
    found.refuse()
    return Reception(
        clinic_id, Assent(form.assent), form.accepts, form.policy_required, tuple(rules)
    )


def _rule(
    place: str, typed: RuleForm, doctors: Mapping[str, Collection[str]], found: Findings
) -> VisitRule:
    specialty = typed.specialty or ""
    if not specialty:
        found.missing(f"{place}/specialty")
    elif specialty not in SPECIALTIES:
        found.add(f"{place}/specialty", "specialty-unknown", _NO_SPECIALTY)
    if typed.kind is not None and typed.kind not in VISIT_KINDS:
        detail = f"Такого вида приёма нет. Возможны: {', '.join(VISIT_KINDS)}."
        found.add(f"{place}/kind", "visit-kind", detail)
    if typed.doctor_id is not None and specialty not in doctors.get(typed.doctor_id, ()):
        detail = "Врача этой специальности с таким номером в клинике нет."
        found.add(f"{place}/doctor_id", "doctor-unknown", detail)
    for at, test in enumerate(typed.tests):
        if test not in SPECIALTIES or test == specialty:
            found.add(f"{place}/tests/{at}", "specialty-unknown", _NO_SPECIALTY)
    if typed.price_kopecks is not None and not 0 < typed.price_kopecks <= _MOST_KOPECKS:
        detail = f"Цена в копейках: от 1 до {_MOST_KOPECKS}. Бесплатно – не указывайте её."
        found.add(f"{place}/price_kopecks", "price-range", detail)
    return VisitRule(
        specialty,
        typed.kind,
        typed.doctor_id,
        typed.referral,
        _lines(f"{place}/documents", typed.documents, found),
        _lines(f"{place}/preparation", typed.preparation, found),
        tuple(dict.fromkeys(typed.tests)),
        typed.price_kopecks,
        typed.consent,
    )


_NO_SPECIALTY = "Такой специальности нет. Коды – в справочнике специальностей."


def _lines(place: str, typed: Collection[str], found: Findings) -> tuple[str, ...]:
    if len(typed) > _MOST_LINES:
        found.add(place, "too-long", f"Не больше {_MOST_LINES} строк.")
    return tuple(found.line(f"{place}/{at}", text, longest=_LINE) for at, text in enumerate(typed))
