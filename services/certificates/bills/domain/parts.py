"""What a bill is made of: lines, attempts to pay, payments, refunds, and what it is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class LineKind(StrEnum):
    """What is paid for."""

    FEE = "fee"
    EXPRESS = "express"


LINE_LABELS: Mapping[LineKind, str] = {
    LineKind.FEE: "Медицинская справка",
    LineKind.EXPRESS: "Ускоренное рассмотрение",
}


@dataclass(frozen=True)
class Line:
    """One line of a bill."""

    kind: LineKind
    amount_kopecks: int


class AttemptState(StrEnum):
    """What became of one try to pay at the acquirer."""

    OPENING = "opening"
    OPEN = "open"
    PAID = "paid"
    DECLINED = "declined"
    LAPSED = "lapsed"


GOING_ON = (AttemptState.OPENING, AttemptState.OPEN)
ATTEMPT_LABELS: Mapping[AttemptState, str] = {
    AttemptState.OPENING: "Страница оплаты готовится",
    AttemptState.OPEN: "Ждёт оплаты",
    AttemptState.PAID: "Оплачено",
    AttemptState.DECLINED: "Банк отклонил платёж",
    AttemptState.LAPSED: "Время на оплату вышло",
}


@dataclass(frozen=True)
class Attempt:
    """One try to pay: an order at the acquirer, under this id as its idempotency key."""

    id: str
    begun_at: datetime
    until: datetime
    state: AttemptState = AttemptState.OPENING
    pay_url: str | None = None


class Channel(StrEnum):
    """How money came, and goes back."""

    ACQUIRER = "acquirer"
    TREASURY = "treasury"


@dataclass(frozen=True)
class Payment:
    """Money that came. `told_as`: how the treasury calls what came through the acquirer."""

    id: str
    channel: Channel
    amount_kopecks: int
    paid_at: datetime
    counts: bool
    told_as: str | None = None


class Why(StrEnum):
    """Why money goes back."""

    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    DEADLINE = "deadline-missed"
    TWICE = "paid-twice"
    LATE = "paid-late"
    OTHER_AMOUNT = "other-amount"
    EXPRESS_LOST = "express-lost"


WHY_LABELS: Mapping[Why, str] = {
    Why.REFUSED: "в выдаче справки отказано",
    Why.WITHDRAWN: "заявление отозвано",
    Why.DEADLINE: "срок ускоренного рассмотрения нарушен",
    Why.TWICE: "счёт уже был оплачен",
    Why.LATE: "счёт уже нельзя было оплатить",
    Why.OTHER_AMOUNT: "сумма платежа не равна сумме счёта",
    Why.EXPRESS_LOST: "ускорить не получилось: нужна дополнительная проверка",
}


@dataclass(frozen=True)
class Refund:
    """Money that goes back, until `refunded_at` says that it has."""

    id: str
    payment_id: str
    channel: Channel
    amount_kopecks: int
    why: Why
    asked_at: datetime
    refunded_at: datetime | None = None


@dataclass(frozen=True)
class About:
    """What a bill is for, as messages and receipts say it."""

    tracking_number: str
    certificate_title: str
    clinic_id: str | None = None
    clinic_name: str | None = None

    @property
    def purpose(self) -> str:
        """The purpose of the payment: banks read it, so nothing of health is in it."""
        return f"Медицинская справка по заявлению {self.tracking_number}"
