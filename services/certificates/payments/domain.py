"""What other government systems answer, held against what it is about.

An answer that does not fit changes nothing: it is refused, and so kept for a person.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.states import Actor, Move, State
from services.certificates.applications.errors import LetterUnexpectedError, PaymentUnexpectedError
from services.certificates.catalogue.domain.catalogue import CertificateType, Delivery

_PAYABLE = frozenset(State) - {State.DRAFT, State.REFUSED, State.WITHDRAWN}
_SKEW = timedelta(minutes=2)
"""How far the clocks of two systems may be apart."""
_POSTAL_LENGTH = 14
_NOTHING_DUE = "за заявление ничего не нужно платить"
_PAID = "заявление уже оплачено"
_AMOUNT = "сумма не равна стоимости услуги"
_TIME = "время платежа раньше подачи заявления или ещё не наступило"
_NOT_ISSUED = "справка по этому заявлению не выдана"
_FOREIGN = "справка относится к другому заявлению"
_NO_LETTER = "отправка по почте не ожидается"
_NO_NUMBER = "это не почтовый идентификатор"


@dataclass(frozen=True)
class Payment:
    """What the treasury says it got."""

    id: str
    amount_kopecks: int
    paid_at: datetime


def paid(
    application: Application, kind: CertificateType, payment: Payment, *, now: datetime
) -> Application:
    """The application with its fee paid (d8); the same payment told again changes nothing.

    Raises:
        PaymentUnexpectedError: nothing is to be paid, another amount, paid before, over, or at a
            time when it could not be.
    """
    if application.payment_id == payment.id:
        return application
    if application.state not in _PAYABLE or kind.fee_kopecks == 0:
        raise PaymentUnexpectedError(_NOTHING_DUE)
    if application.paid_at is not None:
        raise PaymentUnexpectedError(_PAID)
    if payment.amount_kopecks != kind.fee_kopecks:
        raise PaymentUnexpectedError(_AMOUNT)
    billed_at = application.consent.at if application.consent else application.created_at
    if not billed_at - _SKEW <= payment.paid_at <= now + _SKEW:
        raise PaymentUnexpectedError(_TIME)
    noted = application.noted(
        Move.PAY, actor=Actor.SYSTEM, actor_id=None, now=now, reason=f"Платёж {payment.id}"
    )
    return replace(noted, paid_at=payment.paid_at, payment_id=payment.id)


def mailed(
    application: Application, certificate_id: str, postal_number: str, *, now: datetime
) -> Application:
    """The application whose paper copy is on its way (C42); told again it changes nothing.

    Raises:
        LetterUnexpectedError: not this application's certificate, no paper copy was asked for, it
            has another number already, or that is none.
    """
    if application.postal_number == postal_number:
        return application
    made = application.certificate
    if application.state is not State.ISSUED or made is None:
        raise LetterUnexpectedError(_NOT_ISSUED)
    if made.certificate_id != certificate_id:
        raise LetterUnexpectedError(_FOREIGN)
    if application.delivery is not Delivery.POST or application.postal_number is not None:
        raise LetterUnexpectedError(_NO_LETTER)
    digits = postal_number.isascii() and postal_number.isdecimal()
    if not digits or len(postal_number) != _POSTAL_LENGTH:
        raise LetterUnexpectedError(_NO_NUMBER)
    noted = application.noted(
        Move.MAIL,
        actor=Actor.SYSTEM,
        actor_id=None,
        now=now,
        reason=f"Почтовый номер {postal_number}",
    )
    return replace(noted, postal_number=postal_number)
