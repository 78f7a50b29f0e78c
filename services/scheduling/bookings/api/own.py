"""A citizen's bookings: what one would need, what was said last, the calendar, the journal."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, Field

from services.chassis.http.facilities import facility
from services.chassis.http.pages import Cursor
from services.scheduling.bookings.api.calendars import visit_file
from services.scheduling.bookings.api.routes import AppointmentId, Book, Use, wish_of
from services.scheduling.bookings.api.rules import RulesView
from services.scheduling.bookings.api.views import STEP_LABELS, NeedView
from services.scheduling.bookings.domain.appointment import Appointment, Step
from services.scheduling.bookings.domain.details import NEED_LABELS, Details
from services.scheduling.bookings.domain.own import Action, Examination, Preview
from services.scheduling.bookings.usecases import OwnBookings
from services.scheduling.bookings.views import DetailsView
from services.scheduling.deps import AdmittedCitizen, Citizen, Limit, VisitView
from services.scheduling.known.domain import specialty_title
from services.scheduling.reception.domain import Assent
from services.scheduling.reception.views import RuleView

router = APIRouter(prefix="/v1", tags=["Записи"])
Own = Annotated[OwnBookings, Depends(facility(OwnBookings))]


class PreviewView(BaseModel):
    """All that is told before a booking (A30, A33, A41)."""

    slot_id: str
    visit: VisitView
    confirmation: Assent = Field(description="`code`, `signature`, or `booking`: nothing more.")
    digest: str = Field(description="SHA-256 of `form`: what an act has to be for.")
    form: str = Field(description="To the letter what a signature of one's own is made over.")
    needs: list[NeedView] = Field(description="What will be missing yet: the visit is `pending`.")
    price_kopecks: int | None = Field(description="What no policy pays; null: nothing (A41).")
    asked: RuleView = Field(description="What the clinic asks: papers, preparation, tests first.")
    cancel_until: datetime
    rules: RulesView

    @classmethod
    def of(cls, found: Preview, rules: RulesView, cancel_until: datetime) -> Self:
        """On the clinic's clock."""
        visit = found.slot.visit
        return cls(
            slot_id=found.slot.id,
            visit=VisitView.model_validate(visit.on_clinic_clock),
            confirmation=found.assent,
            digest=found.form.digest,
            form=found.form.content,
            needs=[NeedView(code=need, label=NEED_LABELS[need]) for need in found.needs],
            price_kopecks=found.price_kopecks,
            asked=RuleView.of(found.rule),
            cancel_until=visit.local(cancel_until),
            rules=rules,
        )


class Prefill(BaseModel):
    """What was entered for one booking is offered at the next (A42)."""

    appointment_id: str | None = Field(description="Of which booking; null: there was none.")
    clinic_id: str | None
    doctor_id: str | None
    specialty: str | None
    details: DetailsView

    @classmethod
    def of(cls, last: Appointment | None, details: Details) -> Self:
        """Of the last booking, if there is one."""
        return cls(
            appointment_id=last.id if last else None,
            clinic_id=last.clinic_id if last else None,
            doctor_id=last.doctor_id if last else None,
            specialty=last.visit.specialty if last else None,
            details=DetailsView.model_validate(details),
        )


class ActionView(BaseModel):
    """Something that was done about a visit, by whom."""

    at: datetime
    step: Step
    label: str
    by: str
    note: str | None
    actor_id: str | None = Field(description="Учётная запись представителя, если действовал он.")
    appointment_id: str
    visit: VisitView = Field(description="As it is now.")

    @classmethod
    def of(cls, found: Action) -> Self:
        """On the clinic's clock."""
        entry = found.entry
        return cls(
            at=found.visit.local(entry.at),
            step=entry.step,
            label=STEP_LABELS[entry.step],
            by=entry.by,
            note=entry.note,
            actor_id=entry.actor_id,
            appointment_id=found.appointment_id,
            visit=VisitView.model_validate(found.visit.on_clinic_clock),
        )


class ExaminationTime(BaseModel):
    """A free slot; book it as any other."""

    slot_id: str
    doctor_id: str
    visit: VisitView


class ExaminationToTake(BaseModel):
    """An examination that should come first, and when it can."""

    specialty: str
    title: str
    slots: list[ExaminationTime]
    reason: str | None = Field(description="Where there is no time: why.")

    @classmethod
    def of(cls, found: Examination) -> Self:
        """On the clinic's clock."""
        slots = [
            ExaminationTime(
                slot_id=slot.id,
                doctor_id=slot.doctor_id,
                visit=VisitView.model_validate(slot.visit.on_clinic_clock),
            )
            for slot in found.slots
        ]
        return cls(
            specialty=found.specialty,
            title=specialty_title(found.specialty),
            slots=slots,
            reason=None if slots else _NO_TEST_TIME,
        )


_NO_TEST_TIME = (
    "В день приёма до его начала свободного времени на исследование в этой клинике нет. "
    "Пройдите его раньше или спросите в регистратуре клиники."
)


class Examinations(BaseModel):
    """What should come before a visit."""

    items: list[ExaminationToTake]


class Actions(BaseModel):
    """A page of the journal."""

    items: list[ActionView]
    next_cursor: str | None


@router.post("/appointments/form", summary="Что нужно для записи")
async def form(body: Book, bookings: Use, own: Own, who: AdmittedCitizen) -> PreviewView:
    """Before one books: what is confirmed and how, what it costs, what is missing, the rules.

    Refuses what booking would refuse, in the same words, a threat to life first (A22); books and
    holds nothing.
    """
    await bookings.triaged(body.said, body.slot_id)
    found = await own.preview(wish_of(body, who))
    rules = RulesView.of(bookings.deps.settings)
    return PreviewView.of(found, rules, bookings.rule.until(found.slot.visit))


@router.get("/appointments/prefill", summary="Введённое в прошлый раз")
async def prefill(own: Own, who: Citizen) -> Prefill:
    """What was said of the last booking; a referral is for one visit, and not offered again."""
    found = await own.said_before(who.subject)
    return Prefill.of(*found) if found else Prefill.of(None, Details())


@router.get("/appointments/{appointment_id}/tests", summary="Исследования в день приёма")
async def tests(appointment_id: AppointmentId, own: Own, who: Citizen) -> Examinations:
    """Free time for what the clinic asks to come first: the same day, there, before it (A39)."""
    found = await own.tests(who.subject, appointment_id)
    return Examinations(items=[ExaminationToTake.of(examination) for examination in found])


@router.get(
    "/appointments/{appointment_id}/calendar",
    summary="Запись для календаря (.ics)",
    responses={200: {"content": {"text/calendar": {}}}},
)
async def calendar(appointment_id: AppointmentId, bookings: Use, who: Citizen) -> Response:
    """The visit as an iCalendar file (A38); a later one of the same visit replaces it.

    A visit that was cancelled takes its entry out of the calendar.
    """
    found = await bookings.one(who.subject, appointment_id)
    entry = visit_file(found, bookings.check_url(found.talon_number))
    return Response(
        entry.file(),
        media_type=f"text/calendar; charset=utf-8; method={entry.method}",
        headers={"Content-Disposition": 'attachment; filename="visit.ics"'},
    )


@router.get("/actions", summary="Журнал моих действий")
async def actions(own: Own, who: Citizen, cursor: Cursor = None, limit: Limit = 50) -> Actions:
    """All that was done about one's visits, whoever did it, the latest first (A31)."""
    page = await own.actions(who.subject, after=cursor, limit=limit)
    return Actions(items=[ActionView.of(a) for a in page.items], next_cursor=page.next_cursor)
