"""Documents asked for and supplied, and the clock that is paused in between (C10, C17)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.attachments import Given, given_errors, known_files
from services.certificates.applications.domain.parts import DocumentRequest
from services.certificates.applications.domain.states import Actor, Move
from services.certificates.applications.domain.stations import onward
from services.certificates.catalogue.domain.calendar import WorkingCalendar
from services.certificates.catalogue.domain.catalogue import CertificateType
from services.certificates.catalogue.domain.forms import (
    FROM_PROFILE,
    field_errors,
    locked_values,
    tidied_values,
    unknown_errors,
)
from services.certificates.known.domain.people import Hands, KnownFile, Person
from services.chassis.foundation.errors import FieldError, InvalidInputError


@dataclass(frozen=True)
class Answer:
    """What the citizen adds and corrects when asked."""

    given: Sequence[Given] = ()
    values: Mapping[str, str | None] = field(default_factory=dict)


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
    filed = application.registered
    paused = replace(filed, clock=replace(filed.clock, paused_at=now))
    return replace(moved, request=request, claim=None, filed=paused)


def supplied(
    application: Application,
    kind: CertificateType,
    files: Mapping[str, KnownFile],
    answer: Answer,
    *,
    person: Person | None,
    calendar: WorkingCalendar,
    now: datetime,
    by: Hands | None = None,
) -> Application:
    """The application with what was asked for; the clock runs again once all of it is there.

    A field of the profile is corrected there: what was asked of it is read again.

    Raises:
        IllegalTransitionError: nothing is asked for.
        InvalidInputError: files and fields that were not asked for, or are not right.
    """
    application.check(Move.SUPPLY_DOCUMENTS)
    request = application.request or DocumentRequest(())
    locked = _asked_of_profile(request, kind, person)
    typed = tidied_values(kind.fields, {n: v or "" for n, v in answer.values.items()})
    merged = {**application.values, **typed, **locked}
    values = {name: value for name, value in merged.items() if value}
    got = {g.requirement for g in answer.given}
    left = DocumentRequest(
        tuple(code for code in request.missing if code not in got),
        request.comment,
        tuple(n for n in request.corrections if n not in typed and n not in locked),
    )
    complete = not left.missing and not left.corrections
    # a field of the profile is looked at in the end only: it may still be corrected there
    touched = [f for f in kind.fields if f.name in request.corrections]
    touched = [f for f in touched if f.name in typed or (complete and f.name in locked)]
    errors = [
        *_file_errors(request, kind, files, answer.given),
        *_value_errors(request, kind, typed, locked),
        *field_errors(touched, values, today=calendar.day_of(now), prefix="/fields"),
    ]
    if not complete and not got and not typed:
        errors.append(FieldError("/attachments", "required", "Приложите то, что запрошено."))
    if errors:
        raise InvalidInputError(errors)
    if not complete:
        waiting = replace(application, request=left, values=values)
        return waiting.attached(known_files(answer.given, files))
    done = replace(application, request=None, values=values).attached(
        known_files(answer.given, files)
    )
    actor, actor_id = application.acting(by)
    return onward(
        done,
        kind,
        Move.SUPPLY_DOCUMENTS,
        actor=actor,
        actor_id=actor_id,
        calendar=calendar,
        now=now,
    )


def _file_errors(
    request: DocumentRequest,
    kind: CertificateType,
    files: Mapping[str, KnownFile],
    given: Sequence[Given],
) -> list[FieldError]:
    errors = given_errors(kind, files, given)
    for index, item in enumerate(given):
        if kind.requirement(item.requirement) and item.requirement not in request.missing:
            sentence = "Этот документ не запрашивали."
            errors.append(FieldError(f"/attachments/{index}/requirement", "not-asked", sentence))
        if item.file_id is None:
            errors.append(FieldError(f"/attachments/{index}/file_id", "required", "Нужен файл."))
    return errors


def _asked_of_profile(
    request: DocumentRequest, kind: CertificateType, person: Person | None
) -> dict[str, str]:
    if person is None:
        return {}
    locked = locked_values(kind.fields, person.prefill)
    return {name: locked[name] for name in request.corrections if name in locked}


def _value_errors(
    request: DocumentRequest,
    kind: CertificateType,
    typed: Collection[str],
    locked: Collection[str],
) -> list[FieldError]:
    errors = unknown_errors(kind.fields, typed, prefix="/fields")
    for item in kind.fields:
        at = f"/fields/{item.name}"
        if item.name in typed and item.name not in request.corrections:
            errors.append(FieldError(at, "not-asked", "Это поле исправлять не просили."))
        elif item.name in typed and item.name in locked:
            errors.append(FieldError(at, "field-from-profile", FROM_PROFILE))
    return errors
