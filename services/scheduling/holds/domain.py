"""A slot that a citizen holds: until when, and how that ended."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.chassis.foundation.dates import seconds_to
from services.scheduling.holds.errors import HoldEndedError
from services.scheduling.timetable.domain import Hold, HoldEnd, HoldKind, Slot, Visit


@dataclass(frozen=True)
class Ended:
    """When and how a hold ended; taken: as which appointment."""

    at: datetime
    how: HoldEnd
    appointment_id: str | None = None


@dataclass(frozen=True)
class CitizenHold:
    """A slot that is held for a citizen. The last two are counted by the store.

    `actor_id` is a representative who asked for it. `warned`: its citizen was told that it ends.
    """

    id: str
    citizen_id: str
    slot_id: str
    doctor_id: str
    clinic_id: str
    visit: Visit
    held_at: datetime
    until: datetime
    actor_id: str | None = None
    warned: bool = False
    ended: Ended | None = None
    version: int = 0
    revision: int = 0

    @property
    def of_slot(self) -> Hold:
        """As the slot has it."""
        return Hold(self.id, HoldKind.CITIZEN, self.citizen_id, self.until)

    def seconds_left(self, now: datetime) -> int:
        """For how long it stands yet."""
        if self.ended is not None:
            return 0
        return seconds_to(self.until, now)

    def warns_at(self, before: timedelta) -> datetime | None:
        """When its citizen is told that it will end; not at all where it is that short."""
        at = self.until - before
        return at if at > self.held_at else None

    def to_warn(self, now: datetime) -> bool:
        """Whether that is to be told now: once, and while something can still be done (A16)."""
        return self.ended is None and not self.warned and now < self.until

    def standing(self) -> CitizenHold:
        """The hold, which has not ended.

        Raises:
            HoldEndedError: it has.
        """
        if self.ended is not None:
            raise HoldEndedError
        return self

    def end(self, ended: Ended) -> CitizenHold:
        """It does not stand any more."""
        return replace(self, ended=ended)


def hold(
    slot: Slot,
    citizen_id: str,
    *,
    hold_id: str,
    actor_id: str | None,
    lasting: timedelta,
    now: datetime,
) -> CitizenHold:
    """The hold of a free slot, which ends before the visit begins."""
    return CitizenHold(
        id=hold_id,
        citizen_id=citizen_id,
        slot_id=slot.id,
        doctor_id=slot.doctor_id,
        clinic_id=slot.clinic_id,
        visit=slot.visit,
        held_at=now,
        until=min(now + lasting, slot.visit.starts_at),
        actor_id=actor_id,
    )
