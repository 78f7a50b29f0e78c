"""Keeping the next days' slots there: at start, and every day by a durable timer (A24)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import structlog

from services.chassis.work.timers import Due
from services.chassis.work.transactions import Transaction, Transactions
from services.scheduling.store import Store
from services.scheduling.timetable.domain import Clinic, ClosedDay, next_refresh, slots_of
from services.scheduling.timetable.gateways import demo_reference, public_holidays

log = structlog.get_logger(__name__)

TIMER = "refresh-timetable"


@dataclass(frozen=True)
class Timetable:
    """Makes slots out of doctors' hours. Everything here can run twice and change nothing more."""

    transactions: Transactions
    store: Store
    now: Callable[[], datetime]
    horizon_days: int
    demo: bool

    async def prepare(self) -> None:
        """Before the service is ready: the demo's clinics, the slots, and the timer of tomorrow."""
        if self.demo:
            await self.store.reference.seed(*demo_reference())
        await self._refresh_and_set(None)

    async def due(self, due: Due) -> None:
        """A new day has begun in a clinic."""
        await self._refresh_and_set(due)

    async def _refresh_and_set(self, due: Due | None) -> None:
        now = self.now()
        zones = {clinic.zone for clinic in await self.refresh()}

        async def work(tx: Transaction) -> None:
            await tx.set_timer(TIMER, "all", next_refresh(now, zones))

        await self.transactions.run(work, cause=due)

    async def refresh(self) -> Sequence[Clinic]:
        """Make the coming days' slots what the doctors' hours and the closed days say."""
        now = self.now()
        clinics = {clinic.id: clinic for clinic in await self.store.reference.clinics()}
        await self.store.reference.seed_closed_days(public_holidays((now.year, now.year + 1)))
        today = now.date()
        days = await self.store.reference.closed_days(
            today - timedelta(days=1), today + timedelta(days=self.horizon_days + 2)
        )
        closed = {clinic_id: _closed_at(clinic_id, days) for clinic_id in clinics}
        wanted = [
            slot
            for doctor in await self.store.reference.doctors()
            if doctor.clinic_id in clinics
            for slot in slots_of(
                doctor,
                clinics[doctor.clinic_id],
                closed[doctor.clinic_id],
                now=now,
                days=self.horizon_days,
            )
        ]
        changed = await self.store.slots.sync(wanted, closed, now)
        log.info("timetable refreshed", slots=len(wanted), changed=changed)
        return list(clinics.values())


def _closed_at(clinic_id: str, days: Sequence[ClosedDay]) -> dict[date, str]:
    return {d.day: d.reason for d in days if d.clinic_id in {None, clinic_id}}
