"""Puts rows of timetables, absences and closed days there (K10).

Booked visits that new hours do not have stay as they are, and their clinic is asked about them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from services.chassis.foundation.errors import FieldError, InvalidInputError
from services.chassis.work.transactions import Transaction
from services.importing.table import Decision, Importer, Outcome, Table
from services.scheduling.hours.actions import Making
from services.scheduling.hours.domain.clashes import clash
from services.scheduling.hours.domain.forms import absence_of
from services.scheduling.hours.domain.timetable import Timetable, empty, timetable_id
from services.scheduling.hours.errors import HoursOverlapError
from services.scheduling.imports.domain import (
    ABSENCE_TITLES,
    CLOSED_DAY_TITLES,
    TIMETABLE_TITLES,
    AbsenceRow,
    ClosedDayRow,
    TimetableRow,
)
from services.scheduling.known.domain import Clinic, Doctor
from services.scheduling.timetable.domain import ClosedDay
from services.scheduling.timetable.store import ClosedDays

_CLINIC = FieldError(
    "/clinic_id", "clinic-unknown", "Такой клиники нет, или её только что завели: повторите."
)
_DOCTOR = FieldError(
    "/doctor_id", "doctor-unknown", "Такого врача в клинике нет, или он только что принят: "
    "повторите.",
)  # fmt: skip
_FOREIGN = FieldError("/clinic_id", "not-your-clinic", "Расписание этой клиники ведут другие.")


@dataclass(frozen=True)
class _Known:
    """Copies of the clinics and doctors that rows name."""

    clinics: Mapping[str, Clinic]
    doctors: Mapping[str, Doctor]

    def errors(self, by: Importer, clinic_id: str, *doctor_ids: str) -> list[FieldError]:
        """Who and what is not there, or not this administrator's."""
        if not by.may(clinic_id):
            return [_FOREIGN]
        if clinic_id not in self.clinics:
            return [_CLINIC]
        here = (self.doctors.get(doctor_id) for doctor_id in doctor_ids)
        return [_DOCTOR for doctor in here if doctor is None or clinic_id not in doctor.clinics]


async def _known(
    making: Making, tx: Transaction, clinic_ids: Iterable[str], doctor_ids: Iterable[str] = ()
) -> _Known:
    clinics = await making.known.clinics_of(set(clinic_ids))
    return _Known(clinics, await making.known.doctors_of(tx, set(doctor_ids)))


@dataclass(frozen=True)
class TimetableRows:
    """Weekly hours in place of those before; days that differ and absences stay."""

    making: Making

    async def put(
        self,
        tx: Transaction,
        forms: Sequence[TimetableRow],
        by: Importer,
        coming: AbstractSet[str],
    ) -> Sequence[Decision]:
        """See `Rules`; clinics and doctors are another door's, and must have been heard of."""
        del coming
        doctors = {row.doctor_id for row in forms}
        kept = await self.making.timetables.of_doctors(tx, doctors)
        there = {timetable.id: timetable for timetable in kept}
        clinic_ids = {timetable.clinic_id for timetable in kept} | {row.clinic_id for row in forms}
        known = await _known(self.making, tx, clinic_ids, doctors)
        wanted: dict[str, Timetable] = {}
        refused: dict[str, Decision] = {}
        for row in forms:
            try:
                wanted[row.id] = self._read(row, by, known, there | wanted)
            except InvalidInputError as error:
                refused[row.id] = Decision.refused(*error.errors)
        changed = await self.making.keep(tx, list(wanted.values()))
        return [refused.get(row.id) or _outcome(row.id, there, changed) for row in forms]

    def _read(
        self, row: TimetableRow, by: Importer, known: _Known, others: Mapping[str, Timetable]
    ) -> Timetable:
        if errors := known.errors(by, row.clinic_id, row.doctor_id):
            raise InvalidInputError(errors)
        clinic = known.clinics[row.clinic_id]
        plans = row.read(clinic.room_numbers)
        found = Timetable(row.id, row.doctor_id, row.clinic_id, plans)
        for other in others.values():
            there = known.clinics.get(other.clinic_id)
            if other.id == found.id or other.doctor_id != found.doctor_id or there is None:
                continue
            if clash(found, clinic.zone, other, there.zone):
                overlap = HoursOverlapError(there.name)
                raise InvalidInputError([FieldError("/hours", overlap.code, overlap.detail)])
        return found


