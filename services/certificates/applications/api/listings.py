"""Pages of applications."""

from __future__ import annotations

from pydantic import BaseModel

from services.certificates.applications.views.application import ApplicationView


class ApplicationPage(BaseModel):
    """A page of applications."""

    items: list[ApplicationView]
    next_cursor: str | None
