"""The desk books, moves, restores and answers for a caller: as the caller could, and later (K8)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from contracts.roles import Role
from services.chassis.database.idempotency import Once
from services.chassis.foundation.errors import RefusalError
from services.chassis.http.looks import Reach
from services.chassis.work.transactions import Transaction
from services.scheduling.bookings.actions import (
    Moving,
    Showing,
    Shown,
    Taking,
    cancel_rule,
    new_talon,
)
from services.scheduling.bookings.domain.appointment import Appointment, Canceller
from services.scheduling.bookings.domain.details import Details, Wish
from services.scheduling.bookings.domain.moving import Mover, check_movable
from services.scheduling.bookings.errors import AppointmentUnknownError, NotCancelledError
from services.scheduling.deps import Deps
from services.scheduling.patients.errors import ProfileNotReceivedError
from services.scheduling.timetable.errors import SlotUnknownError
from services.scheduling.triage.actions import Triage
from services.scheduling.triage.domain import Said

ROLES = (Role.REGISTRAR, Role.SUPPORT)


def acting_as(reach: Reach) -> Canceller:
    """In whose name staff does it: support sees every clinic, a registrar is the clinic."""
    return Canceller.SUPPORT if Role.SUPPORT in reach.who.roles else Canceller.CLINIC


@dataclass(frozen=True)
class Calling:
    """Each is in the patient's journal, and the patient hears of it by the same events."""

    deps: Deps
    taking: Taking
    moving: Moving
    triage: Triage
    showing: Showing
    changed: Callable[[], None]

    async def triaged(self, said: Said, slot_id: str) -> None:
        """See that nobody with a threat to life is booked for, whatever they call about (A22).

        Raises:
            LifeThreateningError: what to do instead.
            InvalidInputError: symptoms without answers about red flags.
        """
        near = await self.taking.slots.find(None, slot_id)
        await self.triage.check(
            said, clinic_id=near.clinic_id if near else None, pointer="/details"
        )

    async def book(
        self,
        reach: Reach,
        citizen_id: str,
        slot_id: str,
        why: str | None,
        *,
        details: Details,
        once: Once | None = None,
    ) -> Appointment:
        """Book a slot of a clinic in reach; limits on what citizens book themselves do not count.

        Raises:
            SlotUnknownError: there is none, or it is another clinic's.
            RefusalError: see `Bookings.book`; also why the registry does not confirm them (A29).
        """
        wish = Wish(
            citizen_id,
            slot_id,
            staff=reach.who.hands,
            details=details,
            agreed=acting_as(reach) is Canceller.CLINIC,
        )
        return await self._take(reach, wish, reach.because(why), Shown.BOOKED, once)

    async def restore(
        self, reach: Reach, appointment_id: str, why: str | None, *, once: Once | None = None
    ) -> Appointment:
        """Book the slot of a visit that is off anew, if it can still be had (K8, e20).

        Raises:
            AppointmentUnknownError: there is none in reach.
            NotCancelledError: it stands.
            RefusalError: the slot is somebody's, or past; see `Bookings.book`.
        """
        off = await self.taking.appointments.get(None, appointment_id, owner=None)
        if not reach.sees(off.clinic_id):
            raise AppointmentUnknownError
        if off.cancelled is None:
            raise NotCancelledError
        wish = Wish(
            off.citizen_id,
            off.slot_id,
            staff=reach.who.hands,
            restores=off.id,
            details=off.details,
            agreed=acting_as(reach) is Canceller.CLINIC,
        )
        return await self._take(reach, wish, reach.because(why), Shown.RESTORED, once)

    async def _take(
        self, reach: Reach, wish: Wish, why: str | None, occasion: Shown, once: Once | None
    ) -> Appointment:
        """Take it; a refusal says something of the person, so it is in their journal, too (K7)."""
        slot = await self.taking.slots.find(None, wish.slot_id)
        if slot is None or not reach.sees(slot.clinic_id):
            raise SlotUnknownError
        by = reach.at(slot.clinic_id)

        async def work(tx: Transaction) -> Appointment:
            booked = await self.taking.take(tx, wish)
            return await self.showing.shown(tx, booked, by, occasion, why)

        async def refused(tx: Transaction) -> None:
            await self.showing.refused(tx, slot.id, wish.citizen_id, by, why)

        try:
            booked = await new_talon(lambda: self.deps.transactions.run(work, once=once))
        except ProfileNotReceivedError:  # nobody is known by that id
            raise
        except RefusalError:
            await self.deps.transactions.run(refused)
            raise
        self.changed()
        return booked

    async def move(
        self, reach: Reach, appointment_id: str, slot_id: str, why: str | None
    ) -> Appointment:
        """Move a visit until it begins, to a slot in reach (A13, n21, e31).

        Raises:
            AppointmentUnknownError, SlotUnknownError: there is none in reach.
            RefusalError: see `Moving.move`.
        """
        why, by = reach.because(why), acting_as(reach)
        mover = Mover(by, by.value, note=why)

        def allowed(found: Appointment) -> None:
            if not reach.sees(found.clinic_id):
                raise AppointmentUnknownError
            check_movable(found, mover, cancel_rule(self.deps.settings), self.deps.now())

        async def work(tx: Transaction) -> Appointment:
            after = await self.moving.move(tx, appointment_id, slot_id, mover, allowed)
            if not reach.sees(after.clinic_id):
                raise SlotUnknownError
            return await self.showing.shown(tx, after, reach.at(after.clinic_id), Shown.MOVED, why)

        moved = await new_talon(lambda: self.deps.transactions.run(work))
        self.changed()
        return moved
