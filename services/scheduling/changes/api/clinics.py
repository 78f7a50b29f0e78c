"""A clinic's closed days, and the changes of its timetables."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query

from services.chassis.foundation.dates import Day
from services.chassis.http.pages import Cursor
from services.scheduling.changes.api.forms import (
    ChangeForm,
    DayModel,
    DecideModel,
    DryRun,
)
from services.scheduling.changes.api.here import Here
from services.scheduling.changes.domain import State
from services.scheduling.changes.views.changes import (
    AffectedVisit,
    AffectedVisits,
    Changes,
    ChangeView,
    Days,
    DayView,
    OutcomeView,
    ToldVisit,
    ToldVisits,
)
from services.scheduling.deps import Limit

router = APIRouter(prefix="/v1/clinics/{clinic_id}", tags=["Расписание клиники"])
ChangeId = Annotated[str, Path(max_length=64)]


@router.get("/closed-days", summary="Нерабочие дни клиники")
async def closed_days(
    here: Here,
    since: Annotated[Day | None, Query(alias="from")] = None,
    until: Annotated[Day | None, Query(alias="to")] = None,
) -> Days:
    """Public holidays, and what the clinic said of its own days; of a year at most."""
    found = await here.use.closed_days(here.clinic, since, until)
    return Days(items=[DayView.of(said) for said in found])


@router.post("/closed-days/{day}", summary="Закрыть или открыть клинику на день")
async def say_day(
    here: Here,
    day: Day,
    body: DayModel,
    *,
    dry_run: DryRun = False,
) -> OutcomeView:
    """The clinic does not work on this day; or, `closed` false, does although it is a holiday."""
    outcome = await here.use.say_day(
        here.clinic,
        day,
        body.reason,
        body.asked(here.by, dry_run=dry_run),
        closed=body.closed,
    )
    return OutcomeView.of(outcome)


@router.delete("/closed-days/{day}", summary="Вернуть день по календарю")
async def unsay_day(
    here: Here,
    day: Day,
    body: ChangeForm | None = None,
    *,
    dry_run: DryRun = False,
) -> OutcomeView:
    """The day is what the calendar says."""
    asked = (body or ChangeForm()).asked(here.by, dry_run=dry_run)
    outcome = await here.use.unsay_day(here.clinic, day, asked)
    return OutcomeView.of(outcome)


@router.get("/changes", summary="Изменения расписания")
async def changes(
    here: Here,
    state: State | None = None,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Changes:
    """What was changed, newest first; `state=waiting`: visits wait for a decision."""
    page = await here.planning.of_clinic(here.clinic.id, state, after=cursor, limit=limit)
    return Changes(items=[ChangeView.of(c) for c in page.items], next_cursor=page.next_cursor)


@router.get("/changes/{change_id}", summary="Изменение расписания")
async def change(here: Here, change_id: ChangeId) -> ChangeView:
    """How far it is, and what became of visits."""
    return ChangeView.of(*await here.planning.one(here.clinic.id, change_id))


@router.get("/changes/{change_id}/visits", summary="Записи, которые ждут решения")
async def waiting(
    here: Here,
    change_id: ChangeId,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> AffectedVisits:
    """By time."""
    page = await here.planning.waiting(here.clinic.id, change_id, after=cursor, limit=limit)
    return AffectedVisits(
        items=[AffectedVisit.of(slot) for slot in page.items], next_cursor=page.next_cursor
    )


@router.get("/changes/{change_id}/told", summary="Кому и что сообщили")
async def told(
    here: Here,
    change_id: ChangeId,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> ToldVisits:
    """What became of each visit, and when its patient was told (e27, A16).

    Who is named here is shown: it is in the patient's journal, `GET /v1/looks`.
    """
    page = await here.told.of_change(here.who, here.clinic.id, change_id, after=cursor, limit=limit)
    return ToldVisits(
        items=[ToldVisit.of(*one) for one in page.items], next_cursor=page.next_cursor
    )


@router.post("/changes/{change_id}/decisions", summary="Решить, что будет с записями")
async def decide(
    here: Here,
    change_id: ChangeId,
    body: DecideModel,
) -> ChangeView:
    """What becomes of the visits that wait; those that are not named go on waiting."""
    return ChangeView.of(
        await here.planning.decide(here.clinic, change_id, body.visits.decisions, body.told)
    )
