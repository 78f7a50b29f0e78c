"""Who may enter the room of a video visit, and when: its two people, in its time (C19)."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.roles import Role
from services.chassis.http.auth import Principal
from services.chassis.work.looks import Looker
from services.chassis.work.transactions import Transaction
from services.scheduling.bookings.actions import Showing, Shown
from services.scheduling.bookings.domain.appointment import Appointment
from services.scheduling.bookings.errors import AlreadyCancelledError, AppointmentUnknownError
from services.scheduling.bookings.store import Appointments
from services.scheduling.deps import Deps
from services.scheduling.video.domain import KIND, Guest, Room, Window
from services.scheduling.video.errors import NoRoomError, RoomClosedError
from services.scheduling.video.gateways import Rooms


@dataclass(frozen=True)
class Entering:
    """The patient or who acts for them, and the doctor; nobody else hears that there is a visit."""

    deps: Deps
    appointments: Appointments
    showing: Showing
    rooms: Rooms

    async def enter(self, who: Principal, appointment_id: str) -> tuple[Appointment, Room]:
        """The visit, and the address of its room for this person.

        Raises:
            AppointmentUnknownError: not there, or not theirs.
            NoRoomError: it is not by video.
            AlreadyCancelledError: it is off.
            RoomClosedError: too early or too late; says from when to when.
            VideoNotSetUpError: there is no video service.
        """

        async def work(tx: Transaction) -> tuple[Appointment, Room]:
            found = await self.appointments.get(tx, appointment_id, owner=None)
            guest, now = _guest(who, found), self.deps.now()
            visit = found.visit
            if visit.kind != KIND:
                raise NoRoomError
            if found.cancelled is not None:
                raise AlreadyCancelledError(visit.local(found.cancelled.at))
            window = Window.of(visit)
            if not window.open(now):
                raise RoomClosedError(visit.local(window.opens_at), visit.local(window.closes_at))
            room = self.rooms.room(found.id, guest, window, now)
            if guest.leads:
                by = Looker(guest.id, Role.DOCTOR, who.name, who.position, found.clinic_id)
                await self.showing.shown(tx, found, by, Shown.ROOM)
            return found, room

        return await self.deps.transactions.run(work)


def _guest(who: Principal, visit: Appointment) -> Guest:
    if Role.CITIZEN in who.roles and who.subject == visit.citizen_id:
        return Guest(who.hands, visit.patient_name, leads=False)
    if Role.DOCTOR in who.roles and who.actor is None and who.subject == visit.doctor_id:
        return Guest(who.subject, visit.visit.doctor_name, leads=True)
    raise AppointmentUnknownError
