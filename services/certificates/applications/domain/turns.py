"""Whose turn it is, since when, whom to ask, and what the term depends on (X8, C56).

One pure reading of the application: what a citizen, an administrator and an event are told agrees.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from contracts.specialties import SPECIALTIES
from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.classes import REASONS
from services.certificates.applications.domain.clocks import PAUSING
from services.certificates.applications.domain.parts import Pause
from services.certificates.applications.domain.states import State
from services.certificates.applications.domain.stations import waits_for
from services.certificates.catalogue.domain.calendar import WorkingCalendar
from services.certificates.catalogue.domain.catalogue import CertificateType
from services.certificates.catalogue.domain.parts import Source
from services.certificates.known.domain.clinics import Clinic


class Turn(StrEnum):
    """Who has to do something now."""

    CITIZEN = "citizen"
    PAYMENT = "payment"
    QUEUE = "queue"
    DOCTOR = "doctor"
    SPECIALIST = "specialist"
    VISIT = "visit"
    REGISTRY = "registry"
    HOSPITAL = "hospital"
    SEALING = "sealing"
    NOBODY = "nobody"


@dataclass(frozen=True)
class Office:
    """Whom to ask."""

    title: str
    phone: str | None = None
    email: str | None = None


@dataclass(frozen=True)
class Whose:
    """Whose turn it is: `title` says so for people; `depends` what the term depends on."""

    turn: Turn
    title: str
    since: datetime
    office: Office
    depends: tuple[str, ...] = ()
    pauses: tuple[Pause, ...] = ()


_TITLES: Mapping[Turn, str] = {
    Turn.CITIZEN: "Ждём вас: в заявлении названо, что нужно",
    Turn.PAYMENT: "Ждём оплату",
    Turn.QUEUE: "В очереди врачей клиники",
    Turn.DOCTOR: "Рассматривает врач клиники",
    Turn.SPECIALIST: "Осматривает врач-специалист клиники",
    Turn.VISIT: "Ждём видеоконсультации",
    Turn.REGISTRY: "Ждём ответа реестра",
    Turn.HOSPITAL: "Ждём сведений из медицинской карты",
    Turn.SEALING: "Справка подписывается",
    Turn.NOBODY: "Всё сделано",
}
_OVER = (State.ISSUED, State.REFUSED, State.WITHDRAWN)
_DAY = 24
_OF_CLINIC = (Turn.QUEUE, Turn.DOCTOR, Turn.SPECIALIST, Turn.VISIT, Turn.HOSPITAL)
"""The clinic can be asked about it; about everything else the support can."""
_PAUSED = {
    State.AWAITING_DOCUMENTS: "Срок приостановлен до вашего ответа.",
    State.AWAITING_PAYMENT: "Срок приостановлен до оплаты.",
}


def turn_of(application: Application, kind: CertificateType) -> Turn:
    """Whose turn it is."""
    examined = all(application.found(e.code) is not None for e in kind.examinations)
    waiting = {
        State.DRAFT: Turn.CITIZEN,
        State.AWAITING_DOCUMENTS: Turn.CITIZEN,
        State.AWAITING_PAYMENT: Turn.PAYMENT,
        State.AWAITING_VISIT: Turn.VISIT if application.visit else Turn.CITIZEN,
        State.CHECKING: Turn.HOSPITAL if kind.source is Source.RECORD else Turn.REGISTRY,
        State.SUBMITTED: Turn.QUEUE,
        State.IN_REVIEW: Turn.DOCTOR if examined else Turn.SPECIALIST,
        State.APPROVED: Turn.SEALING,
    }
    return waiting.get(application.state, Turn.NOBODY)


def whose_turn(
    application: Application,
    kind: CertificateType,
    *,
    clinic: Clinic | None,
    support: Office,
    calendar: WorkingCalendar,
) -> Whose:
    """All of it; `support` answers where the clinic cannot, or is not known."""
    turn = turn_of(application, kind)
    ours = clinic is not None and turn in _OF_CLINIC
    office = Office(clinic.name, clinic.phone, clinic.email) if ours and clinic else support
    clock = application.filed.clock if application.filed else None
    return Whose(
        turn,
        _title(turn, application, kind),
        _since(application),
        office,
        _depends(application, kind, calendar) if application.state not in _OVER else (),
        clock.pauses if clock else (),
    )


def _since(application: Application) -> datetime:
    """When it came to whoever has it: the last move that led from one state to another."""
    moves = (e.at for e in reversed(application.history) if e.source is not e.target)
    return next(moves, application.created_at)


def _title(turn: Turn, application: Application, kind: CertificateType) -> str:
    if turn is Turn.QUEUE and kind.examinations:
        waited = [SPECIALTIES[code].lower() for code in waits_for(application, kind)]
        return f"{_TITLES[turn]}: {', '.join(waited)}"
    if turn is Turn.CITIZEN and application.state is State.AWAITING_VISIT:
        return "Ждём вас: выберите время видеоконсультации"
    if turn is Turn.CITIZEN and application.state is State.DRAFT:
        return "Черновик у вас: заполните и подайте его"
    return _TITLES[turn]


def _depends(
    application: Application, kind: CertificateType, calendar: WorkingCalendar
) -> tuple[str, ...]:
    """What the deadline rests on, for a person."""
    filed = application.filed
    if filed is None:
        return ()
    clock = filed.clock
    said = [REASONS[code] for code in clock.reasons if code in REASONS]
    if application.state in PAUSING:
        said.append(_PAUSED[application.state])
    if kind.video_visit and not (application.visit and application.visit.held):
        said.append("Без видеоконсультации решения не будет.")
    missing = [e.title for e in kind.examinations if application.found(e.code) is None]
    if missing:
        said.append(f"Нужны осмотры: {', '.join(missing)}.")
    if clock.pauses:
        said.append(f"Срок продлён на время ожидания: {_lasted(clock.pauses)}.")
    if kind.term(clock.sla, application.values).by_the_clock is None:
        said.append(
            f"Считаются рабочие дни клиники, до {calendar.day_ends_at:%H:%M} по её времени."
        )
        first, last = calendar.day_of(filed.consent.at), calendar.day_of(clock.deadline_at)
        said.extend(calendar.unpublished(first, last))
    return tuple(said)


def _lasted(pauses: tuple[Pause, ...]) -> str:
    whole = sum((p.until - p.at for p in pauses), timedelta(0))
    hours = int(whole.total_seconds() // 3600)
    if hours >= _DAY:
        return f"{hours // _DAY} дн. {hours % _DAY} ч"
    return f"{hours} ч" if hours else f"{int(whole.total_seconds() // 60)} мин"
