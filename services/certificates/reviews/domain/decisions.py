"""What the doctor who holds the claim decides: ask, approve, refuse; and a failed sealing (C20)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.parts import Claim, Decision, Made
from services.certificates.applications.domain.states import ActNote, Actor, Move, State
from services.certificates.catalogue.domain.catalogue import CertificateType
from services.certificates.catalogue.domain.forms import (
    field_errors,
    tidied_values,
    unknown_errors,
    unprintable_errors,
)
from services.certificates.known.domain.staff import Staff
from services.certificates.reviews.domain.claims import taken_back
from services.certificates.reviews.domain.examinations import refuse_undeciding, refuse_unexamined
from services.chassis.foundation.errors import FieldError, InvalidInputError
from services.chassis.foundation.text import prose

_MAX_REASON = 1000


def approved(
    application: Application,
    kind: CertificateType,
    *,
    doctor: Staff,
    values: Mapping[str, str],
    made: Made,
    act: ActNote | None = None,
    today: date,
    now: datetime,
) -> Application:
    """The application approved under a certificate number, by the doctor's act, to be sealed.

    Raises:
        OtherSpecialtyError: this doctor examines only.
        ExaminationsMissingError: specialists are missing.
        InvalidInputError: everything wrong in the doctor's form, at once, and what the citizen's
            has that no document can show: ask for its correction.
    """
    application.held_by(doctor.account_id)
    refuse_undeciding(kind, doctor)
    application.check(Move.APPROVE)
    refuse_unexamined(application, kind)
    moved = application.moved(
        Move.APPROVE, actor=Actor.DOCTOR, actor_id=doctor.account_id, now=now, act=act
    )
    written = tidied_values(kind.doctor_fields, values)
    errors = [
        *unknown_errors(kind.doctor_fields, written),
        *field_errors(kind.doctor_fields, written, today=today),
        *unprintable_errors(kind.fields, application.values, prefix="/application"),
    ]
    if errors:
        raise InvalidInputError(errors)
    decision = Decision(
        doctor.account_id,
        doctor.full_name,
        doctor.position,
        now,
        {name: value for name, value in written.items() if value},
    )
    return replace(moved, claim=None, decision=decision, certificate=made)


def refused(
    application: Application,
    kind: CertificateType,
    *,
    doctor: Staff,
    reason_code: str,
    reason: str,
    now: datetime,
) -> Application:
    """The application refused, always with a concrete reason (d6, e13).

    Raises:
        OtherSpecialtyError: this doctor examines only.
        InvalidInputError: no such reason code, or no text.
    """
    application.held_by(doctor.account_id)
    refuse_undeciding(kind, doctor)
    text = prose(reason)
    errors = []
    if all(option.code != reason_code for option in kind.refusal_reasons):
        known = ", ".join(option.code for option in kind.refusal_reasons)
        errors.append(FieldError("/reason_code", "choice", f"Возможные причины: {known}."))
    if not text or len(text) > _MAX_REASON:
        sentence = f"Объясните причину: до {_MAX_REASON} символов."
        errors.append(FieldError("/reason", "required", sentence))
    if errors:
        raise InvalidInputError(errors)
    moved = application.moved(
        Move.REFUSE, actor=Actor.DOCTOR, actor_id=doctor.account_id, now=now, reason=text
    )
    decision = Decision(
        doctor.account_id,
        doctor.full_name,
        doctor.position,
        now,
        reason_code=reason_code,
        reason=text,
    )
    return replace(moved, claim=None, decision=decision)


def sealing_failed(
    application: Application,
    *,
    reason: str,
    now: datetime,
    lease: timedelta,
    still_decides: bool = True,
) -> Application:
    """The application back on the desk of the doctor who approved it, with the reason.

    In the queue, where that doctor does not decide about it any more, and where none decided.
    """
    doctor = application.decision
    moved = application.moved(
        Move.FAIL_SEALING,
        actor=Actor.SYSTEM,
        actor_id=None,
        now=now,
        reason=reason,
        to=State.IN_REVIEW if doctor else State.SUBMITTED,
    )
    claim = Claim(doctor.doctor_id, now + lease) if doctor else None
    back = replace(moved, claim=claim, decision=None, certificate=None)
    return back if still_decides or doctor is None else taken_back(back, now=now)
