"""What is said of a visit is kept, told, and counted where it was missed (A8, A33)."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.envelope import Data
from services.chassis.work.transactions import Transaction
from services.scheduling.bookings import events
from services.scheduling.bookings.actions.rules import miss_rule
from services.scheduling.bookings.domain.appointment import Appointment, Status
from services.scheduling.bookings.domain.marking import Mark, Marker, mark
from services.scheduling.bookings.store import Appointments
from services.scheduling.deps import Deps
from services.scheduling.patients.domain import Miss
from services.scheduling.patients.store import Patients


@dataclass(frozen=True)
class Marking:
    """Marks a visit in the transaction of whoever says so: the desk, a doctor, the clinic's system.

    A visit that nobody marks stays as it was: nobody is counted absent for what was not written.
    """

    deps: Deps
    appointments: Appointments
    patients: Patients

    async def mark(
        self, tx: Transaction, found: Appointment, said: Mark, marker: Marker
    ) -> Appointment:
        """The visit, read here, with what was said of it.

        Raises:
            RefusalError: see `bookings.domain.marking.mark`.
        """
        after = mark(found, said, marker, self.deps.now())
        if after is found:
            return found
        facts = list[Data]()
        if after.status is Status.ATTENDED and found.status is not Status.ATTENDED:
            facts.append(events.attended(after))
        if after.status is Status.MISSED or found.status is Status.MISSED:
            facts += await self._missed(tx, after)
        return await self.appointments.save(tx, after, *facts)

    async def _missed(self, tx: Transaction, visit: Appointment) -> list[Data]:
        """Count the miss, or count it no more."""
        now, rule = self.deps.now(), miss_rule(self.deps.settings)
        known = await self.patients.get(tx, visit.citizen_id)
        misses = [m for m in (known.misses if known else ()) if m.appointment_id != visit.id]
        if visit.status is Status.MISSED:
            misses.append(Miss(visit.id, visit.visit.starts_at))
        kept = rule.kept(misses, now)
        await self.patients.keep_misses(tx, visit.citizen_id, kept)
        if visit.status is not Status.MISSED:
            return []
        return [events.missed(visit, rule.counted(kept, now), rule.limited_until(kept, now))]
