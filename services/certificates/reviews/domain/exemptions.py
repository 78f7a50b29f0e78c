"""The proof of an exemption is looked at with everything else: it may not show one (C18, d8)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.clocks import timed
from services.certificates.applications.domain.states import Actor, Move, State
from services.certificates.catalogue.domain.calendar import WorkingCalendar
from services.certificates.catalogue.domain.catalogue import CertificateType
from services.certificates.reviews.errors import NoExemptionError


def exemption_rejected(
    application: Application,
    kind: CertificateType,
    *,
    doctor_id: str,
    reason: str,
    calendar: WorkingCalendar,
    now: datetime,
) -> Application:
    """The application that owes its fee after all; what was paid for express stays paid.

    Where the type pays first it waits for the payment, off any desk and with its clock standing;
    elsewhere the doctor goes on, and the bill stands beside the review.

    Raises:
        NotYourReviewError: another doctor has it.
        NoExemptionError: none was asked for.
    """
    application.held_by(doctor_id)
    if application.exemption is None or not kind.fee_kopecks:
        raise NoExemptionError
    owing = replace(
        application,
        exemption=None,
        due_kopecks=kind.fee_kopecks,
        paid_at=None,
        payment_id=None,
    )
    if not kind.pays_first:
        return owing.noted(
            Move.REJECT_EXEMPTION, actor=Actor.DOCTOR, actor_id=doctor_id, now=now, reason=reason
        )
    moved = owing.moved(
        Move.REJECT_EXEMPTION, actor=Actor.DOCTOR, actor_id=doctor_id, now=now, reason=reason
    )
    left = State.IN_REVIEW
    return timed(replace(moved, claim=None), kind, left=left, calendar=calendar, now=now)
