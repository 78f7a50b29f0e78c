"""Staff find visits. What is looked for is in the body: it is no part of an address."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from contracts.roles import Role
from services.chassis.foundation.typed import Id
from services.chassis.http.auth import Principal
from services.chassis.http.door import admitted
from services.chassis.http.facilities import facility
from services.chassis.http.looks import Reach, Why, only
from services.chassis.http.rates import Rates
from services.scheduling.bookings.domain.appointment import STATUS_LABELS, Appointment, Status
from services.scheduling.deps import Body
from services.scheduling.desk.usecases import Desk
from services.scheduling.talons.domain import LONGEST_TYPED

router = APIRouter(prefix="/v1/desk", tags=["Сотрудникам"])
_ROLES = (Role.REGISTRAR, Role.ADMINISTRATOR, Role.SUPPORT)


class Search(Body):
    """By one of the two."""

    talon_number: Annotated[str, Field(max_length=LONGEST_TYPED)] | None = Field(
        default=None, examples=["1234-5678-9018"]
    )
    citizen_id: Id | None = Field(default=None, description="From `POST /v1/people/searches`.")
    reason: Why = Field(
        default=None,
        description="Обязательна тому, кто видит все клиники; её увидит пациент.",
        examples=["Звонок пациента: просит отменить запись."],
    )


class FoundVisit(BaseModel):
    """A visit as a search shows it: when, where, whose. To whom and why, the talon tells."""

    appointment_id: str
    citizen_id: str
    patient_name: str
    talon_number: str
    status: Status
    status_label: str
    starts_at: datetime
    timezone: str
    clinic_id: str
    clinic_name: str
    clinic_address: str

    @classmethod
    def of(cls, found: Appointment) -> Self:
        """On the clinic's clock."""
        visit = found.visit
        return cls(
            appointment_id=found.id,
            citizen_id=found.citizen_id,
            patient_name=found.patient_name,
            talon_number=found.talon_number,
            status=found.status,
            status_label=STATUS_LABELS[found.status],
            starts_at=visit.local(visit.starts_at),
            timezone=visit.timezone,
            clinic_id=found.clinic_id,
            clinic_name=visit.clinic_name,
            clinic_address=visit.clinic_address,
        )


class FoundVisits(BaseModel):
    """The latest visits first, at most twenty."""

    items: list[FoundVisit]


@router.post("/searches", summary="Найти записи пациента")
async def search(
    body: Search,
    desk: Annotated[Desk, Depends(facility(Desk))],
    who: Annotated[Principal, Depends(admitted(*_ROLES))],
    rates: Annotated[Rates, Depends(facility(Rates))],
) -> FoundVisits:
    """Visits in the clinics where the caller has a post; support sees all, and says why (K7).

    Every visit that is shown is in its patient's journal, `GET /v1/looks`.
    """
    rates.creation(who.subject)
    reach = Reach(who, _ROLES)
    by, value = only(talon_number=body.talon_number, citizen_id=body.citizen_id)
    ways = {"talon_number": desk.by_talon, "citizen_id": desk.of_citizen}
    found = await ways[by](value, reach, body.reason)
    return FoundVisits(items=[FoundVisit.of(visit) for visit in found])
