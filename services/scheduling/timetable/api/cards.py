"""Cards of a clinic and of a doctor, each permit as it stands today (A3). Open to everybody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from services.chassis.foundation.typed import Id
from services.chassis.http.facilities import facility
from services.chassis.http.headers import cacheable
from services.scheduling.known.domain import Clinic, Doctor, specialty_title
from services.scheduling.timetable.api.views import (
    ClinicView,
    DoctorView,
    PermitView,
    SpecialtyView,
    said_of,
)
from services.scheduling.timetable.usecases import Timetable

router = APIRouter(prefix="/v1", tags=["Расписание"], dependencies=[Depends(cacheable(60))])
Use = Annotated[Timetable, Depends(facility(Timetable))]


class PlaceView(BaseModel):
    """Degrees of WGS 84."""

    latitude: float
    longitude: float


class OpeningHoursView(BaseModel):
    """A stretch of a weekday; `ends` before or at `begins` is on the next day."""

    weekday: int = Field(description="Monday is 1.")
    begins: time
    ends: time


class RoomView(BaseModel):
    """A room."""

    number: str
    title: str | None


class ClinicCard(ClinicView):
    """Everything that patients choose a clinic by."""

    organisation: str
    accreditation: PermitView | None
    place: PlaceView | None
    opening_hours: list[OpeningHoursView]
    rooms: list[RoomView]
    insurance: list[str] = Field(description="Insurance programmes that it takes.")
    closed_on: date | None = Field(description="The first day on which it works no more.")

    @classmethod
    def card(cls, clinic: Clinic, now: datetime) -> ClinicCard:
        """As everybody sees it now."""
        day, place = now.astimezone(clinic.zone).date(), clinic.place
        return cls(
            **dict(ClinicView.of(clinic, now)),
            organisation=clinic.organisation,
            accreditation=(
                PermitView.of(clinic.accreditation, day) if clinic.accreditation else None
            ),
            place=PlaceView(latitude=place.latitude, longitude=place.longitude) if place else None,
            opening_hours=[
                OpeningHoursView(weekday=h.weekday, begins=h.begins, ends=h.ends)
                for h in clinic.opening_hours
            ],
            rooms=[RoomView(number=r.number, title=r.title) for r in clinic.rooms],
            insurance=list(clinic.insurance),
            closed_on=clinic.closed_on,
        )


class QualificationView(PermitView):
    """A certificate or an accreditation of a doctor."""

    specialty: SpecialtyView


class ConferenceView(BaseModel):
    """Where a doctor spoke or learned."""

    title: str
    year: int


class DoctorCard(DoctorView):
    """Everything that patients choose a doctor by. There are no ratings yet."""

    clinics: list[ClinicView]
    qualifications: list[QualificationView]
    conferences: list[ConferenceView]
    photo: str | None = Field(description="The number of a file.")

    @classmethod
    def card(cls, doctor: Doctor, clinics: Sequence[Clinic], now: datetime) -> DoctorCard:
        """As everybody sees it now, on the clock of the first clinic."""
        day = (now.astimezone(clinics[0].zone) if clinics else now).date()
        return cls(
            **dict(DoctorView.of(doctor, day.year)),
            clinics=[ClinicView.of(clinic, now) for clinic in clinics],
            qualifications=[
                QualificationView(
                    number=q.number,
                    issued_on=q.issued_on,
                    valid_until=q.valid_until,
                    standing=q.standing(day),
                    said=said_of(q, day),
                    specialty=SpecialtyView(code=q.specialty, title=specialty_title(q.specialty)),
                )
                for q in doctor.qualifications
            ],
            conferences=[ConferenceView(title=c.title, year=c.year) for c in doctor.conferences],
            photo=doctor.photo,
        )


@router.get("/clinics/{clinic_id}", summary="Карточка клиники")
async def clinic_card(clinic_id: Id, timetable: Use) -> ClinicCard:
    """A clinic with licence and accreditation, each as it stands today (A3)."""
    return ClinicCard.card(await timetable.clinic(clinic_id), timetable.deps.now())


@router.get("/doctors/{doctor_id}", summary="Карточка врача")
async def doctor_card(doctor_id: Id, timetable: Use) -> DoctorCard:
    """A doctor with certificates, each as it stands today, and the clinics to go to (A2, A3)."""
    doctor, clinics = await timetable.doctor(doctor_id)
    return DoctorCard.card(doctor, clinics, timetable.deps.now())
