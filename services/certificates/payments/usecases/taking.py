"""Money that came: it counts once, for one bill, whoever tells of it (d8)."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime

from services.certificates.applications.actions import Cases
from services.certificates.bills.actions import Bills
from services.certificates.bills.domain import verbs
from services.certificates.bills.domain.bill import Bill
from services.certificates.bills.domain.verbs import Money
from services.certificates.bills.errors import PaymentUnexpectedError, UnknownPaymentError
from services.certificates.deps import Deps
from services.certificates.payments.domain import applications
from services.certificates.payments.metrics import Outcome, PaymentMetrics
from services.chassis.foundation.errors import DuplicateError
from services.chassis.work.transactions import Cause, Transaction

_SPENT = "он уже учтён в другом счёте"
_OTHER_REFUND = "возвращена другая сумма"
_NOTHING_DUE = "за заявление ничего не нужно платить"


@dataclass(frozen=True)
class Payments:
    """Takes money in the transaction of whoever tells of it, and what the treasury tells."""

    deps: Deps
    cases: Cases
    bills: Bills
    metrics: PaymentMetrics

    async def take(self, tx: Transaction, bill: Bill, money: Money) -> Bill:
        """The bill with this money; its application goes on where that pays it.

        Raises:
            PaymentUnexpectedError: what is told cannot be.
        """
        application = await self.cases.get(tx, bill.application_id)
        latest = await self.bills.latest(tx, bill.application_id)
        wanted = applications.wants(application) and latest is not None and latest.id == bill.id
        now = self.deps.now()
        after = verbs.took(bill, money, wanted=wanted, now=now)
        payment = after.paid
        if payment is None or bill.paid is not None:
            return after
        kind = await self.cases.kind_of(application)
        calendar = await self.cases.calendar_of(tx, application)
        done = applications.paid(application, kind, payment, calendar=calendar, now=now)
        await self.cases.save(tx, application, done)
        return after

    async def note(
        self, application_id: str, money: Money, bill_number: str | None, *, cause: Cause
    ) -> None:
        """The treasury has money for an application: for its last bill, unless it names one.

        Raises:
            NotFoundError: there is no such application.
            PaymentUnexpectedError: there is no such bill, or what is told cannot be.
        """

        async def work(tx: Transaction) -> Outcome:
            await self.cases.get(tx, application_id)
            bills = await self.bills.store.of_application(tx, application_id)
            named = [bill for bill in bills if bill_number in (None, bill.number)]
            known = [bill for bill in bills if bill.payment(money.id)]
            if not named:
                raise PaymentUnexpectedError(_NOTHING_DUE)
            before = (known or named)[-1]
            after = await self.take(tx, before, money)
            await self.bills.save(tx, before, after)
            return PaymentMetrics.outcome(before, after)

        await self.counted(self.deps.transactions.run(work, cause=cause))

    async def note_refund(
        self,
        application_id: str,
        refund_id: str,
        amount_kopecks: int,
        at: datetime,
        *,
        cause: Cause,
    ) -> None:
        """The treasury returned money that it was ordered to.

        Raises:
            UnknownPaymentError: it was not.
            PaymentUnexpectedError: not so much.
        """

        async def work(tx: Transaction) -> None:
            bills = await self.bills.store.of_application(tx, application_id)
            before = next((bill for bill in bills if bill.refund(refund_id)), None)
            refund = before.refund(refund_id) if before else None
            if before is None or refund is None:
                raise UnknownPaymentError
            if refund.amount_kopecks != amount_kopecks:
                raise PaymentUnexpectedError(_OTHER_REFUND)
            await self.bills.save(tx, before, before.refunded(refund_id, at))

        await self.deps.transactions.run(work, cause=cause)

    async def counted(self, doing: Awaitable[Outcome]) -> None:
        """Count what became of it once it is committed.

        Raises:
            PaymentUnexpectedError: the money is another bill's.
        """
        try:
            outcome = await doing
        except DuplicateError as error:
            raise PaymentUnexpectedError(_SPENT) from error
        self.metrics.payments.labels(outcome).inc()
