"""Notes what became of the video visit of an application, and lets it begin (C19)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from services.certificates.applications.actions import CLAIM_TIMER, Cases
from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.looks import Shown
from services.certificates.applications.domain.parts import Visit
from services.certificates.deps import Deps
from services.certificates.visits import domain
from services.chassis.work.timers import Due
from services.chassis.work.transactions import Cause, Transaction

VISIT_TIMER = "visit"
"""The visit begins; its key is the application."""


@dataclass(frozen=True)
class Visits:
    """What scheduling says is believed; the visit begins by a timer of our own."""

    deps: Deps
    cases: Cases

    async def note(self, application_id: str, visit: Visit, *, cause: Cause) -> None:
        """It has a time, at first or anew."""

        async def work(tx: Transaction) -> None:
            before = await self.cases.get(tx, application_id)
            after = domain.noted(before, visit)
            if after is not before:
                await tx.set_timer(VISIT_TIMER, application_id, visit.starts_at)
                await self.cases.save(tx, before, after)

        await self.deps.transactions.run(work, cause=cause)

    async def call_off(self, application_id: str, appointment_id: str, *, cause: Cause) -> None:
        """It is off; scheduling looks for another."""
        await self._change(
            application_id, lambda found: domain.called_off(found, appointment_id), cause
        )

    async def seek(self, application_id: str, *, cause: Cause) -> None:
        """No doctor has time for it yet."""
        now = self.deps.now()
        await self._change(application_id, lambda found: domain.sought(found, now), cause)

    async def _change(
        self, application_id: str, change: Callable[[Application], Application], cause: Cause
    ) -> None:
        async def work(tx: Transaction) -> None:
            before = await self.cases.get(tx, application_id)
            after = change(before)
            if after is not before:
                await self.cases.save(tx, before, after)

        await self.deps.transactions.run(work, cause=cause)

    async def begin(self, due: Due) -> None:
        """The visit's time has come: its doctor has the application, and decides about it (n9)."""

        async def work(tx: Transaction) -> None:
            before = await self.cases.get(tx, due.key)
            lease = self.deps.settings.claim_lease
            after = domain.met(before, now=self.deps.now(), lease=lease)
            if after is not None:
                await self.cases.time_claim(tx, after)
                await self.cases.save(tx, before, after)
            elif before.visit is not None and before.visit.starts_at > self.deps.now():
                await tx.set_timer(VISIT_TIMER, due.key, before.visit.starts_at)  # clocks differ

        await self.deps.transactions.run(work, cause=due)

    async def miss(self, doctor_id: str, application_id: str) -> Application:
        """The doctor says that it did not come about: another one is arranged.

        Raises:
            NoVisitError, VisitAheadError: there is none to be missed.
        """

        async def work(tx: Transaction) -> Application:
            before = await self.cases.for_doctor(tx, application_id, doctor_id)
            after = domain.missed(before, doctor_id=doctor_id, now=self.deps.now())
            await tx.cancel_timer(CLAIM_TIMER, application_id)
            saved = await self.cases.save(tx, before, after)
            return await self.cases.shown(tx, saved, doctor_id, Shown.RELEASED)

        return await self.deps.transactions.run(work)
