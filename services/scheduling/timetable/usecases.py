"""The timetable: what anybody may look up, and the slots of the next days kept there (A24)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import structlog

from services.chassis.database.pages import Page
from services.chassis.work.timers import Due
from services.chassis.work.transactions import Transaction
from services.scheduling.deps import Deps
from services.scheduling.timetable.domain import (
    Clinic,
    ClosedDay,
    Doctor,
    Slot,
    Specialty,
    next_refresh,
    slots_of,
)
from services.scheduling.timetable.gateways import demo_reference, public_holidays
from services.scheduling.timetable.metrics import TimetableMetrics
from services.scheduling.timetable.store import Reference, SlotQuery, Slots

log = structlog.get_logger(__name__)

TIMER = "refresh-timetable"


@dataclass(frozen=True)
class Timetable:
    """Makes slots out of doctors' hours, and shows them.

    Everything that makes them can run twice and change nothing more. `changed` is told when free
    slots may be others than before.
    """

    deps: Deps
    slots: Slots
    reference: Reference
    metrics: TimetableMetrics
    changed: Callable[[], None]

    async def clinics(self) -> Sequence[Clinic]:
        """All clinics."""
        return await self.reference.clinics()

    async def specialties(self) -> Sequence[Specialty]:
        """All specialties that there are doctors of."""
        return await self.reference.specialties()

    async def doctors(
        self, *, specialty: str | None, clinic_id: str | None, after: str | None, limit: int
    ) -> Page[Doctor]:
        """Doctors by id."""
        return await self.reference.doctors(
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
        after: str | None,
        limit: int,
    ) -> Page[Slot]:
        """Free slots from now on, by time (A1). Days are those of the clinic."""
        query = SlotQuery(
            starting=self.deps.now(),
            doctor_id=doctor_id,
            specialty=specialty,
            clinic_id=clinic_id,
            since=since,
            until=until,
            after=after,
        )
        return await self.slots.free(query, limit)

    async def closed_days(self, since: date | None, until: date | None) -> Sequence[ClosedDay]:
        """Why there is nothing on some of these days (e30); only days that could be booked."""
        today = self.deps.now().date()
        last = today + timedelta(days=self.deps.settings.horizon_days)
        return await self.reference.closed_days(
            max(since or today, today), min(until or last, last)
        )

    async def measure(self) -> None:
        """Set the gauges."""
        free, booked = await self.slots.left(self.deps.now())
        self.metrics.slots.labels("free").set(free)
        self.metrics.slots.labels("booked").set(booked)

    async def prepare(self) -> None:
        """Before the service is ready: the demo's clinics, the slots, and the timer of tomorrow."""
        if self.deps.settings.demo:
            await self.reference.seed(*demo_reference())
        await self._refresh_and_set(None)

    async def due(self, due: Due) -> None:
        """A new day has begun in a clinic."""
        await self._refresh_and_set(due)

    async def _refresh_and_set(self, due: Due | None) -> None:
        now = self.deps.now()
        zones = {clinic.zone for clinic in await self.refresh()}

        async def work(tx: Transaction) -> None:
            await tx.set_timer(TIMER, "all", next_refresh(now, zones))

        await self.deps.transactions.run(work, cause=due)

    async def refresh(self) -> Sequence[Clinic]:
        """Make the coming days' slots what the doctors' hours and the closed days say."""
        now, horizon = self.deps.now(), self.deps.settings.horizon_days
        clinics = {clinic.id: clinic for clinic in await self.reference.clinics()}
        await self.reference.seed_closed_days(public_holidays((now.year, now.year + 1)))
        today = now.date()
        days = await self.reference.closed_days(
            today - timedelta(days=1), today + timedelta(days=horizon + 2)
        )
        closed = {clinic_id: _closed_at(clinic_id, days) for clinic_id in clinics}
        wanted = [
            slot
            for doctor in await self.reference.every_doctor()
            if (clinic := clinics.get(doctor.clinic_id)) is not None
            for slot in slots_of(doctor, clinic, closed[clinic.id], now=now, days=horizon)
        ]
        changed = await self.slots.sync(wanted, closed, now)
        self.changed()
        log.info("timetable refreshed", slots=len(wanted), changed=changed)
        return list(clinics.values())


def _closed_at(clinic_id: str, days: Sequence[ClosedDay]) -> dict[date, str]:
    return {d.day: d.reason for d in days if d.clinic_id in {None, clinic_id}}
