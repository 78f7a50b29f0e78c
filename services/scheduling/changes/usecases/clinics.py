"""What a clinic's administrator and registrars do with its timetables (K4)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from services.chassis.database.pages import Page
from services.chassis.http.auth import Principal
from services.chassis.work.transactions import Transaction
from services.scheduling.changes.domain import Asked, Kind, Outcome, Span
from services.scheduling.changes.usecases.planning import Planning
from services.scheduling.deps import Deps
from services.scheduling.hours.actions import Making
from services.scheduling.hours.domain.clashes import clash, shared_rooms
from services.scheduling.hours.domain.forms import (
    PlanForm,
    StretchForm,
    absence_of,
    exception_of,
    plans_of,
)
from services.scheduling.hours.domain.timetable import Timetable, empty, timetable_id
from services.scheduling.hours.errors import (
    AbsenceUnknownError,
    HoursOverlapError,
    ReplacementUnfitError,
    Unfit,
)
from services.scheduling.known.actions import check_keeps
from services.scheduling.known.domain import Clinic
from services.scheduling.known.errors import DoctorUnknownError
from services.scheduling.timetable.domain import ClosedDay
from services.scheduling.timetable.store import ClosedDays

Version = Callable[[int], None]
"""Raises where the caller has read another revision."""


@dataclass(frozen=True)
class ClinicsHours:
    """Reads, checks and changes; `planning` says what a change does and accepts it."""

    deps: Deps
    making: Making
    days: ClosedDays
    planning: Planning

    async def clinic(self, who: Principal, clinic_id: str) -> Clinic:
        """A clinic whose timetables this person keeps.

        Raises:
            NotYourClinicError: somebody else does.
            ClinicUnknownError: there is none.
        """
        check_keeps(who, clinic_id)
        return await self.making.known.clinic(clinic_id)

    async def every(self, clinic: Clinic, *, after: str | None, limit: int) -> Page[Timetable]:
        """The clinic's timetables by id."""
        return await self.making.timetables.page_of(clinic.id, after=after, limit=limit)

    async def one(self, clinic: Clinic, doctor_id: str) -> Timetable:
        """A doctor's timetable; an empty one of revision 0 where nobody wrote it yet.

        Raises:
            DoctorUnknownError: no such doctor receives there, or ever did.
        """
        found = await self.making.timetables.find(None, timetable_id(doctor_id, clinic.id))
        if found is not None:
            return found
        doctor = await self.making.known.doctors.find(None, doctor_id)
        if doctor is None or clinic.id not in doctor.clinics:
            raise DoctorUnknownError
        return empty(doctor_id, clinic.id)

    async def shared(self, clinic: Clinic, timetable: Timetable) -> dict[str, str]:
        """Rooms that another doctor has at the same time: room → that doctor's name.

        A warning, no refusal: two may work in one room.
        """
        others = await self.making.timetables.of_clinic(None, clinic.id)
        found = shared_rooms(timetable, (t for t in others if t.id != timetable.id), clinic.zone)
        doctor_of = {t.id: t.doctor_id for t in others}
        ids = [doctor_of[other] for other in found.values()]
        names = await self.making.known.doctors_of(None, ids)
        return {
            room: names[doctor].full_name if (doctor := doctor_of[other]) in names else doctor
            for room, other in found.items()
        }

    async def put_plans(
        self,
        clinic: Clinic,
        doctor_id: str,
        forms: Sequence[PlanForm],
        version: Version,
        asked: Asked,
    ) -> Outcome:
        """Have these weekly hours, in place of those before.

        Raises:
            InvalidInputError: the form is wrong.
            HoursOverlapError: the doctor receives at another clinic then.
            StaleVersionError: the caller has read another revision.
            VisitsUndecidedError: nobody said what becomes of some visits.
        """
        before = await self.one(clinic, doctor_id)
        version(before.revision)
        after = replace(before, plans=plans_of(forms, clinic.room_numbers))
        await self._refuse_clashes(clinic, after)
        today, _ = self.making.coming(clinic)
        return await self.planning.timetable(Kind.HOURS, clinic, after, Span(today, None), asked)

    async def except_day(
        self,
        clinic: Clinic,
        doctor_id: str,
        day: str,
        stretches: Sequence[StretchForm],
        *,
        extra: bool,
        reason: str | None,
        asked: Asked,
    ) -> Outcome:
        """Have a day that differs."""
        before = await self.one(clinic, doctor_id)
        exception = exception_of(day, stretches, clinic.room_numbers, extra=extra, reason=reason)
        span = Span(exception.day, exception.day)
        after = before.with_exception(exception)
        return await self.planning.timetable(Kind.DAY, clinic, after, span, asked)

    async def as_usual(self, clinic: Clinic, doctor_id: str, day: date, asked: Asked) -> Outcome:
        """Have a day as all others."""
        before = await self.one(clinic, doctor_id)
        after = before.without_exception(day)
        return await self.planning.timetable(Kind.DAY, clinic, after, Span(day, day), asked)

    async def absent(
        self,
        clinic: Clinic,
        doctor_id: str,
        since: str,
        until: str,
        *,
        reason: str,
        replacement_id: str | None,
        asked: Asked,
    ) -> Outcome:
        """Have a doctor be away, perhaps with somebody who stands in (e27).

        Raises:
            ReplacementUnfitError: who is to stand in cannot.
        """
        before = await self.one(clinic, doctor_id)
        absence = absence_of(self.deps.new_id(), since, until, reason, replacement_id)
        if replacement_id is not None:
            await self._check_replacement(clinic, doctor_id, replacement_id)
        span = Span(absence.since, absence.until)
        after = before.with_absence(absence)
        return await self.planning.timetable(Kind.ABSENCE, clinic, after, span, asked)

    async def back(self, clinic: Clinic, doctor_id: str, absence_id: str, asked: Asked) -> Outcome:
        """Have a doctor be there: the absence did not come about.

        Raises:
            AbsenceUnknownError: there is none.
        """
        before = await self.one(clinic, doctor_id)
        absence = next((a for a in before.absences if a.id == absence_id), None)
        if absence is None:
            raise AbsenceUnknownError
        span = Span(absence.since, absence.until)
        after = before.without_absence(absence_id)
        return await self.planning.timetable(Kind.ABSENCE, clinic, after, span, asked)

    async def say_day(
        self, clinic: Clinic, day: date, reason: str, asked: Asked, *, closed: bool
    ) -> Outcome:
        """Have the clinic be closed on a day, or work on one that is a holiday (A24)."""
        said = ClosedDay(day, reason, clinic.id, closed)

        async def keep(tx: Transaction) -> None:
            await self.days.put(tx, said)

        return await self.planning.days(clinic, day, reason if closed else None, asked, keep)

    async def unsay_day(self, clinic: Clinic, day: date, asked: Asked) -> Outcome:
        """Have a day be what the calendar says."""
        holidays = await self.making.calendar.shown([], day, day)

        async def keep(tx: Transaction) -> None:
            await self.days.remove(tx, clinic.id, day)

        reason = holidays[0].reason if holidays else None
        return await self.planning.days(clinic, day, reason, asked, keep)

    async def closed_days(
        self, clinic: Clinic, since: date | None, until: date | None
    ) -> Sequence[ClosedDay]:
        """On which days the clinic is closed, in a year at most; and what it said of others."""
        first = since or self.making.coming(clinic)[0]
        last = min(until or first + timedelta(days=366), first + timedelta(days=366))
        closed = await self.making.calendar.closed(None, clinic.id, first, last)
        said = await self.days.of_clinic(None, clinic.id, first, last)
        opened = [one for one in said if not one.closed]
        own = {one.day for one in said}
        found = [
            ClosedDay(day, reason, clinic.id if day in own else None)
            for day, reason in closed.items()
        ]
        return sorted([*found, *opened], key=lambda one: one.day)

    async def _refuse_clashes(self, clinic: Clinic, after: Timetable) -> None:
        others = await self.making.timetables.of_doctor(None, after.doctor_id)
        for other in others:
            if other.id == after.id or other.doctor_id != after.doctor_id:
                continue
            there = await self.making.known.clinics.find(None, other.clinic_id)
            if there is not None and clash(after, clinic.zone, other, there.zone):
                raise HoursOverlapError(there.name)

    async def _check_replacement(self, clinic: Clinic, doctor_id: str, other_id: str) -> None:
        known = await self.making.known.doctors_of(None, [doctor_id, other_id])
        other, doctor = known.get(other_id), known.get(doctor_id)
        if other_id == doctor_id:
            raise ReplacementUnfitError(Unfit.SAME)
        if other is None or clinic.id not in other.clinics:
            raise ReplacementUnfitError(Unfit.ELSEWHERE)
        if doctor is not None and doctor.receives and doctor.specialty not in other.specialties:
            raise ReplacementUnfitError(Unfit.SPECIALTY)