@dataclass(frozen=True)
class AbsenceRows:
    """Absences of doctors; one that begins on the same day is the same one."""

    making: Making

    async def put(
        self, tx: Transaction, forms: Sequence[AbsenceRow], by: Importer, coming: AbstractSet[str]
    ) -> Sequence[Decision]:
        """See `Rules`."""
        del coming
        names = {name for row in forms for name in (row.doctor_id, row.replacement_id) if name}
        known = await _known(self.making, tx, (row.clinic_id for row in forms), names)
        timetables = self.making.timetables
        own = await timetables.of_doctors(tx, {row.doctor_id for row in forms})
        before = {timetable.id: timetable for timetable in own}
        after: dict[str, Timetable] = {}
        decisions = []
        for row in forms:
            key = timetable_id(row.doctor_id, row.clinic_id)
            there = after.get(key) or before.get(key) or empty(row.doctor_id, row.clinic_id)
            try:
                after[key], decision = _absent(row, by, known, there)
            except InvalidInputError as error:
                decision = Decision.refused(*error.errors)
            decisions.append(decision)
        for key, timetable in after.items():
            if timetable != before.get(key):
                kept_as = (
                    self.making.timetables.save if key in before else self.making.timetables.add
                )
                await kept_as(tx, timetable)
                await self.making.begin(tx, [key])
        return decisions


def _absent(
    row: AbsenceRow, by: Importer, known: _Known, there: Timetable
) -> tuple[Timetable, Decision]:
    doctors = [row.doctor_id, *([row.replacement_id] if row.replacement_id else [])]
    errors = known.errors(by, row.clinic_id, *doctors)
    if row.replacement_id == row.doctor_id:
        errors = [FieldError("/replacement_id", "same-doctor", "Замещать должен другой врач.")]
    if errors:
        raise InvalidInputError(errors)
    absence = absence_of(f"from-{row.since}", row.since, row.until, row.reason, row.replacement_id)
    was = next((one for one in there.absences if one.id == absence.id), None)
    if was == absence:
        return there, Decision(Outcome.UNCHANGED)
    return there.with_absence(absence), Decision(Outcome.CHANGED if was else Outcome.ADDED)


@dataclass(frozen=True)
class ClosedDayRows:
    """What clinics say of their own days."""

    making: Making
    days: ClosedDays

    async def put(
        self, tx: Transaction, forms: Sequence[ClosedDayRow], by: Importer, coming: AbstractSet[str]
    ) -> Sequence[Decision]:
        """See `Rules`."""
        del coming
        known = await _known(self.making, tx, (row.clinic_id for row in forms))
        first, last = min(row.day for row in forms), max(row.day for row in forms)
        said: dict[tuple[str, str], ClosedDay] = {}
        for clinic_id in known.clinics:
            for day in await self.days.of_clinic(tx, clinic_id, first, last):
                said[clinic_id, day.day.isoformat()] = day
        timetables = {id_: await self._timetables(tx, id_) for id_ in known.clinics}
        decisions, moved = [], defaultdict[str, list[ClosedDay]](list)
        for row in forms:
            wanted = ClosedDay(row.day, row.reason, row.clinic_id, row.closed)
            was = said.get((row.clinic_id, row.day.isoformat()))
            if errors := known.errors(by, row.clinic_id):
                decisions.append(Decision.refused(*errors))
            elif was == wanted:
                decisions.append(Decision(Outcome.UNCHANGED))
            else:
                moved[row.clinic_id].append(wanted)
                decisions.append(Decision(Outcome.CHANGED if was else Outcome.ADDED))
        for clinic_id, days in moved.items():
            for day in days:
                await self.days.put(tx, day)
            await self.making.begin(tx, timetables[clinic_id])
        return decisions

    async def _timetables(self, tx: Transaction, clinic_id: str) -> list[str]:
        return [timetable.id for timetable in await self.making.timetables.of_clinic(tx, clinic_id)]


def _outcome(key: str, there: Mapping[str, Timetable], changed: AbstractSet[str]) -> Decision:
    if key not in changed:
        return Decision(Outcome.UNCHANGED)
    return Decision(Outcome.CHANGED if key in there else Outcome.ADDED)


def tables(making: Making, days: ClosedDays) -> Sequence[Table]:
    """What scheduling takes of a file."""
    return (
        Table(
            "timetables",
            TimetableRow,
            TIMETABLE_TITLES,
            TimetableRows(making),
            marks=lambda row: (f"timetables:{row.id}",),
        ),
        Table(
            "absences",
            AbsenceRow,
            ABSENCE_TITLES,
            AbsenceRows(making),
            marks=lambda row: (f"absences:{row.doctor_id}@{row.clinic_id}/{row.since}",),
        ),
        Table(
            "closed_days",
            ClosedDayRow,
            CLOSED_DAY_TITLES,
            ClosedDayRows(making, days),
            marks=lambda row: (f"closed_days:{row.clinic_id}/{row.day}",),
        ),
    )
