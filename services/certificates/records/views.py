"""What the doctor and the citizen are shown of a record. Words for people are Russian."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, Field

from services.certificates.records.domain.entries import Entry, EntryKind, rows_of
from services.certificates.records.domain.inquiries import Asked, Inquiry
from services.certificates.records.domain.matching import Difference


class Progress(StrEnum):
    """How far a question is."""

    ASKED = "asked"
    ANSWERED = "answered"
    NOT_FOUND = "not-found"


def _progress(inquiry: Inquiry) -> Progress:
    if inquiry.answer is None:
        return Progress.ASKED
    return Progress.ANSWERED if inquiry.answer.found else Progress.NOT_FOUND


class DifferenceView(BaseModel):
    """One thing that is not the same (C24)."""

    field: str = Field(examples=["birth_date"])
    label: str
    profile: str
    base: str

    @classmethod
    def of(cls, difference: Difference) -> Self:
        """From the domain."""
        return cls(
            field=difference.field,
            label=difference.label,
            profile=difference.ours,
            base=difference.theirs,
        )


class EntryView(BaseModel):
    """One entry of the record."""

    kind: EntryKind
    on: date
    title: str
    text: str
    specialty: str | None
    doctor: str | None
    coding: str | None
    examination: str | None

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """From the domain."""
        return cls(**{name: getattr(entry, name) for name in cls.model_fields})


class OwnRecordView(BaseModel):
    """What its citizen sees: how far it is, and what does not match, the base masked."""

    asked: Asked
    state: Progress
    period_from: date
    period_to: date
    answered_at: datetime | None
    entries_count: int
    differences: list[DifferenceView]

    @classmethod
    def of(cls, inquiry: Inquiry) -> Self:
        """From the domain."""
        answer = inquiry.answer
        return cls(
            asked=inquiry.asked,
            state=_progress(inquiry),
            period_from=inquiry.wanted.first,
            period_to=inquiry.wanted.last,
            answered_at=answer.at if answer else None,
            entries_count=answer.entries if answer else 0,
            differences=[DifferenceView.of(d.masked) for d in answer.differences] if answer else [],
        )


class RecordView(OwnRecordView):
    """What the doctor sees who holds the claim.

    `rows` is what fills the doctor's fields of the form, as the record has it. Nothing is released
    while `acknowledged_at` is missing and there are differences.
    """

    acknowledged_at: datetime | None
    entries: list[EntryView]
    rows: dict[str, str]

    @classmethod
    def whole(cls, inquiry: Inquiry, entries: tuple[Entry, ...]) -> Self:
        """With its entries and both values of each difference."""
        answer, seen = inquiry.answer, inquiry.acknowledged
        said = OwnRecordView.of(inquiry).model_dump(exclude={"differences"})
        return cls(
            **said,
            differences=[DifferenceView.of(d) for d in answer.differences] if answer else [],
            acknowledged_at=seen.at if seen else None,
            entries=[EntryView.of(entry) for entry in entries],
            rows=rows_of(entries),
        )
