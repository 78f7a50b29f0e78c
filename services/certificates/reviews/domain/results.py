"""Results that a doctor attaches: of what was asked for, ordered, or brought along (C21)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.parts import Attachment, ByDoctor
from services.certificates.applications.domain.states import Actor, Move, State
from services.certificates.applications.domain.stations import onward
from services.certificates.applications.errors import NotYourReviewError
from services.certificates.catalogue.domain.calendar import WorkingCalendar
from services.certificates.catalogue.domain.catalogue import CertificateType
from services.certificates.catalogue.domain.parts import Requirement
from services.certificates.known.domain.people import KnownFile
from services.certificates.known.domain.staff import Staff
from services.certificates.reviews.domain.requests import Order, ordered
from services.chassis.foundation.errors import FieldError, InvalidInputError

PURPOSE = "result"
"""What a doctor uploads a result for."""


@dataclass(frozen=True)
class Result:
    """A doctor's file, and what it is the result of: a requirement, or what the title names."""

    file: KnownFile | None
    requirement: str | None = None
    title: str | None = None


def attached(
    application: Application,
    kind: CertificateType,
    result: Result,
    *,
    doctor: Staff,
    calendar: WorkingCalendar,
    now: datetime,
) -> Application:
    """The application with the result beside what is there; who has it keeps it.

    Where its citizen was asked for exactly that, it counts as supplied, and once all is there the
    application goes on, its clock running.

    Raises:
        NotYourReviewError: this doctor neither has it nor asked for that.
        InvalidInputError: the file or what it answers is wrong.
    """
    by = ByDoctor(doctor.account_id, doctor.full_name, doctor.position, now)
    waiting = application.state is State.AWAITING_DOCUMENTS
    if waiting:
        _asked_for_by(application, doctor.account_id, result.requirement)
    else:
        application.held_by(doctor.account_id)
        application.check(Move.FIND)  # on the desk, not decided
    if result.title is not None and result.requirement is None:
        application = ordered(application, [Order(result.title)], by)
        kind = application.known_to(kind)
        requirement = kind.requirements[-1]
    else:
        requirement = _requirement(kind, result)
    file = _right(application, requirement, result.file)
    given = Attachment(
        requirement.code, file.id, file.media_type, file.size, file.dpi, by, file.proof
    )
    after = replace(application, attachments=(*application.attachments, given))
    if not waiting:
        return _noted(after, requirement, by, now)
    return _supplied(after, kind, requirement, by, calendar=calendar, now=now)


def _asked_for_by(application: Application, doctor_id: str, requirement: str | None) -> None:
    asking = [e for e in application.history if e.move is Move.REQUEST_DOCUMENTS]
    request = application.request
    mine = bool(asking) and asking[-1].actor_id == doctor_id
    if not mine or request is None or requirement not in request.missing:
        raise NotYourReviewError


def _requirement(kind: CertificateType, result: Result) -> Requirement:
    found = kind.requirement(result.requirement) if result.requirement else None
    if found is None:
        if result.requirement is not None:
            sentence = "Такого документа нет в перечне."
            raise InvalidInputError([FieldError("/requirement", "unknown-requirement", sentence)])
        sentence = "Назовите документ из перечня или исследование."
        raise InvalidInputError([FieldError("/title", "required", sentence)])
    if result.title is not None:
        sentence = "Укажите что-то одно: документ из перечня или название исследования."
        raise InvalidInputError([FieldError("/title", "one-of-both", sentence)])
    return found


def _right(application: Application, requirement: Requirement, file: KnownFile | None) -> KnownFile:
    wrong: tuple[str, str] | None = None
    if file is None:
        wrong = "file-not-ready", "Файл ещё проверяется или не найден среди ваших."
    elif file.purpose != PURPOSE:
        wrong = "file-purpose", f"Загрузите файл заново с назначением «{PURPOSE}»."
    elif any(a.file_id == file.id for a in application.attachments):
        wrong = "file-attached", "Этот файл уже приложен."
    elif file.media_type not in requirement.media_types:
        wrong = "file-type", "Файл этого вида не подходит. Преобразуйте его в PDF или JPG."
    elif len(application.files_of(requirement.code)) >= 2 * requirement.max_files:
        wrong = "too-many-files", f"«{requirement.title}»: файлов уже достаточно."
    if wrong is not None or file is None:
        raise InvalidInputError([FieldError("/file_id", *(wrong or ("", "")))])
    return file


def _noted(
    application: Application, requirement: Requirement, by: ByDoctor, now: datetime
) -> Application:
    return application.noted(
        Move.ATTACH,
        actor=Actor.DOCTOR,
        actor_id=by.doctor_id,
        now=now,
        reason=requirement.title,
    )


def _supplied(
    application: Application,
    kind: CertificateType,
    requirement: Requirement,
    by: ByDoctor,
    *,
    calendar: WorkingCalendar,
    now: datetime,
) -> Application:
    noted = _noted(application, requirement, by, now)
    request = noted.request
    assert request is not None  # noqa: S101 - it asks for this requirement
    left = replace(request, missing=tuple(c for c in request.missing if c != requirement.code))
    if left.missing or left.corrections:
        return replace(noted, request=left)
    return onward(
        replace(noted, request=None),
        kind,
        Move.SUPPLY_DOCUMENTS,
        actor=Actor.DOCTOR,
        actor_id=by.doctor_id,
        calendar=calendar,
        now=now,
    )
