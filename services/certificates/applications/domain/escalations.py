"""When a missed deadline goes on by itself, and to whom (C17, e14 steps 1–4, n16, n17).

Only what may be waited for counts: the time that an application waited for its citizen does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.deadlines import RUNNING
from services.certificates.applications.domain.parts import Clock, Escalation, Filed, Step
from services.certificates.applications.domain.states import Actor, Move

_NEXT: Mapping[Step | None, Step] = {
    None: Step.STATUS,
    Step.STATUS: Step.SUPPORT,
    Step.SUPPORT: Step.DEPARTMENT,
    Step.DEPARTMENT: Step.REAPPLY,
}
STEP_LABELS: Mapping[Step, str] = {
    Step.STATUS: "Гражданину сообщено, что срок нарушен",
    Step.SUPPORT: "Заявление передано в службу поддержки",
    Step.DEPARTMENT: "Заявление передано в отдел, который выдаёт справки",
    Step.REAPPLY: "Можно подать заявление повторно",
}


@dataclass(frozen=True)
class Ladder:
    """How long is waited before each step.

    `support`: since it was handed in (n16); `department`: since support knows of it (n17);
    `reapply`: since the department does.
    """

    support: timedelta
    department: timedelta
    reapply: timedelta


def due_at(application: Application, ladder: Ladder) -> datetime | None:
    """When the next step is due; None while the clock does not run, and after the last step."""
    filed, taken = application.filed, application.escalation
    step = _NEXT.get(taken.step if taken else None)
    if filed is None or step is None or application.state not in RUNNING:
        return None
    if filed.clock.paused_at is not None:
        return None
    return max(filed.clock.deadline_at, _patient(filed, taken, step, ladder))


def escalated(application: Application, ladder: Ladder, *, now: datetime) -> Application | None:
    """The application one step further; None where nothing is due.

    One step at a time: who was away for a month still hears of each.
    """
    due = due_at(application, ladder)
    taken = application.escalation
    if due is None or due > now:
        return None
    step = _NEXT[taken.step if taken else None]
    move = Move.MISS if step is Step.STATUS else Move.ESCALATE
    noted = application.noted(
        move, actor=Actor.SYSTEM, actor_id=None, now=now, reason=f"{STEP_LABELS[step]}."
    )
    return replace(noted, escalation=Escalation(step, now))


def _patient(filed: Filed, taken: Escalation | None, step: Step, ladder: Ladder) -> datetime:
    """The earliest moment of a step, by what was waited before it."""
    if taken is None:
        return filed.clock.deadline_at
    if step is Step.SUPPORT:
        since, wait = filed.consent.at, ladder.support
    else:
        since = taken.at
        wait = ladder.department if step is Step.DEPARTMENT else ladder.reapply
    return max(taken.at, since + wait + paused(filed.clock, since))


def paused(clock: Clock, since: datetime) -> timedelta:
    """How long the clock stood still since then; the pauses that are over."""
    return sum((max(p.until - max(p.at, since), timedelta(0)) for p in clock.pauses), timedelta(0))
