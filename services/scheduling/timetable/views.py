"""What is offered instead of a visit, and times of day as people write them.

Times are on the clinic's clock.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from services.scheduling.deps import VisitView
from services.scheduling.timetable.domain import Alternatives, Lack, Slot

Time = Annotated[str | None, Field(pattern=r"^(?:[01][0-9]|2[0-3]):[0-5][0-9]$", max_length=5)]
_DAY = 24 * 60
_LACKS = {
    Lack.NOBODY: "Других врачей этой специальности в клиниках платформы нет.",
    Lack.NO_TIME: (
        "Свободного времени у врачей этой специальности нет ни в этой клинике, ни рядом с ней. "
        "Новое время появляется каждый день; срочно помогут в регистратуре клиники."
    ),
    Lack.CLOSED: "В выбранные дни приёма нет: они нерабочие. Выберите другой день.",
    Lack.OUTSIDE: "В выбранные дни свободного времени нет, есть в другие.",
    Lack.HOURS: "В выбранные часы свободного времени нет, есть в другие.",
    Lack.NOT_HERE: "Здесь свободного времени нет, есть у других врачей того же профиля.",
    Lack.TOO_FAR: "На таком расстоянии свободного времени нет, есть дальше.",
    Lack.TOO_NARROW: (
        "Со всеми выбранными условиями (полис, стаж, рейтинг, вид приёма) свободного времени нет, "
        "есть без них."
    ),
}


class OfferView(BaseModel):
    """A free slot; book it as any other."""

    slot_id: str
    doctor_id: str
    clinic_id: str
    visit: VisitView
    distance_km: float | None = Field(description="From the clinic of the visit, where known.")

    @classmethod
    def of(cls, slot: Slot, distance_km: float | None) -> OfferView:
        """As everybody sees it."""
        return cls(
            slot_id=slot.id,
            doctor_id=slot.doctor_id,
            clinic_id=slot.clinic_id,
            visit=VisitView.model_validate(slot.visit.on_clinic_clock),
            distance_km=distance_km,
        )


class LackView(BaseModel):
    """Why there is nothing."""

    code: Lack
    detail: str

    @classmethod
    def of(cls, lack: Lack) -> LackView:
        """With the sentence for people."""
        return cls(code=lack, detail=_LACKS[lack])


class AlternativesView(BaseModel):
    """Other doctors of the specialty: the same clinic first, then the nearest (e27)."""

    items: list[OfferView]
    same_doctor: list[OfferView] = Field(description="Other times of the same doctor.")
    reason: LackView | None = Field(description="Where `items` is empty: why.")

    @classmethod
    def of(cls, found: Alternatives) -> AlternativesView:
        """As everybody sees it."""
        far = found.distances
        return cls(
            items=[OfferView.of(slot, far.get(slot.clinic_id)) for slot in found.slots],
            same_doctor=[OfferView.of(slot, far.get(slot.clinic_id)) for slot in found.same_doctor],
            reason=LackView.of(found.lack) if found.lack else None,
        )


def begins_of(time_from: str | None, time_to: str | None) -> tuple[int, int] | None:
    """The minutes of the day between two times of day, where one is named."""
    if time_from is None and time_to is None:
        return None
    return _minutes(time_from, 0), _minutes(time_to, _DAY)


def _minutes(text: str | None, missing: int) -> int:
    if text is None:
        return missing
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)
