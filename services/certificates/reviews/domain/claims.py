"""A doctor takes an application from the queue, and it goes back (C20).

A claim is exclusive and ends by itself: nothing is lost but the time.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.parts import Claim
from services.certificates.applications.domain.states import Actor, Move, State
from services.certificates.catalogue.domain.catalogue import CertificateType
from services.certificates.known.domain.staff import Staff
from services.certificates.known.errors import OwnApplicationError
from services.certificates.reviews.domain.examinations import refuse_idle
from services.certificates.reviews.errors import ReviewTakenError

_LAPSED = "Врач не принял решение за отведённое время."
_LEFT = "Врач больше не рассматривает заявления этой клиники."


def claimed(
    application: Application,
    kind: CertificateType,
    *,
    doctor: Staff,
    now: datetime,
    lease: timedelta,
    left: Collection[str] = (),
) -> Application:
    """The application on this doctor's desk; unchanged if it is there already.

    `left` are those of its specialists who work at the clinic no more.

    Raises:
        ReviewTakenError: another doctor was faster.
        OwnApplicationError: it is the doctor's own.
        NotWaitingForYouError: it waits for examinations of other specialties.
        IllegalTransitionError: it is not in the queue.
    """
    doctor_id = doctor.account_id
    if application.citizen_id == doctor_id:
        raise OwnApplicationError
    if application.claim is not None:
        if application.claim.doctor_id == doctor_id:
            return application
        raise ReviewTakenError
    moved = application.moved(Move.CLAIM, actor=Actor.DOCTOR, actor_id=doctor_id, now=now)
    refuse_idle(application, kind, doctor, left)
    return replace(moved, claim=Claim(doctor_id, now + lease))


def released(application: Application, *, doctor_id: str, now: datetime) -> Application:
    """The application back in the queue."""
    application.held_by(doctor_id)
    moved = application.moved(Move.RELEASE, actor=Actor.DOCTOR, actor_id=doctor_id, now=now)
    return replace(moved, claim=None)


def lapsed(application: Application, *, now: datetime) -> Application | None:
    """The application back in the queue because the claim ran out; None if it did not."""
    if application.state is not State.IN_REVIEW or application.claim is None:
        return None
    if application.claim.until > now:
        return None
    moved = application.moved(
        Move.LAPSE, actor=Actor.SYSTEM, actor_id=None, now=now, reason=_LAPSED
    )
    return replace(moved, claim=None)


def taken_back(application: Application, *, now: datetime) -> Application:
    """The application back in the queue: whoever claimed it may not decide about it now (K9)."""
    moved = application.moved(
        Move.TAKE_BACK, actor=Actor.SYSTEM, actor_id=None, now=now, reason=_LEFT
    )
    return replace(moved, claim=None)
