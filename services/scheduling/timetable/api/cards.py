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
from services.scheduling.reception.domain import Reception
from services.scheduling.reception.views import ReceptionView, RuleView
from services.scheduling.timetable.api.views import (
    ClinicView,
    DoctorView,
    PermitView,
    SpecialtyView,
    said_of,
)
from services.scheduling.timetable.usecases import Timetable
from services.scheduling.triage.views import DepartmentView

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
    emergency: DepartmentView | None = Field(description="Its department of urgent care (A40).")
    reception: ReceptionView = Field(description="What it asks for, and how to prepare (A23, A27).")

    @classmethod
    def card(cls, clinic: Clinic, asks: Reception, now: datetime) -> ClinicCard:
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
            emergency=DepartmentView.of(clinic, None, now) if clinic.emergency else None,
            reception=ReceptionView.of(asks),
        )


class QualificationView(PermitView):
    """A certificate or an accreditation of a doctor."""

    specialty: SpecialtyView


class ConferenceView(BaseModel):
    """Where a doctor spoke or learned."""

    title: str
    year: int


class RulesHere(BaseModel):
    """What visits to the doctor need at one clinic."""

    clinic_id: str
    rules: list[RuleView]

    @classmethod
    def of(cls, asks: Reception, doctor: Doctor) -> RulesHere:
        """Those of the doctor's specialties that are not another doctor's."""
        rules = [
            RuleView.of(rule)
            for rule in asks.rules
            if rule.specialty in doctor.specialties and rule.doctor_id in {None, doctor.id}
        ]
        return cls(clinic_id=asks.id, rules=rules)


class DoctorCard(DoctorView):
    """Everything that patients choose a doctor by."""

    clinics: list[ClinicView]
    qualifications: list[QualificationView]
    conferences: list[ConferenceView]
    photo: str | None = Field(description="The number of a file.")
    receptions: list[RulesHere] = Field(
        description="Referral, documents, preparation, tests and prices by clinic (A23, A27, A41)."
    )

    @classmethod
    def card(
        cls,
        doctor: Doctor,
        clinics: Sequence[Clinic],
        receptions: Sequence[Reception],
        now: datetime,
    ) -> DoctorCard:
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
            receptions=[RulesHere.of(asks, doctor) for asks in receptions],
        )


@router.get("/clinics/{clinic_id}", summary="Карточка клиники")
async def clinic_card(clinic_id: Id, timetable: Use) -> ClinicCard:
    """A clinic with licence and accreditation, each as it stands today (A3)."""
    clinic = await timetable.clinic(clinic_id)
    [asks] = await timetable.receptions.these([clinic.id])
    return ClinicCard.card(clinic, asks, timetable.deps.now())


@router.get("/doctors/{doctor_id}", summary="Карточка врача")
async def doctor_card(doctor_id: Id, timetable: Use) -> DoctorCard:
    """A doctor with certificates, each as it stands today, and the clinics to go to (A2, A3)."""
    doctor, clinics = await timetable.doctor(doctor_id)
    receptions = await timetable.receptions.these([clinic.id for clinic in clinics])
    return DoctorCard.card(doctor, clinics, receptions, timetable.deps.now())
