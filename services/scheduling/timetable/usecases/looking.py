"""What anybody may look up: a clinic, a doctor, specialties, and days without visits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from services.scheduling.deps import Deps
from services.scheduling.known.domain import Clinic, Doctor, specialty_title
from services.scheduling.known.errors import DoctorUnknownError
from services.scheduling.known.store import Known
from services.scheduling.reception.store import Receptions
from services.scheduling.timetable.actions import Alternating, Calendar
from services.scheduling.timetable.domain import Alternatives, ClosedDay, Specialty
from services.scheduling.timetable.metrics import TimetableMetrics
from services.scheduling.timetable.store import Slots


@dataclass(frozen=True)
class Timetable:
    """Shows what there is; makes and changes nothing."""

    deps: Deps
    slots: Slots
    known: Known
    calendar: Calendar
    alternating: Alternating
    receptions: Receptions
    metrics: TimetableMetrics

    async def clinic(self, clinic_id: str) -> Clinic:
        """One clinic, also one that has closed.

        Raises:
            ClinicUnknownError: there is none.
        """
        return await self.known.clinic(clinic_id)

    async def doctor(self, doctor_id: str) -> tuple[Doctor, Sequence[Clinic]]:
        """One doctor who receives, and the clinics where.

        Raises:
            DoctorUnknownError: there is none, or not any more.
        """
        found = await self.known.doctors.find(None, doctor_id)
        if found is None or not found.receives:
            raise DoctorUnknownError
        clinics = await self.known.clinics_of(found.clinics)
        return found, [clinics[id_] for id_ in found.clinics if id_ in clinics]

    async def instead_of(
        self, doctor_id: str, clinic_id: str | None, day: date | None
    ) -> Alternatives:
        """Who else has time, from this day on, at the doctor's clinic and near it (e27).

        Raises:
            DoctorUnknownError: there is none, or not any more.
        """
        doctor, clinics = await self.doctor(doctor_id)
        here = next((c for c in clinics if clinic_id in {None, c.id}), None)
        if here is None:
            raise DoctorUnknownError
        since = datetime.combine(day, time(), here.zone) if day else self.deps.now()
        return await self.alternating.to(
            doctor_id=doctor.id, specialty=doctor.specialty, clinic_id=here.id, since=since
        )

    async def specialties(self) -> Sequence[Specialty]:
        """All specialties that there are doctors of, by title."""
        found = [Specialty(code, specialty_title(code)) for code in await self.known.specialties()]
        return sorted(found, key=lambda specialty: specialty.title)

    async def closed_days(
        self,
        since: date | None,
        until: date | None,
        *,
        clinic_id: str | None,
        doctor_id: str | None,
    ) -> Sequence[ClosedDay]:
        """Why there is nothing on some of these days (e30); only days that could be booked."""
        today = self.deps.now().date()
        last = today + timedelta(days=self.deps.settings.horizon_days)
        first, last = max(since or today, today), min(until or last, last)
        return await self.calendar.shown(await self._clinics(clinic_id, doctor_id), first, last)

    async def _clinics(self, clinic_id: str | None, doctor_id: str | None) -> Sequence[str]:
        if clinic_id is not None:
            return [clinic_id]
        doctor = await self.known.doctors.find(None, doctor_id) if doctor_id else None
        return doctor.clinics if doctor else []

    async def measure(self) -> None:
        """Set the gauges."""
        free, booked = await self.slots.left(self.deps.now())
        self.metrics.slots.labels("free").set(free)
        self.metrics.slots.labels("booked").set(booked)
