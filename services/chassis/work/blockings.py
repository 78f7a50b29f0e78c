"""The copy of whose account is closed, for services that only have to keep such people out.

One that decides by it, too, keeps it where it decides: beside what else stands against an account.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from contracts.envelope import Data
from contracts.identity import AccountBlocked, AccountUnblocked
from services.chassis.database.client import Database, Indexes
from services.chassis.work.inbox import Incoming
from services.chassis.work.transactions import Transaction, Transactions

INDEXES: Indexes = {"blocked": []}
_STANDING = "standing"


class Blocked:
    """The collection `blocked`: one document for each closed account, citizen's or staff's."""

    def __init__(self, db: Database) -> None:
        self._blocked = db["blocked"]

    async def has(self, account_id: str) -> bool:
        """Whether this account is closed."""
        return await self._blocked.find_one({"_id": account_id}) is not None

    async def note(self, tx: Transaction, account_id: str, *, blocked: bool) -> None:
        """It was closed, or opened again."""
        if blocked:
            await tx.update(self._blocked, account_id, {"$set": {"blocked": True}}, upsert=True)
        else:
            await tx.delete(self._blocked, account_id)


@dataclass(frozen=True)
class Blockings:
    """Hears identity. An older event changes nothing after a newer one."""

    transactions: Transactions
    blocked: Blocked

    @property
    def handlers(self) -> Mapping[type[Data], Callable[[Incoming[Any]], Awaitable[None]]]:
        """The handler of each event type."""
        return {AccountBlocked: self._heard, AccountUnblocked: self._heard}

    async def _heard(self, incoming: Incoming[AccountBlocked | AccountUnblocked]) -> None:
        data = incoming.data

        async def work(tx: Transaction) -> None:
            closed = isinstance(data, AccountBlocked)
            await self.blocked.note(tx, data.account_id, blocked=closed)

        await self.transactions.run(work, cause=incoming.latest(_STANDING))
