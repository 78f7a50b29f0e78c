"""What becomes an appointment, who may still let it go, and the number of its talon."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from stdnum import damm

from services.scheduling.bookings.domain.appointment import (
    REPRESENTATIVE,
    STAFF,
    SYSTEM,
    Appointment,
    Cancelled,
    Canceller,
    Entry,
    Status,
    Step,
    TalonState,
)
from services.scheduling.bookings.domain.details import Need, Wish
from services.scheduling.bookings.errors import (
    AlreadyCancelledError,
    CancelTooLateError,
    VisitBegunError,
)
from services.scheduling.patients.domain import Patient
from services.scheduling.timetable.domain import Slot, Visit

DIGITS = 11
_GROUP = 4


@dataclass(frozen=True)
class CancelRule:
    """Until when a citizen cancels alone, and whom to call later (d3)."""

    before: timedelta
    hotline: str

    def until(self, visit: Visit) -> datetime:
        """The last moment of self-service."""
        return visit.starts_at - self.before


def book(
    slot: Slot,
    patient: Patient,
    wish: Wish,
    *,
    appointment_id: str,
    talon_number: str,
    now: datetime,
    needs: tuple[Need, ...] = (),
    price_kopecks: int | None = None,
) -> Appointment:
    """The appointment that this slot becomes; pending where it still needs something (A10)."""
    return Appointment(
        id=appointment_id,
        citizen_id=patient.id,
        patient_name=patient.full_name,
        slot_id=slot.id,
        doctor_id=slot.doctor_id,
        clinic_id=slot.clinic_id,
        visit=slot.visit,
        talon_number=talon_number,
        status=Status.PENDING if needs else Status.CONFIRMED,
        talon=TalonState.PREPARING,
        booked_at=now,
        history=(Entry(now, Step.BOOKED, _hands(wish), actor_id=wish.actor_id),),
        application_id=wish.application_id,
        details=wish.details,
        needs=needs,
        pending_since=now if needs else None,
        confirmed=wish.confirmed,
        price_kopecks=price_kopecks,
        insurance=wish.insurance,
        restores=wish.restores,
    )


def _hands(wish: Wish) -> str:
    if wish.application_id is not None:
        return SYSTEM
    if wish.staff is not None:
        return STAFF
    return REPRESENTATIVE if wish.actor_id else Canceller.CITIZEN.value


def cancellation(
    appointment: Appointment,
    *,
    by: Canceller,
    rule: CancelRule,
    now: datetime,
    actor_id: str | None = None,
) -> Cancelled:
    """Whether this person may cancel it now.

    Raises:
        AlreadyCancelledError: it is off.
        VisitBegunError: too late for anybody.
        CancelTooLateError: too late for the citizen alone (A13, d3).
    """
    visit = appointment.visit
    starts_at = visit.local(visit.starts_at)
    if appointment.cancelled is not None:
        raise AlreadyCancelledError(visit.local(appointment.cancelled.at))
    if visit.starts_at <= now:
        raise VisitBegunError(starts_at)
    if by is Canceller.CITIZEN and now > rule.until(visit):
        hours = math.ceil(rule.before / timedelta(hours=1))
        raise CancelTooLateError(starts_at, hours, rule.hotline)
    return Cancelled(now, by, f"{by.value}-request", actor_id)


def talon_number(seed: int) -> str:
    """The printed number of a random `seed` below 10¹¹: so that nobody counts visits (A7, A8)."""
    digits = f"{seed:0{DIGITS}d}"
    return grouped(digits + damm.calc_check_digit(digits))


def grouped(digits: str) -> str:
    """A number as it is printed and read aloud: 1234-5678-9018."""
    return "-".join(digits[at : at + _GROUP] for at in range(0, len(digits), _GROUP))
