"""A video visit brings the application to its doctor, who decides right after it (C19, n9)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.parts import Claim, Visit
from services.certificates.applications.domain.states import UNDECIDED, Actor, Move, State
from services.certificates.visits.errors import NoVisitError, VisitAheadError

_MISSED = "Видеоконсультация не состоялась: назначается другая."


def noted(application: Application, visit: Visit) -> Application:
    """It has a time, or another one; nothing changes once it was held or all is decided."""
    held = application.visit is not None and application.visit.held
    if held or application.state not in UNDECIDED:
        return application
    return replace(application, visit=visit, visit_sought_at=None)


def called_off(application: Application, appointment_id: str) -> Application:
    """It is off, and another one is looked for; of one that was replaced nothing changes."""
    visit = application.visit
    if visit is None or visit.held or visit.appointment_id != appointment_id:
        return application
    return replace(application, visit=None)


def sought(application: Application, now: datetime) -> Application:
    """No doctor has time for it yet."""
    if application.state is not State.AWAITING_VISIT or application.visit is not None:
        return application
    return replace(application, visit_sought_at=now)


def met(application: Application, *, now: datetime, lease: timedelta) -> Application | None:
    """The visit begins: the application is on its doctor's desk until some time after it.

    None where there is nothing to begin: it was moved, is off, or something else is missing now.
    """
    visit = application.visit
    if application.state is not State.AWAITING_VISIT or visit is None or visit.starts_at > now:
        return None
    moved = application.moved(Move.MEET, actor=Actor.SYSTEM, actor_id=None, now=now)
    return replace(
        moved,
        claim=Claim(visit.doctor_id, max(visit.ends_at, now) + lease),
        visit=replace(visit, held=True),
    )


def missed(application: Application, *, doctor_id: str, now: datetime) -> Application:
    """Nobody came, or the line broke: another visit is arranged.

    Raises:
        IllegalTransitionError: nobody is at it any more.
        NotYourReviewError: it lapsed, and another doctor has it.
        NoVisitError: the application came to this doctor in another way.
        VisitAheadError: it has not begun.
    """
    application.check(Move.MISS_VISIT)
    visit = application.visit
    if visit is None or visit.doctor_id != doctor_id:
        raise NoVisitError
    if visit.starts_at > now:
        raise VisitAheadError
    application.held_by(doctor_id)
    moved = application.moved(
        Move.MISS_VISIT, actor=Actor.DOCTOR, actor_id=doctor_id, now=now, reason=_MISSED
    )
    return replace(moved, claim=None, visit=None)
