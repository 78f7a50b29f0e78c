"""What answers about representations look like."""

from __future__ import annotations

from datetime import date, datetime
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from services.chassis.database.pages import Page
from services.identity.representations.domain import (
    KIND_LABELS,
    STATE_LABELS,
    Kind,
    Party,
    Representation,
    Scope,
    State,
    Step,
)


class StepView(BaseModel):
    """What happened, when, by whom."""

    at: datetime
    step: Step
    party: Party = Field(description="Кто: представитель, представляемый, регистратор, реестр.")
    by: str | None = Field(description="Учётная запись.")
    note: str | None
    clinic_id: str | None


class RightView(BaseModel):
    """Who acts for whom, and how far it is."""

    right_id: str
    kind: Kind
    kind_label: str
    state: State
    state_label: str
    representative_id: str | None
    representative_name: str | None
    subject_id: str | None = Field(description="За кого: укажите в `POST /v1/tokens/acting`.")
    subject_name: str
    scopes: list[Scope]
    certificate_types: list[str] = Field(description="Пусто – все виды справок.")
    until: datetime | None
    reason: str | None = Field(description="Код причины отказа или прекращения.")
    mismatches: list[str] = Field(description="Поля, с которыми не согласился реестр.")
    created_at: datetime
    history: list[StepView]

    @classmethod
    def of(cls, right: Representation) -> Self:
        """The view of a representation."""
        return cls(
            right_id=right.id,
            kind=right.kind,
            kind_label=KIND_LABELS[right.kind],
            state=right.state,
            state_label=STATE_LABELS[right.state],
            representative_id=right.representative_id,
            representative_name=right.representative_name,
            subject_id=right.subject_id,
            subject_name=right.subject_name,
            scopes=list(right.scopes),
            certificate_types=list(right.certificate_types),
            until=right.until,
            reason=right.reason,
            mismatches=list(right.mismatches),
            created_at=right.created_at,
            history=[StepView(**vars(entry)) for entry in right.history],
        )


class RightPage(BaseModel):
    """Representations, newest first."""

    items: list[RightView]
    next_cursor: str | None

    @classmethod
    def of(cls, page: Page[Representation]) -> Self:
        """A page of the store's."""
        return cls(items=[RightView.of(r) for r in page.items], next_cursor=page.next_cursor)


class ChildView(BaseModel):
    """The child as the representative named it."""

    model_config = ConfigDict(from_attributes=True)

    last_name: str
    first_name: str
    middle_name: str | None
    birth_date: date
    snils: str | None
    birth_certificate: str | None


class ClaimView(RightView):
    """What a registrar compares with the papers."""

    child: ChildView | None

    @classmethod
    def of(cls, right: Representation) -> Self:
        """The view of a claim."""
        child = ChildView.model_validate(right.child) if right.child else None
        return cls(**RightView.of(right).model_dump(), child=child)
