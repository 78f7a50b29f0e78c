"""What a citizen is shown of a bill. Words for people are Russian."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field

from services.certificates.bills.domain.bill import BILL_LABELS, Bill, BillState
from services.certificates.bills.domain.parts import (
    ATTEMPT_LABELS,
    LINE_LABELS,
    WHY_LABELS,
    Attempt,
    AttemptState,
    Line,
    LineKind,
    Refund,
    Why,
)


class LineView(BaseModel):
    """One line of a bill."""

    kind: LineKind
    title: str
    amount_kopecks: int

    @classmethod
    def of(cls, line: Line) -> Self:
        """From the domain."""
        return cls(kind=line.kind, title=LINE_LABELS[line.kind], amount_kopecks=line.amount_kopecks)


class AttemptView(BaseModel):
    """One try to pay."""

    begun_at: datetime
    state: AttemptState
    state_label: str

    @classmethod
    def of(cls, attempt: Attempt) -> Self:
        """From the domain."""
        return cls(
            begun_at=attempt.begun_at,
            state=attempt.state,
            state_label=ATTEMPT_LABELS[attempt.state],
        )


class RefundView(BaseModel):
    """Money that goes back; `refunded_at` is empty until it has."""

    amount_kopecks: int
    why: Why
    why_label: str
    asked_at: datetime
    refunded_at: datetime | None

    @classmethod
    def of(cls, refund: Refund) -> Self:
        """From the domain."""
        return cls(
            amount_kopecks=refund.amount_kopecks,
            why=refund.why,
            why_label=WHY_LABELS[refund.why],
            asked_at=refund.asked_at,
            refunded_at=refund.refunded_at,
        )


class BillView(BaseModel):
    """A bill and, once it is paid, the receipt of it (C18)."""

    id: str
    application_id: str
    number: str = Field(description="УИН: по нему можно заплатить и в банке.")
    amount_kopecks: int
    purpose: str
    lines: list[LineView]
    state: BillState
    state_label: str
    issued_at: datetime
    expires_at: datetime
    paid_at: datetime | None
    payment_id: str | None
    attempts: list[AttemptView]
    refunds: list[RefundView]
    actions: list[str] = Field(examples=[["pay"]])

    @classmethod
    def of(cls, bill: Bill) -> Self:
        """From the domain."""
        paid = bill.paid
        return cls(
            id=bill.id,
            application_id=bill.application_id,
            number=bill.number,
            amount_kopecks=bill.amount_kopecks,
            purpose=bill.about.purpose,
            lines=[LineView.of(line) for line in bill.lines],
            state=bill.state,
            state_label=BILL_LABELS[bill.state],
            issued_at=bill.issued_at,
            expires_at=bill.expires_at,
            paid_at=paid.paid_at if paid else None,
            payment_id=paid.id if paid else None,
            attempts=[AttemptView.of(attempt) for attempt in bill.attempts],
            refunds=[RefundView.of(refund) for refund in bill.refunds],
            actions=_actions(bill),
        )


def _actions(bill: Bill) -> list[str]:
    if bill.payable:
        return ["pay"]
    return ["renew"] if bill.state is BillState.EXPIRED else []
