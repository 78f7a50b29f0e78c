"""A clinic as it is shown over HTTP."""

from __future__ import annotations

from datetime import date, datetime, time

from pydantic import BaseModel

from contracts.regions import REGIONS
from services.identity.clinics.domain import Clinic, Permit


class PermitView(BaseModel):
    """A licence or an accreditation, and whether it holds today (A3)."""

    number: str
    issued_on: date
    valid_until: date | None
    valid: bool

    @classmethod
    def of(cls, permit: Permit, today: date) -> PermitView:
        """The view of a permit."""
        return cls(
            number=permit.number,
            issued_on=permit.issued_on,
            valid_until=permit.valid_until,
            valid=permit.valid_on(today),
        )


class HoursView(BaseModel):
    """One stretch of a weekday, clinic time."""

    weekday: int
    begins: time
    ends: time


class RoomView(BaseModel):
    """A room."""

    number: str
    title: str | None


class EmergencyView(BaseModel):
    """Its department of urgent care (A40)."""

    phone: str
    round_the_clock: bool


class ClinicView(BaseModel):
    """A clinic; edit with the `ETag` of this answer in `If-Match`."""

    id: str
    number: str
    name: str
    organisation: str
    address: str
    phone: str
    timezone: str
    ogrn: str
    inn: str
    licence: PermitView
    accreditation: PermitView | None
    latitude: float | None
    longitude: float | None
    opening_hours: list[HoursView]
    rooms: list[RoomView]
    insurance: list[str]
    closed_on: date | None
    region: str | None
    region_title: str | None
    email: str | None
    emergency: EmergencyView | None

    @classmethod
    def of(cls, clinic: Clinic, now: datetime) -> ClinicView:
        """The view of a clinic at this moment. Why it closes is told to nobody."""
        details, today = clinic.details, clinic.day_of(now)
        place, accredited = details.place, details.accreditation
        urgent = details.emergency
        return cls(
            id=clinic.id,
            number=details.number,
            name=details.name,
            organisation=details.organisation,
            address=details.address,
            phone=details.phone,
            timezone=details.timezone,
            ogrn=details.ogrn,
            inn=details.inn,
            licence=PermitView.of(details.licence, today),
            accreditation=PermitView.of(accredited, today) if accredited else None,
            latitude=place.latitude if place else None,
            longitude=place.longitude if place else None,
            opening_hours=[
                HoursView(weekday=h.weekday, begins=h.begins, ends=h.ends)
                for h in details.opening_hours
            ],
            rooms=[RoomView(number=r.number, title=r.title) for r in details.rooms],
            insurance=list(details.insurance),
            closed_on=clinic.closure.on if clinic.closure else None,
            region=details.region,
            region_title=REGIONS[details.region] if details.region else None,
            email=details.email,
            emergency=EmergencyView(**vars(urgent)) if urgent else None,
        )
