"""The rules of booking, told beforehand and to everybody (A13, A32, A33)."""

from __future__ import annotations

from typing import Annotated, Self

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from services.chassis.http.facilities import facility
from services.scheduling.bookings.usecases import Bookings
from services.scheduling.settings import Settings

router = APIRouter(prefix="/v1", tags=["Записи"])


class MissesView(BaseModel):
    """What follows of visits that were missed and not cancelled (A33)."""

    most: int = Field(description="So many, and booking is limited.", examples=[3])
    within_days: int = Field(description="Within so many days.", examples=[90])
    limited_days: int = Field(description="For so many days after the last.", examples=[30])
    active: int = Field(description="So many coming visits may be booked online then.")
    text: str


class RulesView(BaseModel):
    """Numbers, and the same in a sentence."""

    cancel_hours: int = Field(description="Hours before a visit until which one cancels or moves.")
    cancel_text: str
    active_limit: int = Field(description="Coming visits at a time (A32).")
    bookings_per_day: int = Field(description="Bookings and moves in a day (A32).")
    horizon_days: int = Field(description="Days that can be booked ahead.")
    misses: MissesView
    hotline: str

    @classmethod
    def of(cls, said: Settings) -> Self:
        """As the settings have them."""
        within, limited = said.misses_within.days, said.misses_limited.days
        return cls(
            cancel_hours=said.self_cancel_hours,
            cancel_text=(
                f"Отменить или перенести запись можно не позднее чем за {said.self_cancel_hours} ч "
                f"до приёма. Позже поможет поддержка, круглосуточно: {said.hotline}."
            ),
            active_limit=said.active_limit,
            bookings_per_day=said.bookings_per_day,
            horizon_days=said.horizon_days,
            misses=MissesView(
                most=said.misses_limit,
                within_days=within,
                limited_days=limited,
                active=said.misses_active,
                text=(
                    "Если не можете прийти, отмените запись. При числе неявок от "
                    f"{said.misses_limit} за {within} дн. онлайн можно иметь не больше "
                    f"{said.misses_active} предстоящей записи в течение {limited} дн. "
                    "Ошибочную неявку снимет регистратура."
                ),
            ),
            hotline=said.hotline,
        )


@router.get("/rules", summary="Правила записи")
async def rules(bookings: Annotated[Bookings, Depends(facility(Bookings))]) -> RulesView:
    """Open to everybody: until when one cancels, how much one books, what a miss means."""
    return RulesView.of(bookings.deps.settings)
