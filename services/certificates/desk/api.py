"""Staff find cases over HTTP. What is looked for is in the body: it is no part of an address."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from contracts.roles import Role
from services.certificates.applications.domain.states import STATE_LABELS, State
from services.certificates.deps import Body
from services.certificates.desk.domain import Case
from services.certificates.desk.usecases import Desk
from services.certificates.registry.domain.certificate import STATUS_LABELS, Status
from services.certificates.registry.domain.numbers import LONGEST_TYPED
from services.chassis.foundation.typed import Id
from services.chassis.http.auth import Principal
from services.chassis.http.door import admitted
from services.chassis.http.facilities import facility
from services.chassis.http.looks import Reach, Why, only
from services.chassis.http.rates import Rates

router = APIRouter(prefix="/v1/desk", tags=["Сотрудникам"])
_ROLES = (Role.REGISTRAR, Role.DOCTOR, Role.ADMINISTRATOR, Role.SUPPORT)
_Number = Annotated[str, Field(max_length=LONGEST_TYPED)] | None


class Search(Body):
    """By one of the three."""

    tracking_number: _Number = Field(default=None, examples=["0417-3920-1183"])
    certificate_number: _Number = Field(default=None, examples=["26K7-Q2M9-X4RB"])
    citizen_id: Id | None = Field(default=None, description="From `POST /v1/people/searches`.")
    reason: Why = Field(
        default=None,
        description="Обязательна тому, кто видит все клиники; её увидит заявитель.",
        examples=["Звонок заявителя: когда будет готова справка."],
    )


class FoundCase(BaseModel):
    """A case as a search shows it: nothing of the form but the name, nothing of files."""

    application_id: str
    citizen_id: str
    applicant: str | None
    tracking_number: str
    title: str
    state: State
    state_label: str
    submitted_at: datetime
    deadline_at: datetime
    clinic_id: str | None
    clinic_name: str | None
    certificate_id: str | None
    certificate_number: str | None
    certificate_status: Status | None
    certificate_status_label: str | None

    @classmethod
    def of(cls, case: Case) -> Self:
        """From the domain."""
        application, certificate = case.application, case.certificate
        filed, clinic = application.registered, application.clinic
        return cls(
            application_id=application.id,
            citizen_id=application.citizen_id,
            applicant=case.applicant,
            tracking_number=filed.tracking_number,
            title=case.title,
            state=application.state,
            state_label=STATE_LABELS[application.state],
            submitted_at=filed.consent.at,
            deadline_at=filed.clock.deadline_at,
            clinic_id=clinic.id if clinic else None,
            clinic_name=clinic.name if clinic else None,
            certificate_id=certificate.id if certificate else None,
            certificate_number=certificate.number if certificate else None,
            certificate_status=certificate.status if certificate else None,
            certificate_status_label=STATUS_LABELS[certificate.status] if certificate else None,
        )


class FoundCases(BaseModel):
    """The latest cases first, at most twenty."""

    items: list[FoundCase]


@router.post("/searches", summary="Найти заявления и справки")
async def search(
    body: Search,
    desk: Annotated[Desk, Depends(facility(Desk))],
    who: Annotated[Principal, Depends(admitted(*_ROLES))],
    rates: Annotated[Rates, Depends(facility(Rates))],
) -> FoundCases:
    """Cases of the clinics where the caller has a post; support sees all, and says why (K7).

    Every case that is shown is in its applicant's journal, `GET /v1/looks`.
    """
    rates.creation(who.subject)
    by, value = only(**body.model_dump(exclude={"reason"}))
    ways = {
        "tracking_number": desk.by_tracking,
        "certificate_number": desk.by_certificate,
        "citizen_id": desk.of_citizen,
    }
    found = await ways[by](value, Reach(who, _ROLES), body.reason)
    return FoundCases(items=[FoundCase.of(case) for case in found])
