"""A visit as calendars take it (A38); letters bring the same entry, under the same UID."""

from __future__ import annotations

from services.chassis.foundation.calendar_file import CalendarEntry
from services.scheduling.bookings.domain.appointment import Appointment, Status

_VIDEO = "video"


def visit_file(found: Appointment, check_url: str) -> CalendarEntry:
    """Its number grows with every fact that was told of the visit."""
    visit = found.visit
    room = "по видеосвязи" if visit.kind == _VIDEO else f"кабинет {visit.room}"
    return CalendarEntry(
        uid=found.id,
        sequence=found.version,
        made_at=found.history[-1].at,
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        title=f"Приём у врача: {visit.specialty}",
        place=f"{visit.clinic_name}, {visit.clinic_address}, {room}",
        text=f"Врач: {visit.doctor_name}\nТалон: {found.talon_number}",
        url=check_url,
        organiser=None,
        cancelled=found.status is Status.CANCELLED,
    )
