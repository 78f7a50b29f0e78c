"""What identity's facts change here: who may book."""

from __future__ import annotations

from dataclasses import dataclass

from services.chassis.work.transactions import Cause, Transaction
from services.scheduling.deps import Deps
from services.scheduling.patients.store import Patients


@dataclass(frozen=True)
class Registration:
    """Keeps the copy of those who may book."""

    deps: Deps
    patients: Patients

    async def confirmed(self, account_id: str, full_name: str, *, cause: Cause) -> None:
        """Keep the name of a confirmed citizen, for the talon."""

        async def work(tx: Transaction) -> None:
            await self.patients.remember(tx, account_id, full_name)

        await self.deps.transactions.run(work, cause=cause)

    async def rejected(self, account_id: str, *, cause: Cause) -> None:
        """The citizen is not confirmed any more: no booking until they are."""

        async def work(tx: Transaction) -> None:
            await self.patients.note(tx, account_id, rejected=True)

        await self.deps.transactions.run(work, cause=cause)
