"""Slots, the patients who want them, and what stands in the way of a booking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from services.chassis.foundation.errors import AccountBlockedError, NotConfirmedError
from services.scheduling.bookings.errors import (
    DayClosedError,
    OverlapError,
    SlotPastError,
    SlotTakenError,
    TooManyActiveError,
)


@dataclass(frozen=True)
class Visit:
    """When and where, as the talon prints it (A7). Times are UTC."""

    doctor_name: str
    specialty: str
    starts_at: datetime
    ends_at: datetime
    timezone: str
    room: str
    clinic_number: str
    clinic_name: str
    clinic_address: str

    def local(self, moment: datetime) -> datetime:
        """A moment on the clinic's clock."""
        return moment.astimezone(ZoneInfo(self.timezone))


@dataclass(frozen=True)
class Slot:
    """A piece of a doctor's time. Free unless somebody has it or the day was closed."""

    id: str
    doctor_id: str
    clinic_id: str
    specialty_code: str
    visit: Visit
    appointment_id: str | None = None
    closed: str | None = None

    @property
    def free(self) -> bool:
        """Whether it can be booked, if it is not past."""
        return self.appointment_id is None and self.closed is None


@dataclass(frozen=True)
class Engagement:
    """An appointment as an entry of its citizen's agenda."""

    appointment_id: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Patient:
    """A confirmed citizen and what they hold."""

    id: str
    full_name: str
    agenda: tuple[Engagement, ...] = ()
    rejected: bool = False
    blocked: bool = False


def check_standing(patient: Patient) -> None:
    """Refuse what a token that was issued before still allows (I9).

    Raises:
        AccountBlockedError: an administrator closed the account.
        NotConfirmedError: the registry did not agree with the profile.
    """
    if patient.blocked:
        raise AccountBlockedError
    if patient.rejected:
        raise NotConfirmedError


def check_bookable(slot: Slot, now: datetime) -> None:
    """Make sure that this slot can be booked.

    Raises:
        DayClosedError: A24.
        SlotPastError: it has begun.
        SlotTakenError: A4.
    """
    starts_at = slot.visit.local(slot.visit.starts_at)
    if slot.visit.starts_at <= now:
        raise SlotPastError(starts_at)
    if slot.closed is not None:
        raise DayClosedError(starts_at, slot.closed)
    if slot.appointment_id is not None:
        raise SlotTakenError(starts_at)


def check_agenda(agenda: Sequence[Engagement], visit: Visit, *, limit: int, now: datetime) -> None:
    """Make sure that the citizen has room for this visit.

    Raises:
        OverlapError: another visit is at that time.
        TooManyActiveError: A32.
    """
    active = [e for e in agenda if e.ends_at > now]
    for other in active:
        if other.starts_at < visit.ends_at and visit.starts_at < other.ends_at:
            raise OverlapError(visit.local(other.starts_at))
    if len(active) >= limit:
        raise TooManyActiveError(limit)
