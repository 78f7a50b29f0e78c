"""Looking up: the timetable for everybody, appointments for their citizens, talons for a check."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.chassis.database.pages import Page
from services.chassis.foundation.errors import AccountBlockedError
from services.scheduling.bookings.domain import Appointment, Check
from services.scheduling.patients.domain import (
    Slot,
)
from services.scheduling.store import SlotQuery, Store
from services.scheduling.talons.domain import parse_talon
from services.scheduling.timetable.domain import Clinic, ClosedDay, Doctor, Specialty


@dataclass(frozen=True)
class TalonCheck:
    """What a check found; no appointment where the number is unknown (A8, e26)."""

    number: str
    check: Check
    appointment: Appointment | None


@dataclass(frozen=True)
class Reading:
    """Answers questions; changes nothing."""

    store: Store
    now: Callable[[], datetime]
    horizon_days: int

    async def clinics(self) -> Sequence[Clinic]:
        """All clinics."""
        return await self.store.reference.clinics()

    async def specialties(self) -> Sequence[Specialty]:
        """All specialties that there are doctors of."""
        return await self.store.reference.specialties()

    async def doctors(
        self, *, specialty: str | None, clinic_id: str | None, after: str | None, limit: int
    ) -> Sequence[Doctor]:
        """Doctors by id."""
        return await self.store.reference.doctors(
            specialty=specialty, clinic_id=clinic_id, after=after, limit=limit
        )

    async def free_slots(
        self,
        *,
        doctor_id: str | None,
        specialty: str | None,
        clinic_id: str | None,
        since: date | None,
        until: date | None,
        after: tuple[datetime, str] | None,
        limit: int,
    ) -> Sequence[Slot]:
        """Free slots from now on, by time (A1). Days are those of the clinic."""
        query = SlotQuery(
            starting=self.now(),
            doctor_id=doctor_id,
            specialty=specialty,
            clinic_id=clinic_id,
            since=since,
            until=until,
            after=after,
        )
        return await self.store.slots.free(query, limit)

    async def closed_days(self, since: date | None, until: date | None) -> Sequence[ClosedDay]:
        """Why there is nothing on some of these days (e30); only days that could be booked."""
        today = self.now().date()
        last = today + timedelta(days=self.horizon_days)
        return await self.store.reference.closed_days(
            max(since or today, today), min(until or last, last)
        )

    async def appointment(self, citizen_id: str, appointment_id: str) -> Appointment:
        """One of the citizen's own.

        Raises:
            AppointmentUnknownError: not there, or not theirs.
        """
        return await self.store.appointments.get(None, appointment_id, owner=citizen_id)

    async def appointments(
        self, citizen_id: str, *, after: str | None, limit: int
    ) -> Page[Appointment]:
        """The citizen's own, latest visit first."""
        return await self.store.appointments.of_citizen(citizen_id, after=after, limit=limit)

    async def check_not_blocked(self, account_id: str) -> None:
        """Refuse whoever was blocked, a citizen or a member of staff, whatever the token says (I9).

        Raises:
            AccountBlockedError: an administrator closed the account.
        """
        if await self.store.patients.blocked(account_id):
            raise AccountBlockedError

    async def check_talon(self, typed: str) -> TalonCheck:
        """What to tell somebody who shows this number.

        Raises:
            TalonNumberError: mistyped.
        """
        number = parse_talon(typed)
        found = await self.store.appointments.by_talon(number)
        return TalonCheck(number, found.check(self.now()) if found else Check.UNKNOWN, found)
