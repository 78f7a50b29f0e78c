"""What a citizen is shown of their bookings: before one, and of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.scheduling.bookings.domain.appointment import Appointment, Entry
from services.scheduling.bookings.domain.confirmations import Form
from services.scheduling.bookings.domain.details import Details, Need
from services.scheduling.reception.domain import Assent, VisitRule
from services.scheduling.timetable.domain import Slot, Visit


@dataclass(frozen=True)
class Preview:
    """What a booking of this slot would need, cost and mean: `form` is what is confirmed (A30)."""

    slot: Slot
    assent: Assent
    form: Form
    needs: tuple[Need, ...]
    rule: VisitRule
    price_kopecks: int | None


@dataclass(frozen=True)
class Action:
    """Something that was done about a visit (A31)."""

    appointment_id: str
    visit: Visit
    entry: Entry


@dataclass(frozen=True)
class Examination:
    """Time for an examination that comes before a visit, on its day in its clinic (A39)."""

    specialty: str
    slots: tuple[Slot, ...]


def last_said(recent: Sequence[Appointment]) -> Appointment | None:
    """The visit that was booked last of those of which something was said."""
    nothing = Details(), Details(consent=True)
    said = [visit for visit in recent if visit.details not in nothing]
    return max(said, key=lambda visit: visit.booked_at, default=None)
