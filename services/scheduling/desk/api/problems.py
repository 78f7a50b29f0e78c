"""«Сообщить о проблеме»: a citizen writes about a visit, support answers (e36)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Depends, Path, Response
from pydantic import BaseModel, Field

from services.chassis.foundation.text import prose
from services.chassis.foundation.typed import Tidied
from services.chassis.http.answers import answered
from services.chassis.http.facilities import facility
from services.chassis.http.once import OnceKey
from services.chassis.http.pages import Cursor
from services.scheduling.deps import Body, Citizen, Limit, Support
from services.scheduling.desk.domain import Problem, ProblemState
from services.scheduling.desk.usecases import Reporting

router = APIRouter(prefix="/v1")
Use = Annotated[Reporting, Depends(facility(Reporting))]
_Id = Annotated[str, Path(max_length=64)]


class ProblemIn(Body):
    """What is wrong, in the citizen's own words."""

    text: Annotated[str, Tidied(prose, longest=2000, shortest=5)] = Field(
        examples=["В записи чужой адрес клиники."]
    )


class AnswerIn(Body):
    """What support writes back."""

    text: Annotated[str, Tidied(prose, longest=2000, shortest=5)]


class ProblemView(BaseModel):
    """A problem, and its answer."""

    id: str
    appointment_id: str
    clinic_id: str
    text: str
    at: datetime
    state: ProblemState
    answer: str | None
    answered_at: datetime | None

    @classmethod
    def of(cls, found: Problem) -> Self:
        """In UTC, as support is anywhere."""
        said = found.answer
        return cls(
            id=found.id,
            appointment_id=found.appointment_id,
            clinic_id=found.clinic_id,
            text=found.text,
            at=found.at,
            state=found.state,
            answer=said.text if said else None,
            answered_at=said.at if said else None,
        )


class ProblemViews(BaseModel):
    """The oldest first."""

    items: list[ProblemView]
    next_cursor: str | None = None


@router.post(
    "/appointments/{appointment_id}/problems",
    status_code=201,
    summary="Сообщить о проблеме",
    tags=["Записи"],
    response_model=ProblemView,
)
async def report(
    appointment_id: _Id, body: ProblemIn, use: Use, who: Citizen, once: OnceKey
) -> Response:
    """It is kept with the visit; support answers it, and the answer is at the same address."""
    keyed = once.answering(ProblemView.of)
    await use.report(who.subject, appointment_id, body.text, once=keyed)
    return answered(keyed.given)


@router.get(
    "/appointments/{appointment_id}/problems", summary="Мои обращения по записи", tags=["Записи"]
)
async def mine(appointment_id: _Id, use: Use, who: Citizen) -> ProblemViews:
    """What was written, and what was answered."""
    found = await use.of_visit(who.subject, appointment_id)
    return ProblemViews(items=[ProblemView.of(one) for one in found])


@router.get("/desk/problems", summary="Обращения по записям", tags=["Сотрудникам"])
async def problems(
    use: Use,
    who: Support,
    state: ProblemState = ProblemState.OPEN,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> ProblemViews:
    """Who waits longest is first; each that is shown is in its patient's journal."""
    page = await use.waiting(who, state, after=cursor, limit=limit)
    return ProblemViews(
        items=[ProblemView.of(one) for one in page.items], next_cursor=page.next_cursor
    )


@router.post(
    "/desk/problems/{problem_id}/answer", summary="Ответить на обращение", tags=["Сотрудникам"]
)
async def answer(problem_id: _Id, body: AnswerIn, use: Use, who: Support) -> ProblemView:
    """One answer for one problem."""
    return ProblemView.of(await use.answer(who, problem_id, body.text))
