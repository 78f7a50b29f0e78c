"""A clinic's day, and what became of its visits: for registrars, and for a doctor's own."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, Field

from contracts.roles import Role
from services.chassis.foundation.dates import Day
from services.chassis.foundation.text import prose
from services.chassis.foundation.typed import Tidied
from services.chassis.http.auth import Principal
from services.chassis.http.door import admitted
from services.chassis.http.facilities import facility
from services.chassis.http.pages import Cursor
from services.scheduling.bookings.domain.appointment import (
    STATUS_LABELS,
    Appointment,
    Status,
    Step,
)
from services.scheduling.bookings.domain.details import NEED_LABELS, Need
from services.scheduling.bookings.domain.marking import Mark
from services.scheduling.deps import Body, Limit, VisitView
from services.scheduling.desk.usecases import Attendance

router = APIRouter(prefix="/v1/desk", tags=["Сотрудникам"])
Use = Annotated[Attendance, Depends(facility(Attendance))]
AppointmentId = Annotated[str, Path(max_length=64)]
Receiver = Annotated[Principal, Depends(admitted(Role.REGISTRAR, Role.DOCTOR))]
Marking = Annotated[Principal, Depends(admitted(Role.REGISTRAR, Role.DOCTOR, Role.SUPPORT))]


class MissingView(BaseModel):
    """What a pending visit waits for."""

    code: Need
    label: str


class DayVisit(BaseModel):
    """A visit as the desk sees it."""

    appointment_id: str
    citizen_id: str
    patient_name: str
    talon_number: str
    doctor_id: str
    status: Status
    status_label: str
    visit: VisitView
    came_at: datetime | None = Field(description="When the patient checked in.")
    needs: list[MissingView]
    symptoms: str | None = Field(description="What the patient said of the visit (A26).")
    medicines: list[str]
    clinic_comment: str | None

    @classmethod
    def of(cls, found: Appointment) -> Self:
        """On the clinic's clock."""
        came = [e.at for e in found.history if e.step is Step.CAME]
        return cls(
            appointment_id=found.id,
            citizen_id=found.citizen_id,
            patient_name=found.patient_name,
            talon_number=found.talon_number,
            doctor_id=found.doctor_id,
            status=found.status,
            status_label=STATUS_LABELS[found.status],
            visit=VisitView.model_validate(found.visit.on_clinic_clock),
            came_at=found.visit.local(came[-1]) if came else None,
            needs=[MissingView(code=need, label=NEED_LABELS[need]) for need in found.needs],
            symptoms=found.details.symptoms,
            medicines=list(found.details.medicines),
            clinic_comment=found.clinic_comment,
        )


class DayVisits(BaseModel):
    """A page of a day, by time."""

    items: list[DayVisit]
    next_cursor: str | None


class MarkIn(Body):
    """What became of the visit."""

    mark: Mark
    note: Annotated[str, Tidied(prose, longest=500)] | None = Field(
        default=None, description="Увидит пациент. Обязательна поддержке."
    )


@router.get("/clinics/{clinic_id}/visits", summary="Приём на день")
async def day(
    clinic_id: Annotated[str, Path(max_length=128)],
    use: Use,
    who: Receiver,
    *,
    day: Annotated[Day, Query(description="The clinic's day.")],
    doctor_id: Annotated[str | None, Query(max_length=128)] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> DayVisits:
    """Visits of the clinic by time, but for cancelled ones; a doctor is shown their own (A8).

    Each visit that is shown is in its patient's journal, `GET /v1/looks`. One that nobody marks
    stays confirmed: nobody is counted absent by itself.
    """
    page = await use.day(who, clinic_id, day, doctor_id, after=cursor, limit=limit)
    return DayVisits(
        items=[DayVisit.of(visit) for visit in page.items], next_cursor=page.next_cursor
    )


@router.post("/appointments/{appointment_id}/mark", summary="Отметить приём")
async def mark(appointment_id: AppointmentId, body: MarkIn, use: Use, who: Marking) -> DayVisit:
    """The patient `came`, the visit took place (`attended`), or nobody came (`missed`).

    Only when it is so far; what was marked is corrected within a day, and a wrong miss is `struck`
    later, too (A33). The same again changes nothing.
    """
    return DayVisit.of(await use.mark(who, appointment_id, body.mark, body.note or None))
