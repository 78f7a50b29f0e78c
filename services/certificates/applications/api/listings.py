"""Pages of applications."""

from __future__ import annotations

from pydantic import BaseModel, Field

from services.certificates.applications.views.application import ApplicationView


class ApplicationPage(BaseModel):
    """A page of applications; `note` says in words that there is none."""

    items: list[ApplicationView]
    next_cursor: str | None
    note: str | None = Field(default=None, examples=["От вас сейчас ничего не ждут."])
