"""The collection `receptions`: the rules of each clinic that has some."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from services.chassis.database.client import Database, Indexes
from services.chassis.database.mapping import Mapper
from services.chassis.work.aggregates import Aggregates
from services.chassis.work.transactions import Transaction
from services.scheduling.known.errors import ClinicUnknownError
from services.scheduling.reception.domain import Reception

INDEXES: Indexes = {"receptions": []}


class Receptions(Aggregates[Reception]):
    """Rules by clinic; a clinic without is one that asks for nothing."""

    def __init__(self, db: Database) -> None:
        super().__init__(
            db["receptions"], Mapper(Reception), not_found=ClinicUnknownError, owner=None
        )

    def asked(self, tx: Transaction, clinic_id: str) -> Callable[[], Awaitable[Reception]]:
        """Ask for a clinic's rules together with whatever is read next; waits for the answer."""
        found = tx.ask(self.collection, {"_id": clinic_id})

        async def answer() -> Reception:
            document = await found()
            return Reception(clinic_id) if document is None else self.mapper.value(document)

        return answer

    async def of(self, clinic_id: str) -> Reception:
        """A clinic's rules."""
        return await self.find(None, clinic_id) or Reception(clinic_id)

    async def these(self, clinic_ids: Sequence[str]) -> list[Reception]:
        """The rules of a few clinics, in this order."""
        found = await self.every(None, {"_id": {"$in": sorted(clinic_ids)}})
        there = {rules.id: rules for rules in found}
        return [there.get(id_) or Reception(id_) for id_ in clinic_ids]
