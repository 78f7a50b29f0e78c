"""What a clinic sends: as it was written. What is wrong with hours the rules say, all at once."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query
from pydantic import Field

from services.chassis.foundation.text import line, prose
from services.chassis.foundation.typed import Id, Tidied
from services.scheduling.changes.domain import Asked, Decisions, Fate
from services.scheduling.deps import Body
from services.scheduling.hours.domain.forms import PlanForm, StretchForm

_Word = Annotated[str, Tidied(line, longest=64)]
_Day = Annotated[str, Tidied(line, longest=32), Field(examples=["2027-01-11"])]
Reason = Annotated[str, Tidied(prose, longest=300, shortest=3)]
DoctorId = Annotated[str, Path(max_length=128)]
DryRun = Annotated[bool, Query(description="Only say what it would do; change nothing.")]
_MOST_DECIDED = 1_000


class Decided(Body):
    """What becomes of one visit."""

    appointment_id: Id
    fate: Fate


class Visits(Body):
    """What becomes of the visits that nobody's hours have any more."""

    rest: Fate | None = Field(default=None, description="Of those that `each` does not name.")
    each: list[Decided] = Field(default_factory=list, max_length=_MOST_DECIDED)

    @property
    def decisions(self) -> Decisions:
        """For the rules."""
        return Decisions(self.rest, {one.appointment_id: one.fate for one in self.each})


class ChangeForm(Body):
    """What every change comes with."""

    visits: Visits = Field(default_factory=Visits)
    told: Reason | None = Field(
        default=None, description="Why, for the citizens whose visits it concerns."
    )

    def asked(self, by: str, *, dry_run: bool) -> Asked:
        """For the use cases."""
        decisions = self.visits.decisions
        if self.told is None:
            return Asked(by, decisions=decisions, dry_run=dry_run)
        return Asked(by, self.told, decisions, dry_run)


class Stretch(Body):
    """A stretch of a day, clinic time. `ends` before or at `begins` is on the next day."""

    begins: _Word = Field(examples=["08:00"])
    ends: _Word = Field(examples=["13:00"])
    room: _Word = Field(examples=["214"])
    kind: _Word = Field(examples=["first"], description="A code of the kinds of visits.")
    minutes: int = Field(ge=0, le=10_000, examples=[15], description="What a visit takes.")

    @property
    def form(self) -> StretchForm:
        """For the rules."""
        return StretchForm(**dict(self))


class WeeklyStretch(Stretch):
    """A stretch of every such weekday."""

    weekday: int = Field(ge=0, le=100, examples=[1], description="Monday is 1, Sunday 7.")


class PlanModel(Body):
    """Weekly hours from a day to a day, both included."""

    valid_from: _Day
    valid_until: _Day | None = Field(default=None, description="Left out: for good.")
    weekly: list[WeeklyStretch] = Field(max_length=200)

    @property
    def form(self) -> PlanForm:
        """For the rules."""
        return PlanForm(self.valid_from, self.valid_until, [w.form for w in self.weekly])


class HoursModel(ChangeForm):
    """All weekly hours of a doctor at the clinic, in place of those before."""

    plans: list[PlanModel] = Field(max_length=100)


class ExceptionModel(ChangeForm):
    """A day that differs: these hours in place of the usual ones, or beside them."""

    day: _Day
    stretches: list[Stretch] = Field(default_factory=list, max_length=100)
    extra: bool = Field(default=False, description="Beside the usual hours.")
    reason: Annotated[str, Tidied(line, longest=200)] | None = None


class AbsenceModel(ChangeForm):
    """Days on which the doctor is away, both ends included."""

    since: _Day
    until: _Day
    reason: Annotated[str, Tidied(line, longest=200, shortest=1)]
    replacement_id: Id | None = Field(default=None, description="Who receives in these hours.")


class DayModel(ChangeForm):
    """What the clinic says of a day."""

    reason: Annotated[str, Tidied(line, longest=200, shortest=1)]
    closed: bool = Field(default=True, description="False: it works, although it is a holiday.")


class DecideModel(Body):
    """What becomes of the visits that wait."""

    visits: Visits
    told: Reason | None = None
