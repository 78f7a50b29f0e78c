"""A video visit is booked for an application as soon as a doctor has time, and booked again (C19).

By the booking that everybody has: of two visits at one slot one wins there, and the other looks on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from contracts.envelope import Data
from services.chassis.foundation import clock
from services.chassis.foundation.errors import DuplicateError, RefusalError
from services.chassis.work.timers import Due
from services.chassis.work.transactions import Cause, Transaction
from services.scheduling.bookings.actions import FOLLOW_VISIT, Cancelling, Taking
from services.scheduling.bookings.domain.appointment import (
    Appointment,
    Cancelled,
    Canceller,
    Status,
)
from services.scheduling.bookings.domain.details import Wish
from services.scheduling.deps import Deps
from services.scheduling.timetable.domain import Slot
from services.scheduling.timetable.store import SlotQuery
from services.scheduling.video import events
from services.scheduling.video.domain import KIND, Order
from services.scheduling.video.store import Orders

log = structlog.get_logger(__name__)

_CANDIDATES = 5
"""Of the first free slots so many are tried; others are quicker at some of them."""


@dataclass(frozen=True)
class Arranging:
    """Holds what applications ordered against what became of it; its timer is `FOLLOW_VISIT`."""

    deps: Deps
    orders: Orders
    taking: Taking
    cancelling: Cancelling
    changed: Callable[[], None]

    async def order(self, ordered: Order, *, cause: Cause) -> None:
        """An application needs a visit, or another one; it never has two that are to come."""

        async def work(tx: Transaction) -> None:
            known = await self.orders.find(tx, ordered.id, owner=None)
            if known is None:
                await self.orders.add(tx, ordered)
            else:
                visit = await self._visit(tx, known)
                stands = visit is not None and visit.to_come(self.deps.now())
                await self.orders.save(tx, known.again(ordered, stands=stands))
            await tx.set_timer(FOLLOW_VISIT, ordered.id, clock.now())

        await self.deps.transactions.run(work, cause=cause)

    async def end(self, application_id: str, *, cause: Cause) -> None:
        """The application needs none any more: what is still to come is called off."""

        async def work(tx: Transaction) -> None:
            order = await self.orders.find(tx, application_id, owner=None)
            if order is None or order.ended:
                return
            told: list[Data] = []
            visit = await self._visit(tx, order)
            if visit is not None and visit.to_come(self.deps.now()):
                await self._call_off(tx, visit)
                told.append(events.cancelled(order, visit))
            await tx.cancel_timer(FOLLOW_VISIT, application_id)
            await self.orders.save(tx, replace(order, ended=True), *told)

        await self.deps.transactions.run(work, cause=cause)
        self.changed()

    async def _call_off(self, tx: Transaction, visit: Appointment) -> None:
        how = Cancelled(self.deps.now(), Canceller.CITIZEN, "application-withdrawn")
        await self.cancelling.cancel(tx, visit, how, "Заявление отозвано.")

    async def arrange(self, due: Due) -> None:
        """Book the first free slot there is, tell what became of a visit, or look again later."""
        order = await self.orders.find(None, due.key, owner=None)
        for slot in await self._candidates(order) if order else ():
            try:
                await self._settle(due, slot)
            except (RefusalError, DuplicateError) as refused:
                # somebody was quicker, the patient is busy then, or has as many as one may
                log.info("a slot for a video visit was refused", application_id=due.key,
                         slot_id=slot.id, why=str(refused))  # fmt: skip
            else:
                self.changed()
                return
        await self._settle(due, None)

    async def _candidates(self, order: Order) -> Sequence[Slot]:
        if order.ended:
            return ()
        now = self.deps.now()
        last = now + timedelta(days=self.deps.settings.horizon_days + 1)
        query = SlotQuery(
            starting=max(now + self.deps.settings.video_notice, order.not_before),
            clinic_id=order.clinic_id,
            kind=KIND,
        )
        found = list[Slot]()
        for specialty in order.specialties:
            page = await self.taking.slots.free(
                replace(query, specialty=specialty), _CANDIDATES, last
            )
            found += [slot for slot in page.items if slot.doctor_id != order.citizen_id]
        return sorted(found, key=lambda slot: (slot.visit.starts_at, slot.id))[:_CANDIDATES]

    async def _settle(self, due: Due, slot: Slot | None) -> None:
        async def work(tx: Transaction) -> None:
            order = await self.orders.find(tx, due.key, owner=None)
            if order is None or order.ended:
                return
            visit = await self._visit(tx, order)
            if visit is None or visit.status is Status.CANCELLED:
                await self._anew(tx, order, visit, slot)
            elif visit.slot_id != order.slot_id:
                after = order.booked(visit)
                await self.orders.save(tx, after, events.booked(after, visit))

        await self.deps.transactions.run(work, cause=due)

    async def _anew(
        self, tx: Transaction, order: Order, before: Appointment | None, slot: Slot | None
    ) -> None:
        """There is no visit, or not any more: take the slot, or look again for one."""
        told: list[Data] = []
        if before is not None:
            told.append(events.cancelled(order, before))
            order = order.lost(before)
        if slot is None:
            now = self.deps.now()
            if order.awaited_at is None:
                order = replace(order, awaited_at=now)
                told.append(events.awaited(order))
            pause = order.pause(now, self.deps.settings.video_retry)
            await tx.set_timer(FOLLOW_VISIT, order.id, clock.now() + pause)
        elif slot.visit.starts_at < order.not_before:  # found before the visit was called off
            await tx.set_timer(FOLLOW_VISIT, order.id, clock.now())
        else:
            wish = Wish(order.citizen_id, slot.id, application_id=order.id)
            taken = await self.taking.take(tx, wish)
            order = order.booked(taken)
            told.append(events.booked(order, taken))
        await self.orders.save(tx, order, *told)

    async def _visit(self, tx: Transaction, order: Order) -> Appointment | None:
        if order.appointment_id is None:
            return None
        return await self.taking.appointments.find(tx, order.appointment_id, owner=None)
