"""What is told of bills: domain → contract. The difference between two states is what happened."""

from __future__ import annotations

from typing import TypedDict

from contracts import bills as contract
from contracts.envelope import Data
from services.certificates.bills.domain.bill import Bill, BillState
from services.certificates.bills.domain.parts import Channel, Payment, Refund


class _Known(TypedDict):
    bill_id: str
    reference_id: str
    bill_number: str


class _Of(_Known):
    tracking_number: str
    citizen_id: str
    certificate_title: str


def _known(bill: Bill) -> _Known:
    return {
        "bill_id": bill.id,
        "reference_id": bill.application_id,
        "bill_number": bill.number,
    }


def _of(bill: Bill) -> _Of:
    return {
        **_known(bill),
        "tracking_number": bill.about.tracking_number,
        "citizen_id": bill.citizen_id,
        "certificate_title": bill.about.certificate_title,
    }


def issued(bill: Bill) -> contract.BillIssued:
    """A bill was made."""
    return contract.BillIssued(
        **_of(bill),
        amount_kopecks=bill.amount_kopecks,
        purpose=bill.about.purpose,
        expires_at=bill.expires_at,
        clinic_id=bill.about.clinic_id,
        clinic_name=bill.about.clinic_name,
    )


def of_change(before: Bill, after: Bill) -> list[Data]:
    """What happened to a bill; no verb can forget to tell it."""
    told: list[Data] = []
    if after.paid is not None and before.paid is None:
        told.append(_paid(after, after.paid))
    if after.closed is BillState.EXPIRED and before.closed is None:
        told.append(contract.BillExpired(**_of(after), amount_kopecks=after.amount_kopecks))
    if after.closed is BillState.CANCELLED and before.closed is None:
        told.append(contract.BillCancelled(**_known(after)))
    fresh = new_refunds(before, after)
    told += [_ordered(after, r) for r in fresh if r.channel is Channel.TREASURY]
    back = {r.id for r in before.refunds if r.refunded_at is not None}
    told += [
        _refunded(after, r) for r in after.refunds if r.refunded_at is not None and r.id not in back
    ]
    return told


def new_refunds(before: Bill, after: Bill) -> tuple[Refund, ...]:
    """The refunds that were asked for."""
    return after.refunds[len(before.refunds) :]


def _paid(bill: Bill, payment: Payment) -> contract.BillPaid:
    return contract.BillPaid(
        **_of(bill),
        amount_kopecks=payment.amount_kopecks,
        payment_id=payment.id,
        paid_at=payment.paid_at,
    )


def _ordered(bill: Bill, refund: Refund) -> contract.RefundOrdered:
    return contract.RefundOrdered(
        **_known(bill),
        refund_id=refund.id,
        payment_id=refund.payment_id,
        amount_kopecks=refund.amount_kopecks,
        reason=contract.RefundReason(refund.why),
    )


def _refunded(bill: Bill, refund: Refund) -> contract.BillRefunded:
    if refund.refunded_at is None:
        message = f"refund {refund.id} is not back yet"
        raise ValueError(message)
    return contract.BillRefunded(
        **_of(bill),
        refund_id=refund.id,
        payment_id=refund.payment_id,
        amount_kopecks=refund.amount_kopecks,
        reason=contract.RefundReason(refund.why),
        refunded_at=refund.refunded_at,
    )
