"""What answers about a doctor's timetable look like. Times are on the clinic's clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from contracts.scheduling import VISIT_KINDS
from services.scheduling.hours.domain.timetable import Stretch, Timetable, Weekly

_Time = Annotated[str, Field(examples=["08:00"])]


class StretchView(BaseModel):
    """A stretch of a day. `ends` before or at `begins` is on the next day."""

    begins: _Time
    ends: _Time
    room: str
    kind: str
    kind_title: str
    minutes: int
    weekday: int | None = Field(default=None, description="Monday is 1; in weekly hours only.")

    @classmethod
    def of(cls, stretch: Stretch) -> StretchView:
        """As the clinic wrote it."""
        return cls(
            begins=f"{stretch.begins:%H:%M}",
            ends=f"{stretch.ends:%H:%M}",
            room=stretch.room,
            kind=stretch.kind,
            kind_title=VISIT_KINDS.get(stretch.kind, stretch.kind),
            minutes=stretch.minutes,
            weekday=stretch.weekday if isinstance(stretch, Weekly) else None,
        )


class PlanView(BaseModel):
    """Weekly hours from a day to a day."""

    valid_from: date
    valid_until: date | None
    weekly: list[StretchView]


class ExceptionView(BaseModel):
    """A day that differs."""

    day: date
    stretches: list[StretchView]
    extra: bool
    reason: str | None


class AbsenceView(BaseModel):
    """Days on which the doctor is away."""

    id: str
    since: date
    until: date
    reason: str
    replacement_id: str | None


class Caution(BaseModel):
    """What is allowed, and perhaps not meant."""

    code: str = Field(examples=["room-shared"])
    detail: str


class TimetableView(BaseModel):
    """A doctor's hours at a clinic."""

    doctor_id: str
    clinic_id: str
    plans: list[PlanView]
    exceptions: list[ExceptionView]
    absences: list[AbsenceView]
    cautions: list[Caution]

    @classmethod
    def of(cls, found: Timetable, shared: Mapping[str, str] | None = None) -> TimetableView:
        """As the clinic sees it; `shared` are rooms that another doctor has at the same time."""
        return cls(
            doctor_id=found.doctor_id,
            clinic_id=found.clinic_id,
            plans=[
                PlanView(
                    valid_from=plan.valid_from,
                    valid_until=plan.valid_until,
                    weekly=[StretchView.of(stretch) for stretch in plan.weekly],
                )
                for plan in found.plans
            ],
            exceptions=[
                ExceptionView(
                    day=one.day,
                    stretches=[StretchView.of(stretch) for stretch in one.stretches],
                    extra=one.extra,
                    reason=one.reason,
                )
                for one in found.exceptions
            ],
            absences=[AbsenceView(**vars(absence)) for absence in found.absences],
            cautions=[
                Caution(
                    code="room-shared",
                    detail=f"Кабинет {room} в эти же часы занят другим врачом: {name}.",
                )
                for room, name in (shared or {}).items()
            ],
        )


class Timetables(BaseModel):
    """A page of timetables."""

    items: list[TimetableView]
    next_cursor: str | None
