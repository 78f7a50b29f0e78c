"""A clinic's day: who comes, who came, and who did not (A8, A33)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from contracts.roles import Role
from services.chassis.database.pages import Page
from services.chassis.http.auth import Principal
from services.chassis.http.looks import Reach
from services.chassis.work.transactions import Transaction
from services.scheduling.bookings.actions import Marking, Showing, Shown
from services.scheduling.bookings.domain.appointment import Appointment
from services.scheduling.bookings.domain.marking import Mark, Marker
from services.scheduling.bookings.errors import AppointmentUnknownError
from services.scheduling.bookings.store import Appointments
from services.scheduling.deps import Deps
from services.scheduling.known.errors import ClinicUnknownError
from services.scheduling.known.store import Known

_DESK = (Role.REGISTRAR, Role.SUPPORT)


@dataclass(frozen=True)
class Attendance:
    """Registrars see their clinic's visits, doctors their own; each that is shown is journalled."""

    deps: Deps
    known: Known
    appointments: Appointments
    marking: Marking
    showing: Showing

    async def day(
        self,
        who: Principal,
        clinic_id: str,
        day: date,
        doctor_id: str | None,
        *,
        after: str | None,
        limit: int,
    ) -> Page[Appointment]:
        """Visits of a day of the clinic's, by time; those that are off are not among them.

        Raises:
            ClinicUnknownError: there is none, or it is not theirs.
        """
        reach = Reach(who, (Role.REGISTRAR,))
        if not reach.sees(clinic_id):
            reach, doctor_id = Reach(who, (Role.DOCTOR,)), who.subject
        clinic = await self.known.clinics.find(None, clinic_id)
        if clinic is None or not reach.sees(clinic_id):
            raise ClinicUnknownError
        begins = datetime.combine(day, time(), clinic.zone)
        ends = datetime.combine(day + timedelta(days=1), time(), clinic.zone)
        page = await self.appointments.at_clinic(
            clinic_id, begins, ends, doctor_id=doctor_id, after=after, limit=limit
        )

        async def work(tx: Transaction) -> None:
            for visit in page.items:
                await self.showing.shown(tx, visit, reach.at(clinic_id), Shown.LISTED)

        if page.items:
            await self.deps.transactions.run(work)
        return page

    async def mark(
        self, who: Principal, appointment_id: str, said: Mark, note: str | None
    ) -> Appointment:
        """Say what became of a visit: its clinic's desk, its doctor, or support with a reason.

        Raises:
            AppointmentUnknownError: there is none, or it is not theirs.
            InvalidInputError: support gives no reason.
            RefusalError: see `bookings.domain.marking.mark`.
        """

        async def work(tx: Transaction) -> Appointment:
            found = await self.appointments.get(tx, appointment_id, owner=None)
            reach = _of(who, found)
            by = "support" if reach.everywhere else "clinic"
            marker = Marker(by, reach.because(note))
            after = await self.marking.mark(tx, found, said, marker)
            looker = reach.at(found.clinic_id)
            return await self.showing.shown(tx, after, looker, Shown.MARKED, note)

        return await self.deps.transactions.run(work)


def _of(who: Principal, visit: Appointment) -> Reach:
    """By which of their roles they deal with this visit."""
    desk, doctor = Reach(who, _DESK), Reach(who, (Role.DOCTOR,))
    if desk.sees(visit.clinic_id):
        return desk
    if visit.doctor_id == who.subject and doctor.sees(visit.clinic_id):
        return doctor
    raise AppointmentUnknownError
