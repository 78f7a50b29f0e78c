"""Whose account is closed: each service hears it from identity, and keeps a copy of its own.

`Blocked` is that copy for services which only have to keep such people out. One that decides by it,
too, notes it beside what else stands against an account. `http.door` is where it is asked for.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from contracts.envelope import Data
from contracts.identity import AccountBlocked, AccountUnblocked
from services.chassis.database.client import Database, Indexes
from services.chassis.work.inbox import Incoming
from services.chassis.work.transactions import Transaction, Transactions

INDEXES: Indexes = {"blocked": []}
"""Of `Blocked`."""
_STANDING = "standing"


class Note(Protocol):
    """A service's way to keep in its copy that an account was closed, or opened again."""

    async def __call__(self, tx: Transaction, account_id: str, *, blocked: bool) -> None:
        """Keep it, in place of what was said before."""
        ...


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


def handlers(
    transactions: Transactions, note: Note
) -> Mapping[type[Data], Callable[[Incoming[Any]], Awaitable[None]]]:
    """Event type → what to do with it. An older event changes nothing after a newer one."""

    async def heard(incoming: Incoming[AccountBlocked | AccountUnblocked]) -> None:
        data = incoming.data

        async def work(tx: Transaction) -> None:
            await note(tx, data.account_id, blocked=isinstance(data, AccountBlocked))

        await transactions.run(work, cause=incoming.latest(_STANDING))

    return {AccountBlocked: heard, AccountUnblocked: heard}
