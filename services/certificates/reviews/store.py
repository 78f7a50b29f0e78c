"""The doctor's lists of applications. The documents are the applications' own."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.states import State
from services.certificates.applications.store.applications import BY_DEADLINE, ApplicationStore
from services.chassis.database.counting import counted
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
class Wish:
    """What of a list a doctor wants to see: of one type, for one specialty, past its deadline."""

    type_code: str | None = None
    specialty: str | None = None
    late_at: datetime | None = None

    def among(self, query: dict[str, Any]) -> dict[str, Any]:
        """What a query finds, and this wants."""
        wanted: list[dict[str, Any]] = [query]
        if self.type_code is not None:
            wanted.append({"type_code": self.type_code})
        if self.late_at is not None:
            wanted.append({"clock.deadline_at": {"$lt": self.late_at}})
        return {"$and": wanted} if len(wanted) > 1 else query


EVERYTHING = Wish()


@dataclass(frozen=True)
class Shelves:
    """How many applications are on the lists of a doctor; no more than `MOST_COUNTED` of each."""

    waiting: int
    late: int
    mine: int


MOST_COUNTED = 1000


@dataclass(frozen=True)
class Queue:
    """What waits for a doctor, and what one has claimed; the nearest deadline first (C20, K6)."""

    applications: ApplicationStore

    async def waiting(
        self, remit: Remit, wish: Wish = EVERYTHING, *, after: str | None, limit: int
    ) -> Page[Application]:
        """Applications that wait for a doctor of these clinics and specialties."""
        if wish.specialty is not None:
            mine = tuple(s for s in remit.specialties if s == wish.specialty)
            remit = replace(remit, specialties=mine)
        query = wish.among(remit.queued)
        return await self.applications.page(query, BY_DEADLINE, after=after, limit=limit)

    async def shelves(self, doctor_id: str, remit: Remit, now: datetime) -> Shelves:
        """How many there are on each list."""
        late = Wish(late_at=now).among(remit.queued)
        mine = {"claim.doctor_id": doctor_id} | remit.query
        waiting, overdue, held = await asyncio.gather(
            *(
                counted(self.applications.collection, query, most=MOST_COUNTED)
                for query in (remit.queued, late, mine)
            )
        )
        return Shelves(waiting, overdue, held)

    async def claimed_by(
        self,
        doctor_id: str,
        remit: Remit,
        wish: Wish = EVERYTHING,
        *,
        after: str | None,
        limit: int,
    ) -> Page[Application]:
        """What this doctor has claimed, and may hold."""
        query = wish.among({"claim.doctor_id": doctor_id} | remit.query)
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
