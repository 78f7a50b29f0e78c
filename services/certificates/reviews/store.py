"""The doctor's lists of applications. The documents are the applications' own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.states import State
from services.certificates.applications.store.applications import BY_DEADLINE, ApplicationStore
from services.chassis.database.pages import Page
from services.chassis.work.transactions import Transaction


@dataclass(frozen=True)
class Remit:
    """What a doctor works on: at which clinics (None: filed before one was named), which types.

    `specialties` are the doctor's own: what waits for one of them may be taken from the queue.
    """

    clinics: tuple[str | None, ...] = ()
    types: tuple[str, ...] = ()
    specialties: tuple[str, ...] = ()

    @property
    def query(self) -> dict[str, Any]:
        """For applications within it."""
        return {"clinic.id": {"$in": [*self.clinics]}, "type_code": {"$in": [*self.types]}}

    @property
    def queued(self) -> dict[str, Any]:
        """For applications that wait for this doctor."""
        waiting = {"waits_for": {"$in": [*self.specialties]}}
        return {"state": State.SUBMITTED.value, "clinic.id": {"$in": [*self.clinics]}} | waiting


@dataclass(frozen=True)
class Queue:
    """What waits for a doctor, and what one has claimed; the nearest deadline first (C20, K6)."""

    applications: ApplicationStore

    async def waiting(self, remit: Remit, *, after: str | None, limit: int) -> Page[Application]:
        """Applications that wait for a doctor of these clinics and types."""
        return await self.applications.page(remit.queued, BY_DEADLINE, after=after, limit=limit)

    async def claimed_by(
        self, doctor_id: str, remit: Remit, *, after: str | None, limit: int
    ) -> Page[Application]:
        """What this doctor has claimed, and may hold."""
        query = {"claim.doctor_id": doctor_id} | remit.query
        return await self.applications.page(query, BY_DEADLINE, after=after, limit=limit)

    async def beyond(
        self, tx: Transaction, doctor_id: str, remit: Remit, limit: int
    ) -> list[Application]:
        """What this doctor has claimed, and may not hold."""
        query = {"claim.doctor_id": doctor_id, "$nor": [remit.query]}
        return await self.applications.every(tx, query, BY_DEADLINE, limit)

    async def claims_of(self, tx: Transaction, doctor_id: str) -> int:
        """How many applications this doctor holds."""
        query = {"claim.doctor_id": doctor_id}
        return await tx.count(self.applications.collection, query)
