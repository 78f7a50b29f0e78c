"""Where an application that was handed in stands next: the first of what it needs (d7, d9).

Documents, then the payment, then the video visit, then the registers, then the doctors. Every verb
that gives it something ends here, so no verb knows the others.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.classes import REASONS
from services.certificates.applications.domain.clocks import checked_longer, timed
from services.certificates.applications.domain.states import Actor, Move, State
from services.certificates.catalogue.domain.calendar import WorkingCalendar
from services.certificates.catalogue.domain.catalogue import CertificateType
from services.certificates.catalogue.domain.parts import Source


def station(application: Application, kind: CertificateType) -> State:
    """The first of what is still needed; the doctors' queue where nothing is."""
    if application.request is not None:
        return State.AWAITING_DOCUMENTS
    if application.owes and (kind.pays_first or application.express):
        return State.AWAITING_PAYMENT
    if kind.video_visit and not (application.visit and application.visit.held):
        return State.AWAITING_VISIT
    if kind.source is not Source.DOCTOR and application.checked_at is None:
        return State.CHECKING
    return State.SUBMITTED


def onward(
    application: Application,
    kind: CertificateType,
    move: Move,
    *,
    actor: Actor,
    actor_id: str | None,
    calendar: WorkingCalendar,
    now: datetime,
    reason: str | None = None,
) -> Application:
    """The application at its next station after a move, with the clock as it is there.

    Raises:
        IllegalTransitionError: the table does not have the move.
    """
    moved = application.moved(
        move,
        actor=actor,
        actor_id=actor_id,
        now=now,
        reason=reason,
        to=station(application, kind),
    )
    return timed(moved, kind, left=application.state, calendar=calendar, now=now)


def waits_for(application: Application, kind: CertificateType) -> tuple[str, ...]:
    """The specialties whose doctors may take it from the queue now; none where it is not there.

    Those of the examinations that nobody has made yet, at last those who decide.
    """
    if application.state is not State.SUBMITTED:
        return ()
    missing = application.unexamined(kind)
    if not missing:
        return kind.deciders
    return tuple(dict.fromkeys(code for e in missing for code in e.specialties))


def slowed(
    application: Application,
    kind: CertificateType,
    reason: str,
    *,
    calendar: WorkingCalendar,
    now: datetime,
) -> Application:
    """The application for which a reason of the longer check came up; twice the same does nothing.

    The history says so. Express that was not paid for yet is not to be paid any more: it goes on.
    """
    longer = checked_longer(application, kind, reason, calendar=calendar)
    if longer is application:
        return application
    if application.express and application.owes:
        due = kind.due(express=False, exemption=application.exemption)
        longer = replace(longer, express=False, due_kopecks=due)
    actor, why = Actor.SYSTEM, REASONS[reason]
    if application.state is not State.AWAITING_PAYMENT:
        return longer.noted(Move.SLOW, actor=actor, actor_id=None, now=now, reason=why)
    return onward(
        longer,
        kind,
        Move.SLOW,
        actor=actor,
        actor_id=None,
        calendar=calendar,
        now=now,
        reason=why,
    )
