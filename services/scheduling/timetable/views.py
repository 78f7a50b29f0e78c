"""What is offered instead of a visit. Times are on the clinic's clock."""

from __future__ import annotations

from pydantic import BaseModel, Field

from services.scheduling.deps import VisitView
from services.scheduling.timetable.domain import Alternatives, Lack, Slot

_LACKS = {
    Lack.NOBODY: "Других врачей этой специальности в клиниках платформы нет.",
    Lack.NO_TIME: (
        "Свободного времени у врачей этой специальности нет ни в этой клинике, ни рядом с ней. "
        "Новое время появляется каждый день; срочно помогут в регистратуре клиники."
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
    """Why there is nobody else."""

    code: Lack
    detail: str


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
            reason=LackView(code=found.lack, detail=_LACKS[found.lack]) if found.lack else None,
        )
