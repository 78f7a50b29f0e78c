"""What a payment means for its application (d8)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.states import Actor, Move, State
from services.certificates.applications.domain.stations import onward
from services.certificates.bills.domain.parts import Payment
from services.certificates.catalogue.domain.calendar import WorkingCalendar
from services.certificates.catalogue.domain.catalogue import CertificateType

_OVER = frozenset({State.DRAFT, State.REFUSED, State.WITHDRAWN})


def wants(application: Application) -> bool:
    """Whether it still has to be paid."""
    return application.owes and application.state not in _OVER


def paid(
    application: Application,
    kind: CertificateType,
    payment: Payment,
    *,
    calendar: WorkingCalendar,
    now: datetime,
) -> Application:
    """The application that is paid: where that was waited for, it goes on (C19)."""
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
