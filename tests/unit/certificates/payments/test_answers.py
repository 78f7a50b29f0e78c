"""What other systems answer is held against what it is about (C18, C42)."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta

import pytest

from services.certificates.applications.domain.application import Application
from services.certificates.payments import domain as answers
from services.certificates.payments.domain import Payment
from services.certificates.payments.errors import PaymentUnexpectedError
from tests.support.services.certificates.builders import CATALOGUE, FORM_086, NOW, a_waiting

LATER = NOW + timedelta(days=3)


def paid(payment: Payment) -> Application:
    return answers.paid(a_waiting(), FORM_086, payment, calendar=CATALOGUE.calendar, now=LATER)


@pytest.mark.parametrize(
    ("paid_at", "taken"),
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
    paid_at: datetime, taken: bool
) -> None:
    payment = Payment("pay-1", FORM_086.fee_kopecks, paid_at)
    with nullcontext() if taken else pytest.raises(PaymentUnexpectedError):
        assert paid(payment).paid_at == paid_at
