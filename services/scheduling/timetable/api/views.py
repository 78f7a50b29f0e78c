"""What answers about the timetable look like. Times are RFC 3339 on the clinic's clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, Field

from services.scheduling.deps import VisitView
from services.scheduling.known.domain import (
    Clinic,
    Doctor,
    Near,
    Permit,
    Standing,
    specialty_title,
)
from services.scheduling.timetable.domain import ClosedDay, Instead, Slot
from services.scheduling.timetable.views import LackView

Distance = Annotated[
    float | None, Field(description="From the place that was asked for, as the crow flies.")
]


def distances(clinics: Iterable[Clinic], near: Near | None) -> Mapping[str, float]:
    """How far each clinic is, where a place was named."""
    if near is None:
        return {}
    far = ((clinic.id, near.km_to(clinic)) for clinic in clinics)
    return {clinic_id: km for clinic_id, km in far if km is not None}


def nearest(far: Mapping[str, float], clinics: Iterable[str]) -> float | None:
    """How far the nearest of these clinics is."""
    return min((far[clinic] for clinic in clinics if clinic in far), default=None)


class SpecialtyView(BaseModel):
    """A specialty."""

    code: str = Field(examples=["therapist"])
    title: str = Field(examples=["Терапевт"])


class Specialties(BaseModel):
    """All specialties."""

    items: list[SpecialtyView]
    next_cursor: str | None = None


class PermitView(BaseModel):
    """The right to practise (A3)."""

    number: str = Field(examples=["Л041-01137-77/00000001"])
    issued_on: date
    valid_until: date | None = Field(description="The last day; null: it has no end.")
    standing: Standing = Field(description="Of today: valid, ends (on `valid_until`), ended.")
    said: str = Field(examples=["действует по 31.12.2026"])

    @classmethod
    def of(cls, permit: Permit, day: date) -> PermitView:
        """As everybody sees it on this day."""
        return cls(
            number=permit.number,
            issued_on=permit.issued_on,
            valid_until=permit.valid_until,
            standing=permit.standing(day),
            said=said_of(permit, day),
        )


def said_of(permit: Permit, day: date) -> str:
    """What people read of a permit on this day."""
    match permit.standing(day):
        case Standing.AWAITED:
            return f"начнёт действовать {permit.issued_on:%d.%m.%Y}"
        case Standing.ENDS:
            return f"действует по {permit.valid_until:%d.%m.%Y}"
        case Standing.ENDED:
            return f"срок закончился {permit.valid_until:%d.%m.%Y}"
        case _:
            return "действует бессрочно"


class ClinicView(BaseModel):
    """A clinic."""

    id: str = Field(examples=["clinic-1"])
    number: str = Field(examples=["45"])
    name: str = Field(examples=["Городская поликлиника № 45"])
    address: str
    phone: str
    timezone: str = Field(examples=["Europe/Moscow"])
    licence: PermitView
    distance_km: Distance = None

    @classmethod
    def of(cls, clinic: Clinic, now: datetime, distance_km: float | None = None) -> ClinicView:
        """As everybody sees it now."""
        return cls(
            id=clinic.id,
            number=clinic.number,
            name=clinic.name,
            address=clinic.address,
            phone=clinic.phone,
            timezone=clinic.timezone,
            licence=PermitView.of(clinic.licence, now.astimezone(clinic.zone).date()),
            distance_km=distance_km,
        )


class Clinics(BaseModel):
    """A page of clinics."""

    items: list[ClinicView]
    next_cursor: str | None


class DoctorView(BaseModel):
    """A doctor as patients choose one (A2)."""

    id: str = Field(examples=["doctor-orlova"])
    full_name: str
    position: str | None = Field(examples=["врач-терапевт"])
    specialty: SpecialtyView = Field(description="The main one.")
    specialties: list[SpecialtyView]
    clinic_ids: list[str]
    experience_years: int = Field(description="Full calendar years of practice.")
    rating: float | None = Field(description="Of 5; null: nobody has said anything yet (A35).")
    reviews: int = Field(description="How many gave stars.")
    distance_km: Distance = None

    @classmethod
    def of(cls, doctor: Doctor, year: int, distance_km: float | None = None) -> DoctorView:
        """As seen in this year."""
        specialties = [
            SpecialtyView(code=code, title=specialty_title(code)) for code in doctor.specialties
        ]
        return cls(
            id=doctor.id,
            full_name=doctor.full_name,
            position=doctor.position,
            specialty=specialties[0],
            specialties=specialties,
            clinic_ids=list(doctor.clinics),
            experience_years=max(0, year - doctor.practising_since),
            rating=doctor.rating,
            reviews=doctor.reviews,
            distance_km=distance_km,
        )


class Doctors(BaseModel):
    """A page of doctors."""

    items: list[DoctorView]
    next_cursor: str | None


class SlotView(BaseModel):
    """A free slot (A1: date, time and room)."""

    id: str = Field(examples=["doctor-orlova-202611230500"])
    doctor_id: str
    clinic_id: str
    visit: VisitView
    distance_km: Distance = None

    @classmethod
    def of(cls, slot: Slot, distance_km: float | None = None) -> SlotView:
        """As everybody sees it."""
        return cls(
            id=slot.id,
            doctor_id=slot.doctor_id,
            clinic_id=slot.clinic_id,
            visit=VisitView.model_validate(slot.visit.on_clinic_clock),
            distance_km=distance_km,
        )


class ClosedDayView(BaseModel):
    """Why there are no visits on a day (A24)."""

    day: date
    reason: str = Field(examples=["День России"])
    clinic_id: str | None = Field(description="Null: all clinics.")

    @classmethod
    def of(cls, closed: ClosedDay) -> ClosedDayView:
        """As everybody sees it."""
        return cls(day=closed.day, reason=closed.reason, clinic_id=closed.clinic_id)


class WayView(BaseModel):
    """What else a citizen can do: a request to this service."""

    method: str = "POST"
    path: str
    said: str


_WAIT = WayView(
    path="/v1/waits",
    said="Предварительная запись: освободившееся время будет придержано для вас.",
)
_REQUEST = WayView(
    path="/v1/requests",
    said="Запросить врача: регистратура откроет приём или предложит другую клинику.",
)


class InsteadView(BaseModel):
    """Where nothing fits: why, what is closest to it, and the ways on (A20, e28, e29)."""

    reason: LackView
    alternatives: list[SlotView] = Field(description="Of the same profile; nearest or soonest.")
    waits: WayView = _WAIT
    requests: WayView = _REQUEST

    @classmethod
    def of(cls, found: Instead) -> InsteadView:
        """As everybody sees it."""
        far = found.distances
        return cls(
            reason=LackView.of(found.lack),
            alternatives=[SlotView.of(slot, far.get(slot.clinic_id)) for slot in found.slots],
        )


class Slots(BaseModel):
    """A page of free slots, and the closed days among those asked for."""

    items: list[SlotView]
    next_cursor: str | None
    as_of: datetime = Field(description="When this was read: less than a second ago.")
    closed: list[ClosedDayView]
    instead: InsteadView | None = Field(
        default=None, description="Where there is no free slot at all."
    )
