"""Appointments, and what may happen to them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.scheduling.bookings.errors import (
    AcceptedAlreadyError,
    AlreadyCancelledError,
    CancelTooLateError,
    VisitBegunError,
)
from services.scheduling.patients.domain import Patient, Slot, Visit


class Status(StrEnum):
    """What an appointment is (A10). `pending` is kept for visits that the clinic must confirm."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


class TalonState(StrEnum):
    """Where the sealed talon is. A void one is kept for ever (d5)."""

    PREPARING = "preparing"
    ISSUED = "issued"
    FAILED = "failed"
    VOID = "void"


class Check(StrEnum):
    """What a check of a talon says."""

    VALID = "valid"
    PAST = "past"
    VOID = "void"
    UNKNOWN = "unknown"


class Canceller(StrEnum):
    """Who cancelled."""

    CITIZEN = "citizen"
    SUPPORT = "support"


class Step(StrEnum):
    """What happened to an appointment."""

    BOOKED = "booked"
    ACCEPTED = "accepted-by-clinic"
    TALON_ISSUED = "talon-issued"
    TALON_FAILED = "talon-failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Entry:
    """One line of an appointment's history."""

    at: datetime
    step: Step
    by: str
    note: str | None = None


@dataclass(frozen=True)
class Appointment:
    """A citizen's visit. The last two are counted by the store: facts told, and changes."""

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
    cancelled_at: datetime | None = None
    cancelled_by: Canceller | None = None
    cancel_code: str | None = None
    version: int = 0
    revision: int = 0

    def check(self, now: datetime) -> Check:
        """What somebody who holds the talon in their hand is told (A8, A9)."""
        if self.status is Status.CANCELLED:
            return Check.VOID
        return Check.PAST if self.visit.ends_at <= now else Check.VALID

    def _with(self, entry: Entry) -> tuple[Entry, ...]:
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
            history=self._with(Entry(now, Step.ACCEPTED, "clinic", comment)),
        )

    def sealed(self, now: datetime, document_id: str) -> Appointment:
        """The talon's PDF is there. That of a cancelled appointment is kept and stays void."""
        void = self.status is Status.CANCELLED
        return replace(
            self,
            document_id=document_id,
            talon=TalonState.VOID if void else TalonState.ISSUED,
            talon_failure=None,
            history=self._with(Entry(now, Step.TALON_ISSUED, "documents")),
        )

    def not_sealed(self, now: datetime, reason: str) -> Appointment:
        """The talon cannot be made; the visit stands, its number is enough at the desk.

        One that is there already is: a failure that comes later is of an older try.
        """
        if self.document_id is not None:
            return self
        void = self.status is Status.CANCELLED
        return replace(
            self,
            talon=TalonState.VOID if void else TalonState.FAILED,
            talon_failure=reason,
            history=self._with(Entry(now, Step.TALON_FAILED, "documents", reason)),
        )

    def cancelled(self, now: datetime, by: Canceller, code: str, note: str | None) -> Appointment:
        """It is off; the talon is void and kept (A9, d5)."""
        return replace(
            self,
            status=Status.CANCELLED,
            talon=TalonState.VOID,
            cancelled_at=now,
            cancelled_by=by,
            cancel_code=code,
            history=self._with(Entry(now, Step.CANCELLED, by.value, note)),
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
    slot: Slot, patient: Patient, *, appointment_id: str, talon_number: str, now: datetime
) -> Appointment:
    """The appointment that this slot becomes."""
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
        history=(Entry(now, Step.BOOKED, "citizen"),),
    )


def cancel(
    appointment: Appointment, *, by: Canceller, rule: CancelRule, now: datetime, note: str | None
) -> Appointment:
    """The appointment, cancelled.

    Raises:
        AlreadyCancelledError: it is off.
        VisitBegunError: too late for anybody.
        CancelTooLateError: too late for the citizen alone (A13, d3).
    """
    visit = appointment.visit
    starts_at = visit.local(visit.starts_at)
    if appointment.cancelled_at is not None:
        raise AlreadyCancelledError(visit.local(appointment.cancelled_at))
    if visit.starts_at <= now:
        raise VisitBegunError(starts_at)
    if by is Canceller.CITIZEN and now > rule.until(visit):
        hours = math.ceil(rule.before / timedelta(hours=1))
        raise CancelTooLateError(starts_at, hours, rule.hotline)
    return appointment.cancelled(now, by, f"{by.value}-request", note)
