"""Appointments, and what happens to them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from services.scheduling.bookings.domain.details import Confirmed, Details, Need
from services.scheduling.bookings.errors import AcceptedAlreadyError, AppointmentUnknownError
from services.scheduling.timetable.domain import Slot, Visit

REPRESENTATIVE = "representative"
"""Who acts in a history where the citizen does not do it themselves (I12)."""
SYSTEM = "system"
"""Who booked a visit that an application needs (C19)."""
STAFF = "staff"
"""Who booked for a caller (K8)."""


class Status(StrEnum):
    """What an appointment is (A10, A33). A `pending` one has its slot, and needs something yet."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    ATTENDED = "attended"
    MISSED = "missed"


STATUS_LABELS = {
    Status.PENDING: "В ожидании",
    Status.CONFIRMED: "Подтверждена",
    Status.CANCELLED: "Отменена",
    Status.ATTENDED: "Приём состоялся",
    Status.MISSED: "Пациент не пришёл",
}
STANDING = frozenset({Status.PENDING, Status.CONFIRMED})
"""What may still happen."""


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
    SUPPLIED = "supplied"
    CONFIRMED = "confirmed"
    STALLED = "stalled"
    ACCEPTED = "accepted-by-clinic"
    TALON_ISSUED = "talon-issued"
    TALON_FAILED = "talon-failed"
    MOVED = "moved"
    CANCELLED = "cancelled"
    CAME = "came"
    ATTENDED = "attended"
    MISSED = "missed"
    STRUCK = "miss-struck"
    COMMENTED = "commented-by-clinic"


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
    `application_id` is the application that it was booked for by itself (C19). `needs` is what a
    pending one waits for, since `pending_since`. `price_kopecks` is what was named as the price,
    where no policy pays, `insurance` the programme that its patient says pays (A41).
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
    details: Details = field(default_factory=Details)
    needs: tuple[Need, ...] = ()
    pending_since: datetime | None = None
    confirmed: Confirmed | None = None
    price_kopecks: int | None = None
    insurance: str | None = None
    restores: str | None = None
    version: int = 0
    revision: int = 0

    def to_come(self, now: datetime) -> bool:
        """Whether it stands, and has not begun."""
        return self.status in STANDING and self.visit.starts_at > now

    @property
    def placed_at(self) -> datetime:
        """Since when it has its slot: it was booked, or moved there last."""
        moved = (e.at for e in reversed(self.history) if e.step is Step.MOVED)
        return next(moved, self.booked_at)

    def is_former(self, talon_number: str | None) -> bool:
        """Whether something is said of a time that it had before it was moved (A36).

        Raises:
            AppointmentUnknownError: it never had this talon.
        """
        if talon_number in {None, self.talon_number}:
            return False
        if talon_number not in self.former_talons:
            raise AppointmentUnknownError
        return True

    @property
    def is_accepted(self) -> bool:
        """Whether its clinic entered it where it is now: a yes to its former time is none (A10)."""
        steps = (e.step for e in reversed(self.history) if e.step in {Step.ACCEPTED, Step.MOVED})
        return next(steps, None) is Step.ACCEPTED

    @property
    def stalled_since(self) -> datetime | None:
        """Since when it is pending, where that was said to be too long (A12)."""
        return self.pending_since if self.stalled_at is not None else None

    @property
    def stalled_at(self) -> datetime | None:
        """When that was said."""
        since = self.pending_since
        if self.status is not Status.PENDING or since is None:
            return None
        told = (e.at for e in self.history if e.step is Step.STALLED)
        return next((at for at in told if at >= since), None)

    def history_with(self, entry: Entry) -> tuple[Entry, ...]:
        """The history and one line more."""
        return (*self.history, entry)

    def accepted(self, now: datetime, comment: str | None) -> Appointment:
        """The clinic entered it, with a comment for the patient (A10, A36).

        For a visit that was cancelled meanwhile the answer comes too late and changes nothing.

        Raises:
            AcceptedAlreadyError: the clinic has answered; a person looks into the second answer.
        """
        if self.is_accepted:
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
