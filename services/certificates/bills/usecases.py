"""What a citizen sees of bills, and the timer that ends one."""

from __future__ import annotations

from dataclasses import dataclass

from services.certificates.bills.actions import EXPIRY_TIMER, Bills
from services.certificates.bills.domain import verbs
from services.certificates.bills.domain.bill import Bill
from services.certificates.bills.metrics import BillMetrics
from services.certificates.deps import Deps
from services.chassis.database.pages import Page
from services.chassis.work.timers import Due
from services.chassis.work.transactions import Transaction


@dataclass(frozen=True)
class OwnBills:
    """Everything is found by its owner, or not at all."""

    deps: Deps
    bills: Bills
    metrics: BillMetrics

    async def page(self, citizen_id: str, *, after: str | None, limit: int) -> Page[Bill]:
        """The citizen's bills, newest first."""
        return await self.bills.store.of_citizen(citizen_id, after=after, limit=limit)

    async def one(self, citizen_id: str, bill_id: str) -> Bill:
        """One bill of this citizen.

        Raises:
            UnknownBillError: there is none, or it is somebody else's.
        """
        return await self.bills.store.get(None, bill_id, owner=citizen_id)

    async def expire(self, due: Due) -> None:
        """Nobody paid in time. An attempt that goes on is waited for: money may be on its way."""

        async def work(tx: Transaction) -> None:
            before = await self.bills.store.get(tx, due.key, owner=None)
            now = self.deps.now()
            after = verbs.expired(before, now)
            if after is before and before.payable:
                again = max(before.expires_at, now + self.deps.settings.acquirer_poll)
                await tx.set_timer(EXPIRY_TIMER, before.id, again)
                return
            await self.bills.save(tx, before, after)

        await self.deps.transactions.run(work, cause=due)

    async def measure(self) -> None:
        """Set the gauges of how the bills stand now."""
        store = self.bills.store
        self.metrics.set(await store.counted(), await store.refunding_since(), self.deps.now())
