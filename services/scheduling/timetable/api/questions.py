"""What is asked of the timetable: the parameters of its routes, as people choose (A1, A2)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from contracts.scheduling import VISIT_KINDS
from services.chassis.foundation.dates import Day
from services.chassis.foundation.errors import FieldError, InvalidInputError
from services.chassis.foundation.text import line
from services.chassis.foundation.typed import Tidied
from services.chassis.http.pages import Cursor
from services.scheduling.deps import Limit
from services.scheduling.known.domain import Near, Wanted, place_of
from services.scheduling.timetable.domain import FreeTime
from services.scheduling.timetable.views import Time, begins_of

Code = Annotated[str | None, Field(max_length=64)]
Programme = Annotated[str, Tidied(line, longest=200)]
Degrees = Annotated[str, Tidied(line, longest=40)]


class ClinicsAsked(BaseModel):
    """Which clinics."""

    model_config = ConfigDict(extra="forbid")

    insurance: Programme | None = Field(default=None, description="Insurance programme.")
    near: Degrees | None = Field(
        default=None,
        examples=["55.7558,37.6173"],
        description="Latitude and longitude: nearest first, on one page.",
    )
    within_km: float = Field(default=30, gt=0, le=500, description="How far from there.")
    cursor: Cursor = None
    limit: Limit = 50

    @property
    def place(self) -> Near | None:
        """Where, if a place is named.

        Raises:
            InvalidInputError: it is none.
        """
        if self.near is None:
            return None
        if (place := place_of(self.near)) is not None:
            return Near(place, self.within_km)
        detail = "Нужны широта и долгота в градусах, например 55.7558,37.6173."
        raise InvalidInputError([FieldError("/query/near", "place-format", detail)])


class ChoiceAsked(ClinicsAsked):
    """What doctors and their time are chosen by (A2)."""

    specialty: Code = Field(default=None, description="A specialty's code.")
    clinic_id: str | None = Field(default=None, max_length=128)
    experience: int | None = Field(default=None, ge=0, le=80, description="Years, at least.")
    rating: float | None = Field(default=None, ge=1, le=5, description="Stars, at least.")

    @property
    def wanted(self) -> Wanted:
        """What doctors are chosen by.

        Raises:
            InvalidInputError: the place is none.
        """
        return Wanted(
            self.specialty,
            self.clinic_id,
            self.experience,
            self.insurance,
            self.place,
            self.rating,
        )


class DoctorsAsked(ChoiceAsked):
    """Which doctors, and in which order."""

    sort: Literal["id", "rating"] = Field(
        default="id", description="`rating`: the best first; not with `near`."
    )

    @property
    def best(self) -> bool:
        """Whether the best come first.

        Raises:
            InvalidInputError: and the nearest, too.
        """
        if self.sort == "rating" and self.near is not None:
            detail = "Вместе с местом врачи показываются по расстоянию: уберите место или порядок."
            raise InvalidInputError([FieldError("/query/sort", "sort-with-place", detail)])
        return self.sort == "rating"


class SlotsAsked(ChoiceAsked):
    """Which free slots; days and times of day are those of the clinic."""

    doctor_id: str | None = Field(default=None, max_length=128)
    since: Day | None = Field(default=None, alias="from", description="The first day.")
    until: Day | None = Field(default=None, alias="to", description="The last day.")
    kind: Code = Field(default=None, description=f"What for: {', '.join(VISIT_KINDS)}.")
    time_from: Time = Field(default=None, examples=["18:00"], description="Begins then or later.")
    time_to: Time = Field(default=None, examples=["20:30"], description="… and before then.")

    @property
    def when(self) -> FreeTime:
        """When it should be, and for what.

        Raises:
            InvalidInputError: there is no such kind of visit.
        """
        if self.kind is not None and self.kind not in VISIT_KINDS:
            detail = f"Такого вида приёма нет. Возможны: {', '.join(VISIT_KINDS)}."
            raise InvalidInputError([FieldError("/query/kind", "visit-kind", detail)])
        begins = begins_of(self.time_from, self.time_to)
        return FreeTime(self.doctor_id, self.since, self.until, self.kind, begins)
