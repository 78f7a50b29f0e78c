"""What the treasury says, held against what it is about (d8).

A payment that does not fit changes nothing: it is refused, and so kept for a person.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.states import Actor, Move, State
from services.certificates.applications.domain.stations import onward
from services.certificates.catalogue.domain.calendar import WorkingCalendar
from services.certificates.catalogue.domain.catalogue import CertificateType
from services.certificates.payments.errors import PaymentUnexpectedError

_PAYABLE = frozenset(State) - {State.DRAFT, State.REFUSED, State.WITHDRAWN}
_SKEW = timedelta(minutes=2)
"""How far the clocks of two systems may be apart."""
_NOTHING_DUE = "за заявление ничего не нужно платить"
_PAID = "заявление уже оплачено"
_AMOUNT = "сумма не равна стоимости услуги"
_TIME = "время платежа раньше подачи заявления или ещё не наступило"


@dataclass(frozen=True)
class Payment:
    """What the treasury says it got."""

    id: str
    amount_kopecks: int
    paid_at: datetime


def paid(
    application: Application,
    kind: CertificateType,
    payment: Payment,
    *,
    calendar: WorkingCalendar,
    now: datetime,
) -> Application:
    """The application with its fee paid (d8); the same payment told again changes nothing.

    Raises:
        PaymentUnexpectedError: nothing is to be paid, another amount, paid before, over, or at a
            time when it could not be.
    """
    if application.payment_id == payment.id:
        return application
    if application.state not in _PAYABLE or application.due_kopecks == 0:
        raise PaymentUnexpectedError(_NOTHING_DUE)
    if application.paid_at is not None:
        raise PaymentUnexpectedError(_PAID)
    if payment.amount_kopecks != application.due_kopecks:
        raise PaymentUnexpectedError(_AMOUNT)
    billed_at = application.registered.consent.at
    if not billed_at - _SKEW <= payment.paid_at <= now + _SKEW:
        raise PaymentUnexpectedError(_TIME)
    reason = f"Платёж {payment.id}"
    after = replace(application, paid_at=payment.paid_at, payment_id=payment.id)
    if application.state is not State.AWAITING_PAYMENT:
        return after.noted(Move.PAY, actor=Actor.SYSTEM, actor_id=None, now=now, reason=reason)
    return onward(
        after,
        kind,
        Move.PAY,
        actor=Actor.SYSTEM,
        actor_id=None,
        calendar=calendar,
        now=now,
        reason=reason,
    )
