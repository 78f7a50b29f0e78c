"""A bill and the money that comes for it (C18, d8, X6): one charge, whatever is told how often."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from services.certificates.bills.domain import verbs
from services.certificates.bills.domain.bill import Bill, BillState
from services.certificates.bills.domain.numbers import bill_number, check_digit
from services.certificates.bills.domain.parts import About, AttemptState, Channel, LineKind, Why
from services.certificates.bills.domain.verbs import Money
from services.certificates.bills.errors import (
    BillNotPayableError,
    PaymentUnexpectedError,
    TooManyAttemptsError,
    UnknownPaymentError,
)
from tests.support.services.certificates.builders import NOW

VALID, LASTS = timedelta(days=3), timedelta(minutes=20)
LATER = NOW + timedelta(hours=1)


def a_bill(*, fee: int = 125_000, express: int = 0) -> Bill:
    about = About("4829-1730-5584", "Медицинская справка по форме 086/у")
    return verbs.issued(
        "app-1",
        "anna",
        about,
        ordinal=1,
        fee_kopecks=fee,
        express_kopecks=express,
        payee="12345678",
        valid=VALID,
        now=NOW,
    )


def money(id_: str = "pay-1", amount: int = 125_000, at: datetime = LATER, **more: str) -> Money:
    return Money(id_, Channel.ACQUIRER, amount, at, **more)


def took(bill: Bill, *told: Money, wanted: bool = True, now: datetime = LATER) -> Bill:
    for one in told:
        bill = verbs.took(bill, one, wanted=wanted, now=now)
    return bill


def test_c18_a_bill_says_what_is_paid_for_and_nothing_of_health() -> None:
    bill = a_bill(express=50_000)
    assert bill.amount_kopecks == 175_000
    assert [line.kind for line in bill.lines] == [LineKind.FEE, LineKind.EXPRESS]
    assert "086" not in bill.about.purpose
    assert bill.state is BillState.UNPAID


def test_c18_the_number_has_a_check_digit() -> None:
    """One wrong digit is seen; a number is the same for the same bill."""
    number = a_bill().number
    assert number == bill_number("12345678", "app-1-1")
    assert len(number) == 25
    body, last = number[:-1], number[-1]
    assert check_digit(body) == last
    for place in range(24):
        wrong = f"{body[:place]}{(int(body[place]) + 1) % 10}{body[place + 1 :]}"
        assert check_digit(wrong) != last
    assert check_digit("1" * 24) == "7"  # 120 leaves 10 of 11: once more from 3, and 128 leaves 7


def test_x6_money_counts_once_whatever_is_told_again() -> None:
    paid = took(a_bill(), money(), money(), money())
    assert paid.state is BillState.PAID
    assert len(paid.payments) == 1
    assert paid.refunds == ()


def test_x6_what_is_too_much_goes_back_once() -> None:
    """Paid twice: the second payment goes back, in whatever order both are told, how often."""
    for first, second in permutations((money("a"), money("b"))):
        bill = took(a_bill(), first, second, second, first)
        assert bill.state is BillState.PAID
        (refund,) = bill.refunds
        assert (refund.payment_id, refund.why) == (second.id, Why.TWICE)
        assert refund.amount_kopecks == 125_000


@pytest.mark.parametrize("amount", [1, 124_999, 125_001, 250_000])
def test_c18_another_amount_pays_nothing_and_goes_back(amount: int) -> None:
    bill = took(a_bill(), money(amount=amount))
    assert bill.state is BillState.UNPAID
    assert [(r.amount_kopecks, r.why) for r in bill.refunds] == [(amount, Why.OTHER_AMOUNT)]
    assert took(bill, money("pay-2")).state is BillState.PAID


def test_c18_late_money_goes_back() -> None:
    """After the bill's end, or when the application needs it no more."""
    end = NOW + VALID
    gone = verbs.expired(a_bill(), end)
    late = took(gone, money(at=end + timedelta(hours=1)), now=end + timedelta(hours=2))
    assert (late.state, late.refunds[0].why) == (BillState.EXPIRED, Why.LATE)
    off = took(verbs.cancelled(a_bill()), money(), wanted=False)
    assert (off.state, off.refunds[0].why) == (BillState.CANCELLED, Why.LATE)


def test_c18_money_that_came_in_time_counts_though_it_is_told_late() -> None:
    end = NOW + VALID
    gone = verbs.expired(a_bill(), end)
    assert gone.state is BillState.EXPIRED
    assert took(gone, money(at=LATER), now=end + VALID).state is BillState.PAID
    other = took(gone, money(at=LATER), now=end + VALID, wanted=False)
    assert other.state is BillState.EXPIRED
    assert other.refunds[0].why is Why.LATE


@pytest.mark.parametrize(
    ("at", "taken"),
    [
        (NOW, True),
        (NOW - timedelta(minutes=1), True),  # their clock is behind
        (LATER + timedelta(minutes=1), True),  # or ahead
        (NOW - timedelta(minutes=3), False),
        (LATER + timedelta(minutes=3), False),
        (datetime(1900, 1, 1, tzinfo=UTC), False),
        (datetime(2199, 12, 31, tzinfo=UTC), False),
    ],
)
def test_c18_a_payment_is_made_after_the_bill_and_not_in_the_future(
    at: datetime, taken: bool
) -> None:
    with nullcontext() if taken else pytest.raises(PaymentUnexpectedError):
        assert took(a_bill(), money(at=at)).state is BillState.PAID


