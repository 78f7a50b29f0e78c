"""The desk's list of requests, and its answers (A19, A21, K8)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Path, Query
from pydantic import Field

from contracts.roles import Role
from contracts.scheduling import VISIT_KINDS
from services.chassis.foundation.dates import Day
from services.chassis.foundation.errors import FieldError, InvalidInputError
from services.chassis.foundation.text import line, prose
from services.chassis.foundation.typed import Id, Tidied
from services.chassis.http.auth import Principal
from services.chassis.http.door import admitted
from services.chassis.http.facilities import facility
from services.chassis.http.looks import Reach, Why
from services.chassis.http.pages import Cursor
from services.scheduling.deps import Body, Limit
from services.scheduling.hours.domain.extra import Extra
from services.scheduling.requests.usecases import Answering
from services.scheduling.requests.usecases.answering import Answer
from services.scheduling.requests.views import (
    DeskRequestsView,
    DeskRequestView,
    OpenedRequestView,
    RequestView,
)

router = APIRouter(prefix="/v1/desk/requests", tags=["Сотрудникам"])
_ROLES = (Role.REGISTRAR, Role.SUPPORT)
Use = Annotated[Answering, Depends(facility(Answering))]
Staff = Annotated[Principal, Depends(admitted(*_ROLES))]
RequestId = Annotated[str, Path(max_length=64)]


class Look(Body):
    """Why it is opened."""

    reason: Why = Field(
        default=None, description="Обязательна тому, кто видит все клиники; её увидит пациент."
    )


class ExtraVisit(Body):
    """A visit beside the doctor's hours, on the clinic's clock."""

    doctor_id: Id
    day: Day
    time: str = Field(pattern=r"^(?:[01][0-9]|2[0-3]):[0-5][0-9]$", max_length=5)
    minutes: int = Field(ge=5, le=240)
    room: Annotated[str, Tidied(line, longest=32, shortest=1)]
    kind: str = Field(default="first", max_length=64)

    def on_clock(self, zone: ZoneInfo) -> Extra:
        """The same, for the domain.

        Raises:
            InvalidInputError: there is no such kind of visit.
        """
        if self.kind not in VISIT_KINDS:
            detail = f"Такого вида приёма нет. Возможны: {', '.join(VISIT_KINDS)}."
            raise InvalidInputError([FieldError("/extra/kind", "visit-kind", detail)])
        starts_at = datetime.fromisoformat(f"{self.day}T{self.time}").replace(tzinfo=zone)
        return Extra(self.doctor_id, starts_at, self.minutes, self.room, self.kind)


class AnswerIn(Body):
    """A free slot, here or at another clinic; one to be opened; or why there is none."""

    slot_id: Id | None = None
    extra: ExtraVisit | None = None
    comment: Annotated[str, Tidied(prose, longest=500)] | None = Field(
        default=None, description="Its citizen reads it. Without a slot it says why there is none."
    )

    def check(self) -> None:
        """See that it is one answer.

        Raises:
            InvalidInputError: two slots, or nothing at all.
        """
        if self.slot_id is not None and self.extra is not None:
            detail = "Предложите одно время: свободное или дополнительное."
            raise InvalidInputError([FieldError("/extra", "one-of", detail)], detail)
        if self.slot_id is None and self.extra is None and not self.comment:
            detail = "Предложите время или напишите, почему его нет."
            raise InvalidInputError([FieldError("/comment", "missing", detail)], detail)


@router.get("", summary="Запросы врача к регистратуре")
async def unanswered(
    answering: Use,
    who: Staff,
    cursor: Cursor = None,
    limit: Limit = 50,
    *,
    overdue: Annotated[bool, Query(description="Only those that are late.")] = False,
) -> DeskRequestsView:
    """What waits for an answer at the clinics of one's posts, the most urgent first."""
    page = await answering.unanswered(
        Reach(who, _ROLES), overdue=overdue, after=cursor, limit=limit
    )
    now = answering.deps.now()
    items = [DeskRequestView.of(request, now) for request in page.items]
    return DeskRequestsView(items=items, next_cursor=page.next_cursor)


@router.post("/{request_id}/looks", summary="Открыть запрос врача")
async def look(
    request_id: RequestId, answering: Use, who: Staff, body: Look | None = None
) -> OpenedRequestView:
    """Who asks and what they said; the look is in their journal, `GET /v1/looks` (K7)."""
    why = body.reason if body else None
    request, name = await answering.look(request_id, Reach(who, _ROLES), why)
    return OpenedRequestView.of(request, name, answering.deps.now())


@router.post("/{request_id}/answer", summary="Ответить на запрос врача")
async def answer(request_id: RequestId, body: AnswerIn, answering: Use, who: Staff) -> RequestView:
    """Hold time for who asked, or say why there is none; the citizen is told at once.

    The citizen's yes books it; where they said so beforehand, it is booked now.
    """
    body.check()
    reach = Reach(who, _ROLES)
    extra = None
    if body.extra is not None:
        extra = body.extra.on_clock((await answering.clinic_of(request_id, reach)).zone)
    said = Answer(body.comment or None, body.slot_id, extra)
    return RequestView.of(await answering.answer(request_id, said, reach), answering.deps.now())
