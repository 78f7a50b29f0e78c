"""The doctor's lists of applications. The documents are the applications' own."""

from __future__ import annotations

from dataclasses import dataclass

from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.states import State
from services.certificates.applications.store.applications import BY_DEADLINE, ApplicationStore
from services.chassis.database.pages import Page
from services.chassis.work.transactions import Transaction


@dataclass(frozen=True)
class Queue:
    """What waits for a doctor, and what one has claimed; the nearest deadline first (C20)."""

    applications: ApplicationStore

    async def waiting(self, *, after: str | None, limit: int) -> Page[Application]:
        """Applications that wait for a doctor."""
        query = {"state": State.SUBMITTED.value}
        return await self.applications.page(query, BY_DEADLINE, after=after, limit=limit)

    async def claimed_by(
        self, doctor_id: str, *, after: str | None, limit: int
    ) -> Page[Application]:
        """What this doctor has claimed."""
        query = {"claim.doctor_id": doctor_id}
        return await self.applications.page(query, BY_DEADLINE, after=after, limit=limit)

    async def claims_of(self, tx: Transaction, doctor_id: str) -> int:
        """How many applications this doctor holds."""
        query = {"claim.doctor_id": doctor_id}
        return await tx.count(self.applications.collection, query)
