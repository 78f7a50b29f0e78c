"""What happens to a bill: it is issued, tried, paid, closed, and its money goes back (C18, d8)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.certificates.bills.domain.bill import OPEN, Bill, BillState
from services.certificates.bills.domain.numbers import bill_number
from services.certificates.bills.domain.parts import (
    GOING_ON,
    About,
    Attempt,
    AttemptState,
    Channel,
    Line,
    LineKind,
    Payment,
    Why,
)
from services.certificates.bills.errors import (
    BillNotPayableError,
    PaymentUnexpectedError,
    TooManyAttemptsError,
    UnknownPaymentError,
)

SKEW = timedelta(minutes=2)
"""How far the clocks of two systems may be apart."""
MOST_ATTEMPTS = 20
"""Who has declined so often will not pay; nobody makes orders without end."""
MOST_KOPECKS = 100_000_000_000
"""A milliard roubles: beyond it nobody paid a bill of ours."""
_OF_A_LINE = (Why.DEADLINE, Why.EXPRESS_LOST)
"""Why the price of express alone goes back: late first and slowed later, it goes back once."""
_AMOUNT = "такой суммы не бывает"
_TIME = "время платежа раньше счёта или ещё не наступило"
_CHANGED = "о том же платеже раньше сообщали другую сумму"


@dataclass(frozen=True)
class Money:
    """A payment as the acquirer or the treasury tells of it.

    `acquirer_payment_id` is what the treasury says where the money came through the acquirer:
    without it the money is another's.
    """

    id: str
    channel: Channel
    amount_kopecks: int
    paid_at: datetime
    acquirer_payment_id: str | None = None


def issued(
    application_id: str,
    citizen_id: str,
    about: About,
    *,
    ordinal: int,
    fee_kopecks: int,
    express_kopecks: int,
    payee: str,
    valid: timedelta,
    now: datetime,
) -> Bill:
    """A new bill, to be paid within `valid`. Its id is made of what it is for, so it is one."""
    bill_id = f"{application_id}-{ordinal}"
    lines = (Line(LineKind.FEE, fee_kopecks), Line(LineKind.EXPRESS, express_kopecks))
    return Bill(
        bill_id,
        application_id,
        citizen_id,
        ordinal,
        bill_number(payee, bill_id),
        about,
        tuple(line for line in lines if line.amount_kopecks > 0),
        issued_at=now,
        expires_at=now + valid,
    )


def tried(bill: Bill, *, lasts: timedelta, now: datetime) -> Bill:
    """The bill with an attempt that can be gone on with: the one that is there, or a new one.

    Raises:
        BillNotPayableError: it is paid, or too late.
        TooManyAttemptsError: each is an order at the acquirer and a timer of ours.
    """
    if not bill.payable or now >= bill.expires_at:
        raise BillNotPayableError(bill.state if not bill.payable else BillState.EXPIRED)
    if bill.attempt is not None and now < bill.attempt.until:
        return bill
    if len(bill.attempts) >= MOST_ATTEMPTS:
        raise TooManyAttemptsError(MOST_ATTEMPTS)
    attempt = Attempt(f"{bill.id}.{len(bill.attempts) + 1}", now, min(now + lasts, bill.expires_at))
    return bill.changed(attempts=(*bill.attempts, attempt))


def attempted(
    bill: Bill, attempt_id: str, state: AttemptState, *, pay_url: str | None = None
) -> Bill:
    """The bill whose attempt has come that far; one that ended stays as it ended.

    Raises:
        UnknownPaymentError: there is no such attempt.
    """
    found = bill.attempt_of(attempt_id)
    if found is None:
        raise UnknownPaymentError
    after = replace(found, state=state, pay_url=pay_url or found.pay_url)
    over = found.state not in GOING_ON and state is not AttemptState.PAID
    if after == found or over:
        return bill
    return bill.changed(attempts=tuple(after if a is found else a for a in bill.attempts))


def took(bill: Bill, money: Money, *, wanted: bool, now: datetime) -> Bill:
    """The bill with money that came; told again it changes nothing.

    `wanted`: the application still owes exactly this bill. What pays nothing goes back: a second
    payment, one that comes too late, one of another amount.

    Raises:
        PaymentUnexpectedError: what is told cannot be, or is not what was told before.
    """
    if not 0 < money.amount_kopecks <= MOST_KOPECKS:
        raise PaymentUnexpectedError(_AMOUNT)
    if not bill.issued_at - SKEW <= money.paid_at <= now + SKEW:
        raise PaymentUnexpectedError(_TIME)
    known = bill.payment(money.id) or bill.payment(money.acquirer_payment_id or money.id)
    if known is not None:
        if known.amount_kopecks != money.amount_kopecks:
            raise PaymentUnexpectedError(_CHANGED)
        if money.acquirer_payment_id is None or known.told_as is not None:
            return bill
        twin = replace(known, told_as=money.id)
        return bill.changed(payments=tuple(twin if p is known else p for p in bill.payments))
    why = _too_much(bill, money, wanted=wanted)
    through = money.acquirer_payment_id
    payment = Payment(
        through or money.id,
        Channel.ACQUIRER if through else money.channel,
        money.amount_kopecks,
        money.paid_at,
        counts=why is None,
        told_as=money.id if through else None,
    )
    after = bill.changed(payments=(*bill.payments, payment))
    return after if why is None else after.with_refund(payment, payment.amount_kopecks, why, now)


def _too_much(bill: Bill, money: Money, *, wanted: bool) -> Why | None:
    if bill.paid is not None:
        return Why.TWICE
    in_time = money.paid_at <= bill.expires_at + SKEW
    if not wanted or bill.state not in (*OPEN, BillState.EXPIRED) or not in_time:
        return Why.LATE
    return None if money.amount_kopecks == bill.amount_kopecks else Why.OTHER_AMOUNT


def expired(bill: Bill, now: datetime) -> Bill:
    """The bill past its time; an attempt that goes on is waited for."""
    if not bill.payable or now < bill.expires_at or bill.attempt is not None:
        return bill
    return bill.changed(closed=BillState.EXPIRED)


def cancelled(bill: Bill) -> Bill:
    """The bill that nobody has to pay any more."""
    return bill.changed(closed=BillState.CANCELLED) if bill.payable else bill


def given_back(bill: Bill, why: Why, now: datetime, *, only: LineKind | None = None) -> Bill:
    """The paid bill with everything that is left of its payment going back, or one line of it.

    A line goes back once, for whichever reason comes first.
    """
    paid = bill.paid
    if paid is None:
        return bill
    wanted = [line.amount_kopecks for line in bill.lines if only in (None, line.kind)]
    if only is not None and any(r.why in _OF_A_LINE for r in bill.refunds):
        return bill
    return bill.with_refund(paid, sum(wanted), why, now)
