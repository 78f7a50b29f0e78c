"""What becomes of receipts; no failure of one disturbs its application (C13)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import structlog

from services.certificates.applications.actions import Cases, ReceiptOrders
from services.certificates.applications.domain import tracking
from services.certificates.deps import Deps
from services.certificates.receipts.domain import Attempt, Found, found
from services.certificates.receipts.errors import TrackingNumberMistypedError
from services.certificates.receipts.store import ReceiptStore
from services.chassis.work.timers import Due
from services.chassis.work.transactions import Cause, Transaction

log = structlog.get_logger(__name__)

RECEIPT_TIMER = "receipt"


@dataclass(frozen=True)
class Receipts:
    """Kept when they are sealed, ordered again when they could not be."""

    deps: Deps
    cases: Cases
    orders: ReceiptOrders
    store: ReceiptStore

    async def keep(self, application_id: str, document_id: str, *, cause: Cause) -> None:
        """The receipt is there, under this number of a document."""

        async def work(tx: Transaction) -> None:
            before = await self.cases.get(tx, application_id)
            await tx.cancel_timer(RECEIPT_TIMER, application_id)
            await self.cases.save(tx, before, replace(before, receipt_id=document_id))

        await self.deps.transactions.run(work, cause=cause)

    async def failed(self, application_id: str, *, cause: Cause) -> None:
        """It could not be sealed: it is ordered again later, a bounded number of times."""
        now = self.deps.now()

        async def work(tx: Transaction) -> None:
            before = await self.store.find(tx, application_id)
            attempt = (before or Attempt(application_id)).again()
            await self.store.put(tx, attempt)
            due = attempt.next_at(now)
            if due is None:
                log.error("a receipt could not be sealed", application_id=application_id)
            else:
                await tx.set_timer(RECEIPT_TIMER, application_id, due)

        await self.deps.transactions.run(work, cause=cause)

    async def retry(self, due: Due) -> None:
        """Order it again, where nobody has it."""

        async def work(tx: Transaction) -> None:
            before = await self.cases.get(tx, due.key)
            if before.receipt_id is None and before.filed is not None:
                kind = await self.cases.kind_of(before)
                await self.cases.save(
                    tx, before, before, *await self.orders.order(tx, before, kind)
                )

        await self.deps.transactions.run(work, cause=due)

    async def look_up(self, typed: str) -> Found:
        """The public check of a tracking number.

        Raises:
            TrackingNumberMistypedError: its check digit does not fit.
        """
        number = tracking.normalised(typed)
        if number is None:
            raise TrackingNumberMistypedError
        application = await self.cases.store.of_number(number)
        if application is None:
            return found(number, None, self.cases.catalogue.calendar)
        return found(number, application, await self.cases.calendar_of(None, application))
