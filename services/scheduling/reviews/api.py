"""Reviews over HTTP: everybody reads, who was there writes, support moderates."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from pydantic import AwareDatetime, BaseModel, Field

from services.chassis.foundation.text import prose
from services.chassis.foundation.typed import Id, Tidied
from services.chassis.http.facilities import facility
from services.chassis.http.pages import Cursor
from services.chassis.http.rates import Rates
from services.scheduling.deps import Body, Citizen, Limit, Support
from services.scheduling.reviews.domain import STATE_LABELS, Review, State
from services.scheduling.reviews.usecases import Reviewing

router = APIRouter(prefix="/v1", tags=["Отзывы"])
Use = Annotated[Reviewing, Depends(facility(Reviewing))]
AppointmentId = Annotated[str, Path(max_length=64)]
_MOST_STARS = 5
Stars = Annotated[int, Field(ge=1, le=_MOST_STARS, examples=[5])]


class Written(Body):
    """Stars, and words if one likes; without names and diagnoses, please."""

    stars: Stars
    text: Annotated[str, Tidied(prose, longest=2_000)] | None = None


class Decision(Body):
    """Without a reason it is shown; with one it is rejected, and its author reads why."""

    reason: Annotated[str, Tidied(prose, longest=500, shortest=3)] | None = None
    written_at: AwareDatetime = Field(description="Из списка: какие слова прочитаны.")


class ReviewView(BaseModel):
    """A review as everybody sees it: who wrote it is nobody's business."""

    stars: int
    text: str | None
    visited_on: date
    clinic_id: str
    doctor_id: str

    @classmethod
    def of(cls, found: Review) -> ReviewView:
        """As everybody sees it."""
        return cls(**_public(found))


class MyReview(ReviewView):
    """One's own."""

    state: State
    state_label: str
    written_at: datetime
    reason: str | None = Field(description="Why it was rejected.")

    @classmethod
    def of(cls, found: Review) -> MyReview:
        """As its author sees it."""
        return cls(
            **_public(found),
            state=found.state,
            state_label=STATE_LABELS[found.state],
            written_at=found.written_at,
            reason=found.reason,
        )


class WaitingReview(ReviewView):
    """A review that support reads."""

    id: str
    written_at: datetime

    @classmethod
    def of(cls, found: Review) -> WaitingReview:
        """As support sees it: without its author."""
        return cls(**_public(found), id=found.id, written_at=found.written_at)


class Reviews(BaseModel):
    """A page of reviews."""

    items: list[ReviewView]
    next_cursor: str | None


class WaitingReviews(BaseModel):
    """A page of reviews that wait."""

    items: list[WaitingReview]
    next_cursor: str | None


def _public(found: Review) -> dict[str, Any]:
    names = ("stars", "text", "visited_on", "clinic_id", "doctor_id")
    return {name: getattr(found, name) for name in names}


@router.get("/doctors/{doctor_id}/reviews", summary="Отзывы о враче")
async def of_doctor(doctor_id: Id, use: Use, cursor: Cursor = None, limit: Limit = 20) -> Reviews:
    """What patients said, newest first; words that were read before. No author is named (A35)."""
    page = await use.of_doctor(doctor_id, after=cursor, limit=limit)
    return Reviews(items=[ReviewView.of(r) for r in page.items], next_cursor=page.next_cursor)


@router.put("/appointments/{appointment_id}/review", summary="Оставить отзыв о приёме")
async def write(
    appointment_id: AppointmentId,
    body: Written,
    use: Use,
    who: Citizen,
    rates: Annotated[Rates, Depends(facility(Rates))],
) -> MyReview:
    """One for each visit that took place; written again, it replaces the former one.

    Stars count at once, words are shown when support has read them.
    """
    rates.creation(who.subject)
    kept = await use.write(who.subject, appointment_id, body.stars, body.text or None)
    return MyReview.of(kept)


@router.get("/appointments/{appointment_id}/review", summary="Мой отзыв о приёме")
async def mine(appointment_id: AppointmentId, use: Use, who: Citizen) -> MyReview:
    """With its state, and why it was rejected."""
    return MyReview.of(await use.mine(who.subject, appointment_id))


@router.delete("/appointments/{appointment_id}/review", status_code=204, summary="Отозвать отзыв")
async def withdraw(appointment_id: AppointmentId, use: Use, who: Citizen) -> None:
    """It counts no more, and its words are forgotten."""
    await use.withdraw(who.subject, appointment_id)


@router.get("/desk/reviews", summary="Отзывы на проверку", tags=["Сотрудникам"])
async def waiting(use: Use, _: Support, cursor: Cursor = None, limit: Limit = 20) -> WaitingReviews:
    """Words that nobody has read yet, oldest first."""
    page = await use.reviews.waiting(after=cursor, limit=limit)
    return WaitingReviews(
        items=[WaitingReview.of(r) for r in page.items], next_cursor=page.next_cursor
    )


@router.post("/desk/reviews/{review_id}/decision", summary="Решить по отзыву", tags=["Сотрудникам"])
async def decide(
    review_id: Annotated[str, Path(max_length=64)], body: Decision, use: Use, who: Support
) -> WaitingReview:
    """Show it, or reject it for a reason.

    409 `review-rewritten`: its author wrote other words since those of `written_at`.
    """
    found = await use.decide(review_id, who.hands, body.reason, read=body.written_at)
    return WaitingReview.of(found)
