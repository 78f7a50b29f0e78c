"""Whether a certificate can be issued without a doctor, and where it goes if not (C22, C23). Pure.

Refuses to decide anything medical: where the answer is not plainly about this person, or says
nothing, or cannot be printed, a doctor or the citizen has the next word.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.document_requests import asked
from services.certificates.applications.domain.parts import DocumentRequest, Made
from services.certificates.applications.domain.states import Actor, Move
from services.certificates.applications.domain.stations import onward
from services.certificates.catalogue.domain.calendar import WorkingCalendar
from services.certificates.catalogue.domain.catalogue import CertificateType
from services.certificates.catalogue.domain.forms import (
    asked_fields,
    locked_values,
    russian_date,
)
from services.certificates.known.domain.people import Person
from services.certificates.records.domain.entries import CONFIRMATION, Entry, rows_of
from services.certificates.records.domain.inquiries import (
    ASKED_LABELS,
    PERIOD_FROM,
    PERIOD_TO,
    Inquiry,
)
from services.chassis.foundation.text import unprintable_detail

_CONFIRMED = "Подтверждено официальным реестром прививок {day}"
TOO_LONG = (
    "За выбранный период записей больше, чем вмещает один документ. Выберите период короче: "
    "за остальное время можно заказать ещё одну выписку."
)


class Verdict(StrEnum):
    """What came of a check."""

    ISSUED = "issued"
    DOCTOR = "doctor"
    CITIZEN = "citizen"


@dataclass(frozen=True)
class Said:
    """What the answer puts into the form, or why it is not enough for that."""

    values: Mapping[str, str]
    why_not: str | None = None


def said_by(
    inquiry: Inquiry | None, entries: Sequence[Entry], kind: CertificateType, *, today: date
) -> Said:
    """What an answer is good for: the doctor's fields of the form, or the reason for a doctor."""
    answer = inquiry.answer if inquiry else None
    if inquiry is None or answer is None:
        return Said({}, "Ответ не получен вовремя. Заявление рассмотрит врач.")
    base = ASKED_LABELS[inquiry.asked]
    if not answer.found:
        return Said({}, f"Человек не найден: {base}. Заявление рассмотрит врач.")
    if answer.differences:
        labels = ", ".join(d.label for d in answer.differences).lower()
        return Said({}, f"Данные не совпадают ({base}): {labels}. Заявление рассмотрит врач.")
    if not entries:
        return Said({}, f"Записей нет: {base}. Заявление рассмотрит врач.")
    detail = next(filter(None, (unprintable_detail(entry.line) for entry in entries)), None)
    if detail is not None:
        return Said({}, f"Ответ ({base}): {detail} Заявление рассмотрит врач.")
    fields = {field.name for field in kind.doctor_fields}
    rows = {CONFIRMATION: _CONFIRMED.format(day=russian_date(today))} | rows_of(entries)
    return Said({name: value for name, value in rows.items() if name in fields})


def left_to_see(
    application: Application, kind: CertificateType, person: Person | None, *, admitted: bool
) -> str | None:
    """Why a doctor has to see it, whatever was answered.

    The answer was held against the profile as it is now; printed is what was filed (C24).
    """
    if not admitted or person is None:
        return "Данные заявителя сейчас не подтверждены. Заявление рассмотрит врач."
    now = locked_values(asked_fields(kind.fields, application.values), person.prefill)
    if any(application.values.get(name, "") != value for name, value in now.items()):
        return "После подачи данные профиля изменились. Заявление рассмотрит врач."
    if application.exemption is not None:
        return "Льготу подтверждает приложенный документ. Заявление рассмотрит врач."
    return None


def approved(application: Application, made: Made, *, now: datetime) -> Application:
    """Approved without a doctor, to be sealed by its clinic."""
    moved = application.moved(Move.APPROVE, actor=Actor.SYSTEM, actor_id=None, now=now)
    return replace(moved, checked_at=now, certificate=made)


def left_to_doctor(
    application: Application,
    kind: CertificateType,
    *,
    reason: str,
    calendar: WorkingCalendar,
    now: datetime,
) -> Application:
    """In the doctors' queue, with the reason."""
    return onward(
        replace(application, checked_at=now),
        kind,
        Move.CHECK,
        actor=Actor.SYSTEM,
        actor_id=None,
        calendar=calendar,
        now=now,
        reason=reason,
    )


def too_long(
    application: Application, kind: CertificateType, *, now: datetime
) -> Application | None:
    """The citizen is asked for a shorter period; None where the form has none to shorten."""
    period = tuple(f.name for f in kind.fields if f.name in (PERIOD_FROM, PERIOD_TO))
    if not period:
        return None
    request = DocumentRequest((), TOO_LONG, period)
    return asked(application, request, actor=Actor.SYSTEM, actor_id=None, now=now)
