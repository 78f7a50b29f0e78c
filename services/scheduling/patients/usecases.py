"""What identity's facts change here: who may book."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.chassis.work.transactions import Cause, Transaction
from services.scheduling.deps import Deps
from services.scheduling.patients.domain import Papers
from services.scheduling.patients.store import Patients


@dataclass(frozen=True)
class Registration:
    """Keeps the copy of those who may book."""

    deps: Deps
    patients: Patients

    async def confirmed(self, account_id: str, papers: Papers, *, cause: Cause) -> None:
        """Keep who a confirmed citizen is, for the talon and for the clinic."""

        async def work(tx: Transaction) -> None:
            await self.patients.remember(tx, account_id, papers)

        await self.deps.transactions.run(work, cause=cause)

    async def rejected(self, account_id: str, reasons: Sequence[str], *, cause: Cause) -> None:
        """The citizen is not confirmed any more: no booking until they are."""

        async def work(tx: Transaction) -> None:
            await self.patients.reject(tx, account_id, reasons)

        await self.deps.transactions.run(work, cause=cause)
