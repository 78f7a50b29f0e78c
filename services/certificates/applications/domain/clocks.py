"""The clock of an application: it stands still while the citizen has the ball (C15, C17, X8)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.classes import lengthening, with_reasons
from services.certificates.applications.domain.parts import Clock, Pause
from services.certificates.applications.domain.states import State
from services.certificates.catalogue.domain.calendar import WorkingCalendar
from services.certificates.catalogue.domain.catalogue import CertificateType

PAUSING = (State.AWAITING_DOCUMENTS, State.AWAITING_PAYMENT)
"""The citizen has to do something: the deadline does not run."""


def timed(
    application: Application,
    kind: CertificateType,
    *,
    left: State,
    calendar: WorkingCalendar,
    now: datetime,
) -> Application:
    """The application with its clock as its state wants it, after it left another state."""
    filed = application.registered
    clock = _running(application, kind, filed.clock, left=left, calendar=calendar, now=now)
    if application.state in PAUSING:
        clock = replace(clock, paused_at=now)
    return replace(application, filed=replace(filed, clock=clock))


def _running(
    application: Application,
    kind: CertificateType,
    clock: Clock,
    *,
    left: State,
    calendar: WorkingCalendar,
    now: datetime,
) -> Clock:
    """The clock running again; what came meanwhile may lengthen the term now, too (C16, e3).

    A class is never taken back: what was promised for the longer check stays promised.
    """
    if clock.paused_at is None:
        return clock
    old = kind.term(clock.sla, application.values)
    sla, reasons = with_reasons(clock, *lengthening(application, kind))
    deadline = calendar.resumed(clock.deadline_at, old, paused_at=clock.paused_at, now=now)
    return replace(
        clock,
        sla=sla,
        deadline_at=calendar.lengthened(deadline, old, kind.term(sla, application.values)),
        paused_at=None,
        reasons=reasons,
        pauses=(*clock.pauses, Pause(left, clock.paused_at, now)),
    )


def checked_longer(
    application: Application, kind: CertificateType, reason: str, *, calendar: WorkingCalendar
) -> Application:
    """The application for which a reason of the longer check came up while it was on its way.

    Twice the same reason changes nothing. Where express was promised, `Cases.save` has its price
    go back.
    """
    filed = application.registered
    clock = filed.clock
    if reason in clock.reasons:
        return application
    sla, reasons = with_reasons(clock, reason)
    old, new = (kind.term(s, application.values) for s in (clock.sla, sla))
    deadline = calendar.lengthened(clock.deadline_at, old, new)
    moved = replace(clock, sla=sla, reasons=reasons, deadline_at=deadline)
    return replace(application, filed=replace(filed, clock=moved))
