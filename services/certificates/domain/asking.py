"""Documents asked for and supplied, and the clock that is paused in between (C10, C17)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from services.certificates.domain.application import Application, Clock, DocumentRequest
from services.certificates.domain.calendar import WorkingCalendar
from services.certificates.domain.catalogue import CertificateType, SlaClass
from services.certificates.domain.files import Given, given_errors, known_files
from services.certificates.domain.people import KnownFile
from services.certificates.domain.states import Actor, Move
from services.chassis.errors import FieldError, InvalidInputError


def asked(
    application: Application,
    request: DocumentRequest,
    *,
    actor: Actor,
    actor_id: str | None,
    now: datetime,
) -> Application:
    """The application waiting for documents, off any desk, its clock paused (C10, C17)."""
    moved = application.moved(
        Move.REQUEST_DOCUMENTS, actor=actor, actor_id=actor_id, now=now, reason=request.comment
    )
    clock = application.clock
    paused = replace(clock, paused_at=now) if clock else None
    return replace(moved, request=request, claim=None, clock=paused)


def supplied(
    application: Application,
    kind: CertificateType,
    files: Mapping[str, KnownFile],
    given: Sequence[Given],
    *,
    calendar: WorkingCalendar,
    now: datetime,
) -> Application:
    """The application with what was asked for; the clock runs again once all of it is there.

    Raises:
        IllegalTransitionError: nothing is asked for.
        InvalidInputError: files that were not asked for, or are not right.
    """
    moved = application.moved(
        Move.SUPPLY_DOCUMENTS, actor=Actor.CITIZEN, actor_id=application.citizen_id, now=now
    )
    request, clock = application.request, application.clock
    wanted = request.missing if request else ()
    errors = given_errors(kind, files, given)
    for index, item in enumerate(given):
        if kind.requirement(item.requirement) and item.requirement not in wanted:
            sentence = "Этот документ не запрашивали."
            errors.append(FieldError(f"/attachments/{index}/requirement", "not-asked", sentence))
        if item.file_id is None:
            errors.append(FieldError(f"/attachments/{index}/file_id", "required", "Нужен файл."))
    if errors:
        raise InvalidInputError(errors)
    got = {g.requirement for g in given}
    left = tuple(code for code in wanted if code not in got)
    if left:
        comment = request.comment if request else None
        waiting = replace(application, request=DocumentRequest(left, comment))
        return waiting.attached(known_files(given, files))
    done = replace(moved, request=None).attached(known_files(given, files))
    return replace(done, clock=_running(done, kind, clock, calendar=calendar, now=now))


def _running(
    application: Application,
    kind: CertificateType,
    clock: Clock | None,
    *,
    calendar: WorkingCalendar,
    now: datetime,
) -> Clock | None:
    """The clock running again; a scan that is hard to read lengthens the term now too (C16, e3).

    A class is never taken back: what was promised for the longer check stays promised.
    """
    if clock is None or clock.paused_at is None:
        return clock
    old = kind.term(clock.sla)
    sla = SlaClass.EXTRA_CHECK if application.hard_to_read(kind) else clock.sla
    deadline = calendar.resumed(clock.deadline_at, old, paused_at=clock.paused_at, now=now)
    return Clock(sla, calendar.lengthened(deadline, old, kind.term(sla)))
