"""Staff see what is late over HTTP, so that somebody can act (C17)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from contracts.roles import Role
from services.certificates.applications.domain.states import STATE_LABELS, State
from services.certificates.applications.views.turns import EscalationView, TurnView
from services.certificates.deadlines.usecases import Deadlines, Late
from services.certificates.deps import Limit
from services.chassis.http.auth import Principal
from services.chassis.http.door import admitted
from services.chassis.http.facilities import facility
from services.chassis.http.looks import Reach
from services.chassis.http.pages import Cursor

router = APIRouter(prefix="/v1/desk", tags=["Сотрудникам"])
_ROLES = (Role.ADMINISTRATOR, Role.SUPPORT)


class LateView(BaseModel):
    """A late application: how it stands and whose turn it is, nothing of the person or the form."""

    application_id: str
    tracking_number: str
    title: str
    state: State
    state_label: str
    submitted_at: datetime
    deadline_at: datetime
    clinic_id: str | None
    clinic_name: str | None
    turn: TurnView
    escalation: EscalationView | None

    @classmethod
    def of(cls, late: Late) -> Self:
        """From the domain."""
        application, clinic = late.application, late.application.clinic
        filed, step = application.registered, application.escalation
        return cls(
            application_id=application.id,
            tracking_number=filed.tracking_number,
            title=late.title,
            state=application.state,
            state_label=STATE_LABELS[application.state],
            submitted_at=filed.consent.at,
            deadline_at=filed.clock.deadline_at,
            clinic_id=clinic.id if clinic else None,
            clinic_name=clinic.name if clinic else None,
            turn=TurnView.of(late.whose),
            escalation=EscalationView.of(step) if step else None,
        )


class LatePage(BaseModel):
    """Late applications, the longest late first."""

    items: list[LateView]
    next_cursor: str | None


@router.get("/late", summary="Просроченные заявления")
async def late(
    use: Annotated[Deadlines, Depends(facility(Deadlines))],
    who: Annotated[Principal, Depends(admitted(*_ROLES))],
    cursor: Cursor = None,
    limit: Limit = 20,
) -> LatePage:
    """Of the clinics that the caller administers; the support sees those of all clinics."""
    page = await use.late(Reach(who, _ROLES), after=cursor, limit=limit)
    return LatePage(items=[LateView.of(one) for one in page.items], next_cursor=page.next_cursor)
