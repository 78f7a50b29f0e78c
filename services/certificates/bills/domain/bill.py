"""A bill: what is asked for an application, and every kopeck that came for it (C18, d8).

Frozen values. The state follows from what is written down: nobody sets it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from services.certificates.bills.domain.parts import (
    GOING_ON,
    About,
    Attempt,
    AttemptState,
    Line,
    Payment,
    Refund,
    Why,
)
from services.certificates.bills.errors import UnknownPaymentError


class BillState(StrEnum):
    """How a bill stands. `failed`: the last attempt came to nothing, another may be made."""

    UNPAID = "unpaid"
    FAILED = "failed"
    PAID = "paid"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REFUNDING = "refunding"
    REFUNDED = "refunded"


OPEN = (BillState.UNPAID, BillState.FAILED)
"""It can be paid."""
BILL_LABELS: Mapping[BillState, str] = {
    BillState.UNPAID: "Ожидает оплаты",
    BillState.FAILED: "Оплата не прошла, можно повторить",
    BillState.PAID: "Оплачен",
    BillState.EXPIRED: "Срок оплаты истёк",
    BillState.CANCELLED: "Отменён: платить не нужно",
    BillState.REFUNDING: "Деньги возвращаются",
    BillState.REFUNDED: "Деньги возвращены",
}


@dataclass(frozen=True)
class Bill:
    """One bill of one application; the later ones of it have higher ordinals.

    `closed` is set where it ended unpaid: expired, or cancelled. `refund_since` is when the oldest
    refund was asked for that has not gone back yet.
    """

    id: str
    application_id: str
    citizen_id: str
    ordinal: int
    number: str
    about: About
    lines: tuple[Line, ...]
    issued_at: datetime
    expires_at: datetime
    state: BillState = BillState.UNPAID
    revision: int = 0
    version: int = 0
    closed: BillState | None = None
    attempts: tuple[Attempt, ...] = ()
    payments: tuple[Payment, ...] = ()
    refunds: tuple[Refund, ...] = ()
    refund_since: datetime | None = None

    @property
    def amount_kopecks(self) -> int:
        """What is to be paid."""
        return sum(line.amount_kopecks for line in self.lines)

    @property
    def payable(self) -> bool:
        """Whether it can be paid."""
        return self.state in OPEN

    @property
    def paid(self) -> Payment | None:
        """The payment that paid it."""
        return next((p for p in self.payments if p.counts), None)

    @property
    def attempt(self) -> Attempt | None:
        """The last try to pay, where it goes on."""
        last = self.attempts[-1] if self.attempts else None
        return last if last is not None and last.state in GOING_ON else None

    def payment(self, payment_id: str) -> Payment | None:
        """The payment of that id, whoever calls it so."""
        return next((p for p in self.payments if payment_id in (p.id, p.told_as)), None)

    def attempt_of(self, attempt_id: str) -> Attempt | None:
        """The try to pay of that id."""
        return next((a for a in self.attempts if a.id == attempt_id), None)

    def refund(self, refund_id: str) -> Refund | None:
        """The refund of that id."""
        return next((r for r in self.refunds if r.id == refund_id), None)

    def kept(self, payment: Payment) -> int:
        """What of a payment is not going back, in kopecks."""
        gone = sum(r.amount_kopecks for r in self.refunds if r.payment_id == payment.id)
        return payment.amount_kopecks - gone

    def changed(self, **changes: Any) -> Bill:
        """The bill with these changes, standing as they say."""
        after = replace(self, **changes)
        waiting = [r.asked_at for r in after.refunds if r.refunded_at is None]
        return replace(after, state=_stands(after), refund_since=min(waiting, default=None))

    def with_refund(self, payment: Payment, amount_kopecks: int, why: Why, now: datetime) -> Bill:
        """The bill with so much of a payment going back; nothing more than there is of it."""
        amount = min(amount_kopecks, self.kept(payment))
        if amount <= 0:
            return self
        refund = Refund(
            f"{self.id}.r{len(self.refunds) + 1}", payment.id, payment.channel, amount, why, now
        )
        return self.changed(refunds=(*self.refunds, refund))

    def refunded(self, refund_id: str, at: datetime) -> Bill:
        """The bill whose money went back; told again it changes nothing.

        Raises:
            UnknownPaymentError: no such refund was asked for.
        """
        found = self.refund(refund_id)
        if found is None:
            raise UnknownPaymentError
        if found.refunded_at is not None:
            return self
        done = replace(found, refunded_at=at)
        return self.changed(refunds=tuple(done if r is found else r for r in self.refunds))


def _stands(bill: Bill) -> BillState:
    paid = bill.paid
    if paid is not None:
        if bill.kept(paid):
            return BillState.PAID
        back = [r.refunded_at for r in bill.refunds if r.payment_id == paid.id]
        return BillState.REFUNDED if None not in back else BillState.REFUNDING
    if bill.closed is not None:
        return bill.closed
    last = bill.attempts[-1].state if bill.attempts else None
    failed = last in (AttemptState.DECLINED, AttemptState.LAPSED)
    return BillState.FAILED if failed else BillState.UNPAID


def bill_of(key: str) -> str:
    """The id of the bill that an attempt or a refund of this id belongs to."""
    return key.rpartition(".")[0] or key
