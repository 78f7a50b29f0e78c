"""What is told of clinics: all of one each time, so the newest counts."""

from __future__ import annotations

from contracts import clinics as parts
from contracts import identity as contract
from services.identity.clinics.domain import Clinic, Permit


def clinic_changed(clinic: Clinic) -> contract.ClinicChanged:
    """The clinic as it is now. Why it closes stays here."""
    details, place = clinic.details, clinic.details.place
    return contract.ClinicChanged(
        clinic_id=clinic.id,
        number=details.number,
        name=details.name,
        organisation=details.organisation,
        address=details.address,
        phone=details.phone,
        timezone=details.timezone,
        ogrn=details.ogrn,
        inn=details.inn,
        licence=_permit(details.licence),
        accreditation=_permit(details.accreditation) if details.accreditation else None,
        place=parts.Place(latitude=place.latitude, longitude=place.longitude) if place else None,
        opening_hours=tuple(
            parts.OpeningHours(weekday=h.weekday, begins=h.begins, ends=h.ends)
            for h in details.opening_hours
        ),
        rooms=tuple(parts.Room(number=r.number, title=r.title) for r in details.rooms),
        insurance=details.insurance,
        closed_on=clinic.closure.on if clinic.closure else None,
        region=details.region,
        email=details.email,
        emergency=(
            parts.Emergency(
                phone=details.emergency.phone, round_the_clock=details.emergency.round_the_clock
            )
            if details.emergency
            else None
        ),
    )


def _permit(permit: Permit) -> parts.Permit:
    return parts.Permit(
        number=permit.number, issued_on=permit.issued_on, valid_until=permit.valid_until
    )
