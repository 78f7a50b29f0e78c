"""Orders and refunds at the acquirer as it tells of them: who hears late, learns nothing wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from contracts.envelope import Moment
from services.certificates.bills.domain.parts import AttemptState


class OrderState(StrEnum):
    """What became of an order, as the acquirer says it."""

    OPEN = "open"
    PAID = "paid"
    DECLINED = "declined"
    EXPIRED = "expired"


ATTEMPT_OF: Mapping[OrderState, AttemptState] = {
    OrderState.OPEN: AttemptState.OPEN,
    OrderState.PAID: AttemptState.PAID,
    OrderState.DECLINED: AttemptState.DECLINED,
    OrderState.EXPIRED: AttemptState.LAPSED,
}
"""What an order's state means for the attempt that it is."""


@dataclass(frozen=True)
class NewOrder:
    """What the acquirer is asked to have paid, under an id of ours."""

    id: str
    amount_kopecks: int
    purpose: str
    bill_number: str
    expires_at: datetime
    return_url: str


@dataclass(frozen=True)
class Paid:
    """A payment of an order."""

    id: str
    amount_kopecks: int
    paid_at: Moment


@dataclass(frozen=True)
class Order:
    """An order as it stands, with every payment of it."""

    id: str
    state: OrderState
    pay_url: str
    payments: tuple[Paid, ...] = ()


@dataclass(frozen=True)
class GivenBack:
    """A refund as it stands: `refunded_at` once the money is back."""

    id: str
    refunded_at: Moment | None = None
