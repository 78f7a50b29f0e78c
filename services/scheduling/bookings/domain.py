"""Appointments, what may happen to them, and the number that each gets."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from stdnum import damm

from services.scheduling.bookings.errors import (
    AcceptedAlreadyError,
    AlreadyCancelledError,
    CancelTooLateError,
    VisitBegunError,
)
from services.scheduling.patients.domain import Patient
from services.scheduling.timetable.domain import Slot, Visit

DIGITS = 11
REPRESENTATIVE = "representative"
"""Who acts in a history where the citizen does not do it themselves (I12)."""
SYSTEM = "system"
"""Who booked a visit that an application needs (C19)."""
_GROUP = 4


class Status(StrEnum):
    """What an appointment is (A10). `pending` is kept for visits that the clinic must confirm."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


STATUS_LABELS = {
    Status.PENDING: "В ожидании",
    Status.CONFIRMED: "Подтверждена",
    Status.CANCELLED: "Отменена",
}


class TalonState(StrEnum):
    """Where the sealed talon is. A void one is kept for ever (d5)."""

    PREPARING = "preparing"
    ISSUED = "issued"
    FAILED = "failed"
    VOID = "void"


class Canceller(StrEnum):
    """Who cancelled."""

    CITIZEN = "citizen"
    SUPPORT = "support"
    CLINIC = "clinic"


class Step(StrEnum):
    """What happened to an appointment."""

    BOOKED = "booked"
    ACCEPTED = "accepted-by-clinic"
    TALON_ISSUED = "talon-issued"
    TALON_FAILED = "talon-failed"
    MOVED = "moved"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Entry:
    """One line of an appointment's history."""

    at: datetime
    step: Step
    by: str
    note: str | None = None
    actor_id: str | None = None


@dataclass(frozen=True)
class Cancelled:
    """When an appointment was let go, by whom, and the code of the reason.

    `actor_id` is the citizen's representative, where it was one.
    """

    at: datetime
    by: Canceller
    code: str
    actor_id: str | None = None

    @property
    def hands(self) -> str:
        """Who did it, as the history says."""
        return REPRESENTATIVE if self.actor_id else self.by.value


@dataclass(frozen=True)
class Appointment:
    """A citizen's visit. The last two are counted by the store: facts told, and changes.

    `former_talons` are the numbers that it had before it was moved; they are void (A9).
    `application_id` is the application that it was booked for by itself (C19).
    """

    id: str
    citizen_id: str
    patient_name: str
    slot_id: str
    doctor_id: str
    clinic_id: str
    visit: Visit
    talon_number: str
    status: Status
    talon: TalonState
    booked_at: datetime
    history: tuple[Entry, ...]
    document_id: str | None = None
    talon_failure: str | None = None
    clinic_comment: str | None = None
    cancelled: Cancelled | None = None
    former_talons: tuple[str, ...] = ()
    application_id: str | None = None
    version: int = 0
    revision: int = 0

    def to_come(self, now: datetime) -> bool:
        """Whether it stands, and has not begun."""
        return self.status is Status.CONFIRMED and self.visit.starts_at > now

    def history_with(self, entry: Entry) -> tuple[Entry, ...]:
        """The history and one line more."""
        return (*self.history, entry)

    def accepted(self, now: datetime, comment: str | None) -> Appointment:
        """The clinic entered it, with a comment for the patient (A10, A36).

        For a visit that was cancelled meanwhile the answer comes too late and changes nothing.

        Raises:
            AcceptedAlreadyError: the clinic has answered; a person looks into the second answer.
        """
        if any(entry.step is Step.ACCEPTED for entry in self.history):
            raise AcceptedAlreadyError
        if self.status is Status.CANCELLED:
            return self
        return replace(
            self,
            clinic_comment=comment,
            history=self.history_with(Entry(now, Step.ACCEPTED, "clinic", comment)),
        )

    def move(self, slot: Slot, talon_number: str, entry: Entry) -> Appointment:
        """It is in another slot, under another talon; the former one is void (A9)."""
        return replace(
            self,
            slot_id=slot.id,
            doctor_id=slot.doctor_id,
            clinic_id=slot.clinic_id,
            visit=slot.visit,
            talon_number=talon_number,
            former_talons=(*self.former_talons, self.talon_number),
            talon=TalonState.PREPARING,
            document_id=None,
            talon_failure=None,
            history=self.history_with(entry),
        )

    def cancel(self, cancelled: Cancelled, note: str | None) -> Appointment:
        """It is off; the talon is void and kept (A9, d5)."""
        entry = Entry(cancelled.at, Step.CANCELLED, cancelled.hands, note, cancelled.actor_id)
        return replace(
            self,
            status=Status.CANCELLED,
            talon=TalonState.VOID,
            cancelled=cancelled,
            history=self.history_with(entry),
        )


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
    *,
    appointment_id: str,
    talon_number: str,
    now: datetime,
    actor_id: str | None = None,
    application_id: str | None = None,
) -> Appointment:
    """The appointment that this slot becomes.

    `actor_id` is the representative who books it; `application_id` for which it is by itself.
    """
    by = REPRESENTATIVE if actor_id else Canceller.CITIZEN.value
    by = SYSTEM if application_id else by
    return Appointment(
        id=appointment_id,
        citizen_id=patient.id,
        patient_name=patient.full_name,
        slot_id=slot.id,
        doctor_id=slot.doctor_id,
        clinic_id=slot.clinic_id,
        visit=slot.visit,
        talon_number=talon_number,
        status=Status.CONFIRMED,
        talon=TalonState.PREPARING,
        booked_at=now,
        history=(Entry(now, Step.BOOKED, by, actor_id=actor_id),),
        application_id=application_id,
    )


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
