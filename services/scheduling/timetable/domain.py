"""Slots: pieces of doctors' time, which are free until somebody has them; and days without any."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from services.scheduling.timetable.errors import (
    DayClosedError,
    HoldOverError,
    SlotHeldError,
    SlotPastError,
    SlotTakenError,
)


@dataclass(frozen=True)
class Specialty:
    """What doctors are: a stable code and the word for people."""

    code: str
    title: str


@dataclass(frozen=True)
class ClosedDay:
    """A day without visits: a public holiday (`clinic_id` is None), or one clinic's own reason.

    `closed` false: the clinic works on that day, whatever the calendar says.
    """

    day: date
    reason: str
    clinic_id: str | None = None
    closed: bool = True


@dataclass(frozen=True)
class Visit:
    """When and where, as the talon prints it (A7). Times are UTC.

    `kind` is what it is for: a code of `contracts.scheduling.VISIT_KINDS`.
    """

    doctor_name: str
    specialty: str
    starts_at: datetime
    ends_at: datetime
    timezone: str
    room: str
    clinic_number: str
    clinic_name: str
    clinic_address: str
    kind: str | None = None

    def local(self, moment: datetime) -> datetime:
        """A moment on the clinic's clock."""
        return moment.astimezone(ZoneInfo(self.timezone))

    @property
    def on_clinic_clock(self) -> Visit:
        """The same visit, its times as the clinic's clock shows them."""
        return replace(self, starts_at=self.local(self.starts_at), ends_at=self.local(self.ends_at))


class HoldKind(StrEnum):
    """Why a slot is held: its booking is being filled in, or it is offered to one person."""

    CITIZEN = "citizen"
    WAITLIST = "waitlist"
    REQUEST = "request"


class HoldEnd(StrEnum):
    """How a hold ends."""

    TAKEN = "taken"
    GIVEN_BACK = "given-back"
    RUN_OUT = "run-out"
    GONE = "slot-gone"


@dataclass(frozen=True)
class Hold:
    """Whose a slot is for some minutes (A5, A18).

    `id` is the thing that it is held for: a citizen's hold, a place in the waitlist, a request.
    """

    id: str
    kind: HoldKind
    citizen_id: str
    until: datetime


@dataclass(frozen=True)
class Slot:
    """A piece of a doctor's time. Free unless somebody has or holds it, or it was closed.

    It was made of the hours of a timetable on its `workday`: where those go over midnight, the day
    before the one on which it begins. `affected` names the change that waits for a decision about
    its visit; `kept` that the visit stays, although its time is in nobody's hours.
    """

    id: str
    doctor_id: str
    clinic_id: str
    specialty_code: str
    visit: Visit
    appointment_id: str | None = None
    closed: str | None = None
    timetable_id: str | None = None
    workday: date | None = None
    affected: str | None = None
    kept: bool = False
    hold: Hold | None = None

    @property
    def day(self) -> date:
        """The clinic's day on which it begins."""
        return self.visit.local(self.visit.starts_at).date()

    @property
    def minute(self) -> int:
        """The minute of that day, on the clinic's clock."""
        begins = self.visit.local(self.visit.starts_at)
        return begins.hour * 60 + begins.minute

    @property
    def free(self) -> bool:
        """Whether everybody can book it, if it is not past."""
        return self.appointment_id is None and self.closed is None and self.hold is None

    def left(self, *, appointment_id: str | None = None, hold_id: str | None = None) -> Slot | None:
        """The slot without this visit or hold; None: it is not theirs (any more)."""
        held = self.hold.id if self.hold else None
        theirs = (self.appointment_id, held) == (appointment_id, hold_id)
        if not theirs or (appointment_id, hold_id) == (None, None):
            return None
        return replace(self, appointment_id=None, hold=None, affected=None, kept=False)


@dataclass(frozen=True)
class FreeTime:
    """When it should be, and for what; days and minutes are those of the clinic."""

    doctor_id: str | None = None
    since: date | None = None
    until: date | None = None
    kind: str | None = None
    begins: tuple[int, int] | None = None


class Lack(StrEnum):
    """Why there is no time (A20, e27–e30)."""

    NOBODY = "no-specialist"
    NO_TIME = "no-free-time"
    CLOSED = "closed-days"
    OUTSIDE = "outside-the-days"
    HOURS = "outside-the-hours"
    NOT_HERE = "no-free-time-here"
    TOO_FAR = "too-far"
    TOO_NARROW = "too-narrow"


@dataclass(frozen=True)
class Instead:
    """Why a search found nothing, and free time that is closest to what was wanted (A20)."""

    lack: Lack
    slots: tuple[Slot, ...] = ()
    distances: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Alternatives:
    """Instead of a visit: other doctors of the specialty, the same clinic first, then the nearest.

    `same_doctor` has other times of the doctor. Where there is nobody, `lack` says why.
    """

    slots: tuple[Slot, ...]
    same_doctor: tuple[Slot, ...]
    distances: Mapping[str, float]
    lack: Lack | None


def check_bookable(slot: Slot, now: datetime, citizen_id: str, hold_id: str | None = None) -> None:
    """Make sure that this citizen can book this slot; with `hold_id`, while it is held for that.

    A hold that is over stands until its timer has given the slot to who is next in line.

    Raises:
        DayClosedError: A24.
        SlotPastError: it has begun.
        SlotTakenError: A4.
        SlotHeldError: it is held for somebody else (A5, A18).
        HoldOverError: it is not held for what was named any more.
    """
    starts_at = slot.visit.local(slot.visit.starts_at)
    if slot.visit.starts_at <= now:
        raise SlotPastError(starts_at)
    if slot.closed is not None:
        raise DayClosedError(starts_at, slot.closed)
    if slot.appointment_id is not None:
        raise SlotTakenError(starts_at)
    if slot.hold is not None and slot.hold.citizen_id != citizen_id:
        raise SlotHeldError(starts_at, slot.visit.local(slot.hold.until))
    if hold_id is not None and (slot.hold is None or slot.hold.id != hold_id):
        raise HoldOverError(starts_at)
