"""What identity's facts change here: who may book, and who may come in at all."""

from __future__ import annotations

from dataclasses import dataclass

from services.chassis.work.transactions import Cause, Transaction
from services.scheduling.deps import Deps
from services.scheduling.patients.store import Patients


@dataclass(frozen=True)
class Registration:
    """Keeps the copy of those who may book, and of what stands against an account."""

    deps: Deps
    patients: Patients

    async def confirmed(self, account_id: str, full_name: str, *, cause: Cause) -> None:
        """Keep the name of a confirmed citizen, for the talon."""

        async def work(tx: Transaction) -> None:
            await self.patients.remember(tx, account_id, full_name)

        await self.deps.transactions.run(work, cause=cause)

    async def rejected(self, account_id: str, *, cause: Cause) -> None:
        """The citizen is not confirmed any more: no booking until they are."""
        await self._note(account_id, cause, rejected=True)

    async def blocked(self, account_id: str, *, blocked: bool, cause: Cause) -> None:
        """An account was closed or opened again: a citizen's, or that of a member of staff."""
        await self._note(account_id, cause, blocked=blocked)

    async def _note(self, account_id: str, cause: Cause, **facts: bool) -> None:
        async def work(tx: Transaction) -> None:
            await self.patients.note(tx, account_id, **facts)

        await self.deps.transactions.run(work, cause=cause)
