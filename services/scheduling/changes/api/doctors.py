"""A doctor's timetable at a clinic: hours, days that differ, absences."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from services.chassis.foundation.dates import Day
from services.chassis.http.etags import IfMatch, etag
from services.chassis.http.pages import Cursor
from services.scheduling.changes.api.forms import (
    AbsenceModel,
    ChangeForm,
    DoctorId,
    DryRun,
    ExceptionModel,
    HoursModel,
)
from services.scheduling.changes.api.here import Here
from services.scheduling.changes.views.changes import OutcomeView
from services.scheduling.changes.views.hours import Timetables, TimetableView
from services.scheduling.deps import Limit

router = APIRouter(prefix="/v1/clinics/{clinic_id}", tags=["Расписание клиники"])
_ONE = "/doctors/{doctor_id}/timetable"


@router.get("/timetables", summary="Расписания врачей клиники")
async def every(here: Here, cursor: Cursor = None, limit: Limit = 20) -> Timetables:
    """The clinic's timetables by doctor."""
    page = await here.use.every(here.clinic, after=cursor, limit=limit)
    return Timetables(
        items=[TimetableView.of(found) for found in page.items], next_cursor=page.next_cursor
    )


@router.get(_ONE, summary="Расписание врача")
async def one(here: Here, doctor_id: DoctorId, answer: Response) -> TimetableView:
    """A doctor's timetable; change it with the `ETag` of this answer in `If-Match`."""
    found = await here.use.one(here.clinic, doctor_id)
    answer.headers["ETag"] = etag(found.revision)
    return TimetableView.of(found, await here.use.shared(here.clinic, found))


@router.put(_ONE, summary="Изменить часы приёма врача")
async def put(
    here: Here,
    doctor_id: DoctorId,
    body: HoursModel,
    expected: IfMatch,
    answer: Response,
    *,
    dry_run: DryRun = False,
) -> OutcomeView:
    """Weekly hours in place of those before; days that differ and absences stay.

    409 `visits-undecided`: booked visits are in the way, and nothing says what becomes of them.
    """
    outcome = await here.use.put_plans(
        here.clinic,
        doctor_id,
        [plan.form for plan in body.plans],
        expected.check,
        body.asked(here.by, dry_run=dry_run),
    )
    if outcome.timetable is not None:
        answer.headers["ETag"] = etag(outcome.timetable.revision)
    return OutcomeView.of(outcome)


@router.post(_ONE + "/exceptions", summary="Изменить один день врача")
async def except_day(
    here: Here,
    doctor_id: DoctorId,
    body: ExceptionModel,
    *,
    dry_run: DryRun = False,
) -> OutcomeView:
    """Other hours on a day, more hours, or none; in place of what was said of that day before."""
    outcome = await here.use.except_day(
        here.clinic,
        doctor_id,
        body.day,
        [stretch.form for stretch in body.stretches],
        extra=body.extra,
        reason=body.reason,
        asked=body.asked(here.by, dry_run=dry_run),
    )
    return OutcomeView.of(outcome)


@router.delete(_ONE + "/exceptions/{day}", summary="Вернуть обычный день врача")
async def as_usual(
    here: Here,
    doctor_id: DoctorId,
    day: Day,
    body: ChangeForm | None = None,
    *,
    dry_run: DryRun = False,
) -> OutcomeView:
    """The day is as all others of its week."""
    asked = (body or ChangeForm()).asked(here.by, dry_run=dry_run)
    outcome = await here.use.as_usual(here.clinic, doctor_id, day, asked)
    return OutcomeView.of(outcome)


@router.post(_ONE + "/absences", summary="Отметить отсутствие врача")
async def absent(
    here: Here,
    doctor_id: DoctorId,
    body: AbsenceModel,
    *,
    dry_run: DryRun = False,
) -> OutcomeView:
    """The doctor is away; with `replacement_id` another one receives in these hours and rooms."""
    outcome = await here.use.absent(
        here.clinic,
        doctor_id,
        body.since,
        body.until,
        reason=body.reason,
        replacement_id=body.replacement_id,
        asked=body.asked(here.by, dry_run=dry_run),
    )
    return OutcomeView.of(outcome)


@router.delete(_ONE + "/absences/{absence_id}", summary="Отменить отсутствие врача")
async def back(
    here: Here,
    doctor_id: DoctorId,
    absence_id: Annotated[str, Path(max_length=64)],
    body: ChangeForm | None = None,
    *,
    dry_run: DryRun = False,
) -> OutcomeView:
    """The doctor is there; visits of whoever stood in are in the way."""
    asked = (body or ChangeForm()).asked(here.by, dry_run=dry_run)
    outcome = await here.use.back(here.clinic, doctor_id, absence_id, asked)
    return OutcomeView.of(outcome)
