"""What certificates says of money: bills, and what goes back (REQUIREMENTS C18, d8)."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from contracts.envelope import Data, Moment, Text


class RefundReason(StrEnum):
    """Why money goes back (REQUIREMENTS C18, d8)."""

    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    DEADLINE_MISSED = "deadline-missed"
    PAID_TWICE = "paid-twice"
    PAID_LATE = "paid-late"
    OTHER_AMOUNT = "other-amount"
    EXPRESS_LOST = "express-lost"


class BillIssued(Data):
    """An application has to be paid (C18): so much, under this number of the treasury (УИН).

    `reference_id` is the application; the events of a bill are in the order of the bill.
    """

    TYPE: ClassVar[str] = "certificates.bill-issued.v1"
    bill_id: str
    reference_id: str
    tracking_number: str
    citizen_id: str
    certificate_title: str
    bill_number: str
    amount_kopecks: int
    purpose: str
    expires_at: Moment
    clinic_id: str | None = None
    clinic_name: str | None = None


class BillPaid(Data):
    """A bill was paid, once, whoever told of it."""

    TYPE: ClassVar[str] = "certificates.bill-paid.v1"
    bill_id: str
    reference_id: str
    tracking_number: str
    citizen_id: str
    certificate_title: str
    bill_number: str
    amount_kopecks: int
    payment_id: str
    paid_at: Moment


class BillExpired(Data):
    """Nobody paid in time; the citizen may ask for a new bill."""

    TYPE: ClassVar[str] = "certificates.bill-expired.v1"
    bill_id: str
    reference_id: str
    tracking_number: str
    citizen_id: str
    certificate_title: str
    bill_number: str
    amount_kopecks: int


class BillCancelled(Data):
    """The bill need not be paid: the application was withdrawn or refused before it was."""

    TYPE: ClassVar[str] = "certificates.bill-cancelled.v1"
    bill_id: str
    reference_id: str
    bill_number: str


class RefundOrdered(Data):
    """The treasury is to return money that it took for a bill, or for what was none any more."""

    TYPE: ClassVar[str] = "certificates.refund-ordered.v1"
    bill_id: str
    reference_id: str
    bill_number: str
    refund_id: str
    payment_id: str
    amount_kopecks: int
    reason: RefundReason


class BillRefunded(Data):
    """Money is back with who paid: all of it, or a part, such as the express fee (X8)."""

    TYPE: ClassVar[str] = "certificates.bill-refunded.v1"
    bill_id: str
    reference_id: str
    tracking_number: str
    citizen_id: str
    certificate_title: str
    bill_number: str
    refund_id: str
    payment_id: str
    amount_kopecks: int
    reason: RefundReason
    refunded_at: Moment


class ExemptionRejected(Data):
    """The proof shows no exemption: the fee is owed after all; a bill follows (C18, d8)."""

    TYPE: ClassVar[str] = "certificates.exemption-rejected.v1"
    application_id: str
    tracking_number: str
    citizen_id: str
    certificate_title: str
    amount_kopecks: int
    reason: Text
    clinic_id: str | None = None
    clinic_name: str | None = None
