"""What the features above do to bills inside their own transactions.

Each change of a bill is kept by `save`, which tells of it and sets what has to happen by itself: no
verb can forget either.
"""

from __future__ import annotations

from dataclasses import dataclass

from services.certificates.bills import events
from services.certificates.bills.domain import verbs
from services.certificates.bills.domain.bill import Bill
from services.certificates.bills.domain.parts import About, Channel, LineKind, Why
from services.certificates.bills.store import BillStore
from services.certificates.deps import Deps
from services.chassis.work.transactions import Transaction

EXPIRY_TIMER = "bill-expiry"
"""Ends a bill that nobody paid; its key is the bill."""
ORDER_TIMER = "payment-order"
"""Asks the acquirer what became of an attempt; its key is the attempt."""
REFUND_TIMER = "refund"
"""Has the acquirer give money back; its key is the refund."""


@dataclass(frozen=True)
class Bills:
    """The bills of applications."""

    deps: Deps
    store: BillStore

    async def issue(
        self,
        tx: Transaction,
        application_id: str,
        citizen_id: str,
        about: About,
        *,
        fee_kopecks: int,
        express_kopecks: int,
    ) -> Bill:
        """Make the next bill of an application; of two at once one finds the other's."""
        settings, before = self.deps.settings, await self.store.of_application(tx, application_id)
        bill = verbs.issued(
            application_id,
            citizen_id,
            about,
            ordinal=len(before) + 1,
            fee_kopecks=fee_kopecks,
            express_kopecks=express_kopecks,
            payee=settings.payee,
            valid=settings.bill_valid,
            now=self.deps.now(),
        )
        await tx.set_timer(EXPIRY_TIMER, bill.id, bill.expires_at)
        return await self.store.add(tx, bill, events.issued(bill))

    async def latest(self, tx: Transaction | None, application_id: str) -> Bill | None:
        """The last bill of an application, if it has any."""
        found = await self.store.of_application(tx, application_id)
        return found[-1] if found else None

    async def save(self, tx: Transaction, before: Bill, after: Bill) -> Bill:
        """Keep what happened to a bill, tell of it, and set the timers of what follows."""
        if after is before:
            return before
        now = self.deps.now()
        if before.payable and not after.payable:
            await tx.cancel_timer(EXPIRY_TIMER, after.id)
        if after.payable and before.attempt is not None and after.attempt is None:
            await tx.set_timer(EXPIRY_TIMER, after.id, after.expires_at)  # it may have waited
        for attempt in after.attempts[len(before.attempts) :]:
            poll = now + self.deps.settings.acquirer_poll
            await tx.set_timer(ORDER_TIMER, attempt.id, min(poll, attempt.until))
        for refund in events.new_refunds(before, after):
            if refund.channel is Channel.ACQUIRER:
                await tx.set_timer(REFUND_TIMER, refund.id, now)
        return await self.store.save(tx, after, *events.of_change(before, after))

    async def close(self, tx: Transaction, application_id: str, why: Why, *, refund: bool) -> None:
        """The application ended: nobody has to pay; what was paid goes back if the type says so."""
        for before in await self.store.of_application(tx, application_id):
            after = verbs.cancelled(before)
            if refund:
                after = verbs.given_back(after, why, self.deps.now())
            await self.save(tx, before, after)

    async def refund_express(
        self, tx: Transaction, application_id: str, why: Why = Why.DEADLINE
    ) -> int:
        """What the class express cost goes back, once: so many kopecks (C16, e14).

        Its deadline was missed, or it could not be had.
        """
        back = 0
        for before in await self.store.of_application(tx, application_id):
            after = verbs.given_back(before, why, self.deps.now(), only=LineKind.EXPRESS)
            back += sum(r.amount_kopecks for r in events.new_refunds(before, after))
            await self.save(tx, before, after)
        return back