@pytest.mark.parametrize("amount", [0, -5, 10**30])
def test_c18_an_amount_that_cannot_be_is_kept_for_a_person(amount: int) -> None:
    with pytest.raises(PaymentUnexpectedError):
        took(a_bill(), money(amount=amount))
    with pytest.raises(PaymentUnexpectedError):  # the same payment, with another amount
        took(a_bill(), money(), money(amount=1))


def test_d8_the_same_money_from_both_sides_counts_once() -> None:
    """The treasury names the acquirer's payment; whoever tells first."""
    direct = money("pay-1")
    told = Money("t-1", Channel.TREASURY, 125_000, LATER, acquirer_payment_id="pay-1")
    for order in permutations((direct, told)):
        bill = took(a_bill(), *order, *order)
        (payment,) = bill.payments
        assert (payment.id, payment.told_as, payment.channel) == ("pay-1", "t-1", Channel.ACQUIRER)
        assert bill.refunds == ()
    own = took(a_bill(), direct, Money("t-2", Channel.TREASURY, 125_000, LATER))
    assert [(r.channel, r.why) for r in own.refunds] == [(Channel.TREASURY, Why.TWICE)]


def test_c18_an_attempt_goes_on_until_it_ends() -> None:
    """Asked again it is the same one; after a decline another may be made."""
    bill = verbs.tried(a_bill(), lasts=LASTS, now=NOW)
    assert verbs.tried(bill, lasts=LASTS, now=NOW) is bill
    opened = verbs.attempted(bill, "app-1-1.1", AttemptState.OPEN, pay_url="https://bank")
    assert opened.attempt is not None
    assert opened.attempt.pay_url == "https://bank"
    failed = verbs.attempted(opened, "app-1-1.1", AttemptState.DECLINED)
    assert failed.state is BillState.FAILED
    assert verbs.attempted(failed, "app-1-1.1", AttemptState.OPEN) is failed  # told too late
    again = verbs.tried(failed, lasts=LASTS, now=LATER)
    assert [a.id for a in again.attempts] == ["app-1-1.1", "app-1-1.2"]
    with pytest.raises(UnknownPaymentError):
        verbs.attempted(again, "app-1-1.3", AttemptState.PAID)


def test_c18_a_bill_ends_unless_an_attempt_goes_on() -> None:
    end = NOW + VALID
    bill = a_bill()
    assert verbs.expired(bill, end - LASTS) is bill
    trying = verbs.tried(bill, lasts=LASTS, now=end - timedelta(minutes=1))
    assert trying.attempt is not None
    assert trying.attempt.until == end
    assert verbs.expired(trying, end) is trying
    over = verbs.attempted(trying, trying.attempt.id, AttemptState.LAPSED)
    assert verbs.expired(over, end).state is BillState.EXPIRED


@pytest.mark.parametrize("what", ["paid", "expired", "cancelled", "time"])
def test_c18_what_cannot_be_paid_says_why(what: str) -> None:
    bill, now = a_bill(), LATER
    if what == "paid":
        bill = took(bill, money())
    elif what == "cancelled":
        bill = verbs.cancelled(bill)
    else:
        now = NOW + VALID
        bill = verbs.expired(bill, now) if what == "expired" else bill
    with pytest.raises(BillNotPayableError) as refused:
        verbs.tried(bill, lasts=LASTS, now=now)
    assert refused.value.detail.startswith("С")


def test_c18_money_goes_back_once_and_never_more_than_came() -> None:
    """The express part first, then what is left, then nothing."""
    bill = took(a_bill(express=50_000), money(amount=175_000))
    for _ in range(2):
        bill = verbs.given_back(bill, Why.DEADLINE, LATER, only=LineKind.EXPRESS)
    assert (bill.state, bill.refund_since) == (BillState.PAID, LATER)
    for _ in range(2):
        bill = verbs.given_back(bill, Why.WITHDRAWN, LATER)
    assert [r.amount_kopecks for r in bill.refunds] == [50_000, 125_000]
    assert bill.state is BillState.REFUNDING
    for refund in bill.refunds:
        bill = bill.refunded(refund.id, LATER)
        assert bill.refunded(refund.id, LATER) is bill
    assert (bill.state, bill.refund_since) == (BillState.REFUNDED, None)
    assert verbs.given_back(a_bill(), Why.WITHDRAWN, LATER).refunds == ()


@pytest.mark.parametrize("first", [Why.DEADLINE, Why.EXPRESS_LOST])
def test_c16_the_price_of_express_goes_back_once_though_it_is_late_and_slowed(first: Why) -> None:
    bill = took(a_bill(express=62_500), money(amount=187_500))
    for why in (first, Why.DEADLINE, Why.EXPRESS_LOST):
        bill = verbs.given_back(bill, why, LATER, only=LineKind.EXPRESS)
    assert [(r.amount_kopecks, r.why) for r in bill.refunds] == [(62_500, first)]
    assert bill.kept(bill.payments[0]) == 125_000


def test_c18_a_bill_is_not_tried_without_end() -> None:
    bill = a_bill()
    for _ in range(verbs.MOST_ATTEMPTS):
        bill = verbs.tried(bill, lasts=VALID, now=NOW)
        last = bill.attempts[-1]
        assert verbs.tried(bill, lasts=VALID, now=NOW) is bill  # the one that goes on is no other
        bill = verbs.attempted(bill, last.id, AttemptState.DECLINED)
    with pytest.raises(TooManyAttemptsError):
        verbs.tried(bill, lasts=VALID, now=NOW)
