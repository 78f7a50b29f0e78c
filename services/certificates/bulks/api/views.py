"""What an organisation is shown of its bulks: nothing that is medical."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field

from services.certificates.applications.domain.application import Application
from services.certificates.applications.views.application import ProblemView
from services.certificates.bulks.domain.bulk import (
    STANDING_LABELS,
    Bulk,
    Line,
    Outcome,
    Progress,
    Standing,
)


class BulkView(BaseModel):
    """A bulk and how far it is; `counts` where one bulk is read."""

    id: str
    key: str = Field(examples=["2026-11"])
    progress: Progress
    created_at: datetime
    rows: int
    counts: Mapping[Outcome, int] | None

    @classmethod
    def of(cls, bulk: Bulk, counts: Mapping[Outcome, int] | None = None) -> Self:
        """From the domain."""
        return cls(
            id=bulk.id,
            key=bulk.key,
            progress=bulk.progress,
            created_at=bulk.created_at,
            rows=bulk.rows,
            counts=counts,
        )


class LineView(BaseModel):
    """A row: accepted with the application's number once it is filed, or all that is wrong."""

    key: str = Field(examples=["0042"])
    place: str = Field(examples=["строка 17"])
    state: Standing
    state_label: str
    application_id: str | None
    tracking_number: str | None
    errors: list[ProblemView]

    @classmethod
    def of(cls, line: Line, standing: Standing, application: Application | None) -> Self:
        """From the domain."""
        filed = application.filed if application else None
        return cls(
            key=line.key,
            place=line.place,
            state=standing,
            state_label=STANDING_LABELS[standing],
            application_id=line.application_id,
            tracking_number=filed.tracking_number if filed else None,
            errors=[ProblemView.of(error) for error in line.errors],
        )


class BulkPage(BaseModel):
    """A page of bulks."""

    items: list[BulkView]
    next_cursor: str | None


class LinePage(BaseModel):
    """A page of rows."""

    items: list[LineView]
    next_cursor: str | None
