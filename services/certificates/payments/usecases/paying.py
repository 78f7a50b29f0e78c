"""A bill paid at the acquirer: the citizen's attempt, and what the acquirer says of it (C18).

An attempt is written down before the acquirer is asked, with the timer that looks after it: whoever
dies in between has neither lost it nor made it twice.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from services.certificates.bills.actions import ORDER_TIMER, REFUND_TIMER, Bills
from services.certificates.bills.domain import verbs
from services.certificates.bills.domain.bill import Bill, bill_of
from services.certificates.bills.domain.parts import Attempt, AttemptState, Channel
from services.certificates.bills.domain.verbs import Money
from services.certificates.bills.errors import PaymentUnexpectedError, UnknownPaymentError
from services.certificates.deps import Deps
from services.certificates.payments.domain.orders import ATTEMPT_OF, GivenBack, NewOrder, Order
from services.certificates.payments.errors import AcquirerAwayError, PaymentNotSetUpError
from services.certificates.payments.gateways import Acquirer, AcquirerError
from services.certificates.payments.metrics import Outcome, PaymentMetrics
from services.certificates.payments.store import Strange, StrangePayment
from services.certificates.payments.usecases.taking import Payments
from services.chassis.foundation.clock import in_milliseconds
from services.chassis.work.timers import Due
from services.chassis.work.transactions import Cause, Transaction

_RAREST = timedelta(hours=1)


@dataclass(frozen=True)
class Paying:
    """The verbs of whoever pays, of the acquirer's callbacks, and of the timers between them."""

    deps: Deps
    bills: Bills
    payments: Payments
    strange: Strange
    acquirer: Acquirer | None

    async def pay(self, citizen_id: str, bill_id: str) -> Attempt:
        """Where the bill can be paid now: the attempt that goes on, or a new one.

        Raises:
            UnknownBillError: it is not this citizen's.
            BillNotPayableError: it is paid, or too late.
            PaymentNotSetUpError: there is no acquirer here.
            AcquirerAwayError: it does not answer; the same request again goes on.
        """
        if self.acquirer is None:
            await self.bills.store.get(None, bill_id, owner=citizen_id)
            raise PaymentNotSetUpError

        async def begin(tx: Transaction) -> Bill:
            before = await self.bills.store.get(tx, bill_id, owner=citizen_id)
            lasts = self.deps.settings.payment_lasts
            after = verbs.tried(before, lasts=lasts, now=self.deps.now())
            return await self.bills.save(tx, before, after)

        bill = await self.deps.transactions.run(begin)
        attempt = bill.attempts[-1]
        if attempt.pay_url is not None:
            return attempt
        try:
            order = await self.acquirer.order(self._wanted(bill, attempt))
        except AcquirerError as error:
            raise AcquirerAwayError from error
        return (await self.hear(order)).attempt_of(attempt.id) or attempt

    async def hear(self, order: Order, *, cause: Cause | None = None) -> Bill:
        """What the acquirer says of an order, in a callback or when asked (twice is once).

        Money that fits nothing is kept for a person, whichever way it was heard of.

        Raises:
            UnknownPaymentError: no such order was made here.
            PaymentUnexpectedError: what is told cannot be.
        """
        try:
            return await self._hear(order, cause)
        except (UnknownPaymentError, PaymentUnexpectedError) as refusal:
            if order.payments:
                kept = StrangePayment(order.id, refusal.code, self.deps.now(), order.payments)
                await self.deps.transactions.run(partial(self.strange.put, value=kept))
            raise

    async def _hear(self, order: Order, cause: Cause | None) -> Bill:
        seen: list[tuple[Bill, Bill]] = []

        async def work(tx: Transaction) -> Outcome:
            before = await self.bills.store.find(tx, bill_of(order.id))
            if before is None:
                raise UnknownPaymentError
            state = ATTEMPT_OF[order.state]
            after = verbs.attempted(before, order.id, state, pay_url=order.pay_url)
            for paid in order.payments:
                at = in_milliseconds(paid.paid_at)
                money = Money(paid.id, Channel.ACQUIRER, paid.amount_kopecks, at)
                after = await self.payments.take(tx, after, money)
            seen[:] = [(before, await self.bills.save(tx, before, after))]
            if state is AttemptState.OPEN and cause is not None:
                await tx.set_timer(ORDER_TIMER, order.id, self._next_look(_begun(after, order.id)))
            return PaymentMetrics.outcome(before, after)

        await self.payments.counted(self.deps.transactions.run(work, cause=cause))
        return seen[0][1]

    async def look(self, due: Due) -> None:
        """Ask what became of an attempt: its callback may be lost (the timer comes again)."""
        bill = await self.bills.store.find(None, bill_of(due.key))
        attempt = bill.attempt_of(due.key) if bill else None
        if bill is None or attempt is None or self.acquirer is None:
            raise AcquirerError
        order = await self.acquirer.state_of(due.key)
        if order is not None:
            try:
                await self.hear(order, cause=due)
            except PaymentUnexpectedError:  # a person has its money now; the attempt is as told
                told = replace(order, payments=())
                await self._hear(told, due)
            return
        over = self.deps.now() >= attempt.until

        async def work(tx: Transaction) -> None:
            before = await self.bills.store.get(tx, bill_of(due.key), owner=None)
            if over:  # it never came to the acquirer, and comes no more
                after = verbs.attempted(before, due.key, AttemptState.LAPSED)
                await self.bills.save(tx, before, after)
            else:
                await tx.set_timer(ORDER_TIMER, due.key, self._next_look(attempt.begun_at))

        await self.deps.transactions.run(work, cause=due)

    async def give_back(self, due: Due) -> None:
        """Have money given back; asked again until it is (the same refund, once)."""
        bill = await self.bills.store.find(None, bill_of(due.key))
        refund = bill.refund(due.key) if bill else None
        if refund is None or self.acquirer is None:
            raise AcquirerError
        given = await self.acquirer.give_back(refund.id, refund.payment_id, refund.amount_kopecks)
        await self.hear_refund(given, cause=due)

    async def hear_refund(self, given: GivenBack, *, cause: Cause | None = None) -> None:
        """What the acquirer says of a refund, in a callback or when asked.

        Raises:
            UnknownPaymentError: no such refund was asked for.
        """

        async def work(tx: Transaction) -> None:
            before = await self.bills.store.find(tx, bill_of(given.id))
            refund = before.refund(given.id) if before else None
            if before is None or refund is None:
                raise UnknownPaymentError
            if given.refunded_at is None:
                if cause is not None:
                    await tx.set_timer(REFUND_TIMER, given.id, self._next_look(refund.asked_at))
                return
            if cause is None:
                await tx.cancel_timer(REFUND_TIMER, given.id)
            await self.bills.save(
                tx, before, before.refunded(given.id, in_milliseconds(given.refunded_at))
            )

        await self.deps.transactions.run(work, cause=cause)

    def _next_look(self, since: datetime) -> datetime:
        """Soon at first, then the rarer the longer it takes: money may be days on its way back."""
        now = self.deps.now()
        return now + min(max(self.deps.settings.acquirer_poll, (now - since) / 10), _RAREST)

    def _wanted(self, bill: Bill, attempt: Attempt) -> NewOrder:
        number = bill.about.tracking_number
        return NewOrder(
            attempt.id,
            bill.amount_kopecks,
            bill.about.purpose,
            bill.number,
            attempt.until,
            f"{self.deps.public_url}/next/application#{number}",
        )


def _begun(bill: Bill, attempt_id: str) -> datetime:
    attempt = bill.attempt_of(attempt_id)
    return attempt.begun_at if attempt else bill.issued_at
