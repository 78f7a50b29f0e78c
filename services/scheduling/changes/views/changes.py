"""What answers about changes look like: what becomes of visits, and a clinic's days."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel, Field

from services.scheduling.bookings.domain.appointment import Appointment
from services.scheduling.changes.domain import Change, Fate, Kind, Outcome, Settlement, State
from services.scheduling.deps import VisitView
from services.scheduling.timetable.domain import ClosedDay, Slot


class AffectedVisit(BaseModel):
    """A booked visit that nobody's hours have any more. Who comes, the talon tells at the desk."""

    appointment_id: str
    doctor_id: str
    visit: VisitView
    movable: bool | None = Field(
        description="Whether another doctor is free at that time; null: not looked at."
    )

    @classmethod
    def of(cls, slot: Slot, *, movable: bool | None = None) -> AffectedVisit:
        """As the clinic decides about it."""
        return cls(
            appointment_id=slot.appointment_id or "",
            doctor_id=slot.doctor_id,
            visit=VisitView.model_validate(slot.visit.on_clinic_clock),
            movable=movable,
        )


class AffectedVisits(BaseModel):
    """A page of visits that wait for a decision."""

    items: list[AffectedVisit]
    next_cursor: str | None


class ToldVisit(BaseModel):
    """What became of a visit, and when its patient was told; where it moved, if it did."""

    appointment_id: str
    patient_name: str
    talon_number: str
    fate: Fate
    at: datetime
    told_at: datetime | None = Field(description="Null: it stays, which is no news.")
    visit: VisitView = Field(description="As it is now.")

    @classmethod
    def of(cls, done: Settlement, found: Appointment) -> ToldVisit:
        """On the clinic's clock."""
        local = found.visit.local
        return cls(
            appointment_id=found.id,
            patient_name=found.patient_name,
            talon_number=found.talon_number,
            fate=done.fate,
            at=local(done.at),
            told_at=local(done.told_at) if done.told_at else None,
            visit=VisitView.model_validate(found.visit.on_clinic_clock),
        )


class ToldVisits(BaseModel):
    """A page of the visits of a change, in the order of what was done."""

    items: list[ToldVisit]
    next_cursor: str | None


class DecisionsView(BaseModel):
    """What becomes of visits."""

    rest: Fate | None
    each: dict[str, Fate]


class CountsView(BaseModel):
    """What became of visits so far."""

    kept: int
    cancelled: int
    moved: int
    undecided: int


class ChangeView(BaseModel):
    """A change that was accepted, and how far it is."""

    id: str
    clinic_id: str
    kind: Kind
    state: State
    timetable_id: str | None = Field(description="Null: all timetables of the clinic.")
    since: date
    until: date | None
    reason: str
    by: str | None = Field(description="Null: an event brought it about.")
    at: datetime
    decisions: DecisionsView
    visits: CountsView

    @classmethod
    def of(cls, change: Change, waiting: int | None = None) -> ChangeView:
        """As the clinic sees it; `waiting` is how many visits wait now."""
        counts = vars(change.counts) | ({} if waiting is None else {"undecided": waiting})
        return cls(
            id=change.id,
            clinic_id=change.clinic_id,
            kind=change.kind,
            state=change.state,
            timetable_id=change.timetable_id,
            since=change.since,
            until=change.until,
            reason=change.reason,
            by=change.by,
            at=change.at,
            decisions=DecisionsView(rest=change.decisions.rest, each=dict(change.decisions.each)),
            visits=CountsView(**counts),
        )


class Changes(BaseModel):
    """A page of changes."""

    items: list[ChangeView]
    next_cursor: str | None


class DayView(BaseModel):
    """A day on which a clinic is closed, or works although it is a holiday."""

    day: date
    closed: bool
    reason: str
    public_holiday: bool

    @classmethod
    def of(cls, said: ClosedDay) -> DayView:
        """As the clinic sees it."""
        return cls(
            day=said.day,
            closed=said.closed,
            reason=said.reason,
            public_holiday=said.clinic_id is None,
        )


class Days(BaseModel):
    """Days of a year at most."""

    items: list[DayView]


_SHOWN = 100


class OutcomeView(BaseModel):
    """What a change does, or would do, to the days that can be booked now."""

    slots_made: int
    slots_removed: int
    visits_affected: int
    visits: list[AffectedVisit] = Field(description=f"The first {_SHOWN} of them.")
    change: ChangeView | None = Field(description="Null: a dry run, nothing was changed.")

    @classmethod
    def of(cls, outcome: Outcome) -> OutcomeView:
        """As the clinic sees it."""
        effects = outcome.effects
        return cls(
            slots_made=effects.made,
            slots_removed=effects.removed,
            visits_affected=len(effects.visits),
            visits=[
                AffectedVisit.of(slot, movable=slot.id in effects.movable)
                for slot in effects.visits[:_SHOWN]
            ],
            change=ChangeView.of(outcome.change) if outcome.change else None,
        )
