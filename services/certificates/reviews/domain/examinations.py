"""What each specialist examines and writes down, where a type asks for several (C21).

Each makes the examinations of their own specialty, one doctor after the other; who decides does so
when all are there.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime

from contracts.specialties import SPECIALTIES
from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.parts import Finding
from services.certificates.applications.domain.states import Actor, Move
from services.certificates.applications.errors import OtherSpecialtyError
from services.certificates.catalogue.domain.catalogue import CertificateType
from services.certificates.catalogue.domain.forms import (
    field_errors,
    tidied_values,
    unknown_errors,
)
from services.certificates.catalogue.domain.parts import Examination
from services.certificates.known.domain.staff import Staff
from services.certificates.reviews.errors import (
    ExaminationMadeError,
    ExaminationsMissingError,
    NotWaitingForYouError,
    OtherExaminerError,
)
from services.chassis.foundation.errors import FieldError, InvalidInputError


def decides(kind: CertificateType, doctor: Staff) -> bool:
    """Whether a doctor decides about certificates of this type, and does not only examine."""
    return not set(kind.deciders).isdisjoint(doctor.specialties)


def refuse_undeciding(kind: CertificateType, doctor: Staff) -> None:
    """Refuse a doctor who only examines.

    Raises:
        OtherSpecialtyError: the decision is of other specialties.
    """
    if not decides(kind, doctor):
        raise OtherSpecialtyError([SPECIALTIES[code] for code in kind.deciders])


def refuse_unexamined(application: Application, kind: CertificateType) -> None:
    """Refuse a decision while specialists are missing.

    Raises:
        ExaminationsMissingError: it names whose examinations.
    """
    missing = application.unexamined(kind)
    if missing:
        raise ExaminationsMissingError([e.title for e in missing])


def refuse_idle(
    application: Application, kind: CertificateType, doctor: Staff, left: Collection[str] = ()
) -> None:
    """Refuse a doctor who has nothing to do here now; who decides always has, be it a refusal.

    `left` are doctors who work at the clinic no more: a colleague may examine in their place.

    Raises:
        NotWaitingForYouError: it names who is waited for.
    """
    if decides(kind, doctor):
        return
    mine = [e for e in kind.examinations if _examines(doctor, e)]
    found = [application.found(e.code) for e in mine]
    if all(f is not None and f.doctor_id not in {doctor.account_id, *left} for f in found):
        missing = application.unexamined(kind)
        raise NotWaitingForYouError([e.title for e in missing])


def examined(
    application: Application,
    kind: CertificateType,
    *,
    doctor: Staff,
    examination: str,
    values: Mapping[str, str],
    today: date,
    now: datetime,
    left: Collection[str] = (),
) -> Application:
    """The application with a finding of its doctor, new or corrected; `left`: see `refuse_idle`.

    It stays on the desk of who can make another examination, or decide; else it goes back to the
    queue, for whoever is still missing.

    Raises:
        InvalidInputError: no such examination, or everything wrong in its form, at once.
        OtherExaminerError: it is made by doctors of another specialty.
        ExaminationMadeError: another doctor has made it.
        IllegalTransitionError: it is not on a desk.
    """
    application.check(Move.FIND)
    made = _examination(application, kind, doctor, examination, left)
    written = tidied_values(made.fields, values)
    errors = [
        *unknown_errors(made.fields, written, prefix="/fields"),
        *field_errors(made.fields, written, today=today, prefix="/fields"),
    ]
    if errors:
        raise InvalidInputError(errors)
    finding = Finding(
        made.code,
        doctor.account_id,
        doctor.full_name,
        doctor.position,
        now,
        today,
        {name: value for name, value in written.items() if value},
    )
    others = tuple(f for f in application.findings if f.examination != made.code)
    after = replace(application, findings=(*others, finding))
    missing = after.unexamined(kind)
    goes_on = any(_examines(doctor, e) for e in missing) if missing else decides(kind, doctor)
    if goes_on:
        return after.noted(
            Move.FIND, actor=Actor.DOCTOR, actor_id=doctor.account_id, now=now, reason=made.title
        )
    moved = after.moved(
        Move.FIND, actor=Actor.DOCTOR, actor_id=doctor.account_id, now=now, reason=made.title
    )
    return replace(moved, claim=None)


def _examination(
    application: Application,
    kind: CertificateType,
    doctor: Staff,
    code: str,
    left: Collection[str],
) -> Examination:
    found = next((e for e in kind.examinations if e.code == code), None)
    if found is None:
        sentence = "Такого осмотра эта справка не требует."
        raise InvalidInputError([FieldError("/examination", "unknown-examination", sentence)])
    if not _examines(doctor, found):
        raise OtherExaminerError(found.title, [SPECIALTIES[code] for code in found.specialties])
    before = application.found(code)
    if before is not None and before.doctor_id not in {doctor.account_id, *left}:
        raise ExaminationMadeError(found.title, before.doctor_name)
    return found


def _examines(doctor: Staff, examination: Examination) -> bool:
    return not set(examination.specialties).isdisjoint(doctor.specialties)
