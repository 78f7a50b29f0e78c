"""A department of urgent care as everybody sees it (A40)."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from services.scheduling.known.domain import Clinic


class DepartmentView(BaseModel):
    """Where to go. A phone that answers, and whether it is open at this moment."""

    clinic_id: str
    name: str
    address: str
    phone: str
    round_the_clock: bool
    open_now: bool
    distance_km: float | None = Field(description="As the crow flies, where it is known.")

    @classmethod
    def of(cls, clinic: Clinic, distance_km: float | None, now: datetime) -> DepartmentView:
        """As it is now."""
        urgent = clinic.emergency
        return cls(
            clinic_id=clinic.id,
            name=clinic.name,
            address=clinic.address,
            phone=urgent.phone if urgent else clinic.phone,
            round_the_clock=urgent is not None and urgent.round_the_clock,
            open_now=clinic.urgent_at(now),
            distance_km=distance_km,
        )
