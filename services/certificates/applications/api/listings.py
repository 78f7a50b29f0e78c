"""Pages of applications, and the journal of who was shown one."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field

from services.certificates.applications.domain.looks import SHOWN_LABELS, Look, Shown
from services.certificates.applications.views import ApplicationView


class LookView(BaseModel):
    """A doctor was shown the application."""

    at: datetime
    doctor: str | None = Field(description="Имя; нет, если сведения о враче ещё не получены.")
    position: str | None
    occasion: Shown
    label: str = Field(examples=["Открыто для чтения"])

    @classmethod
    def of(cls, look: Look) -> Self:
        """From the domain."""
        return cls(
            at=look.at,
            doctor=look.doctor_name,
            position=look.doctor_position,
            occasion=look.occasion,
            label=SHOWN_LABELS[look.occasion],
        )


class LookPage(BaseModel):
    """A page of the journal."""

    items: list[LookView]
    next_cursor: str | None


class ApplicationPage(BaseModel):
    """A page of applications."""

    items: list[ApplicationView]
    next_cursor: str | None
