"""Applying again after an application that came to nothing, both linked (C46, e14 step 4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.attachments import Given, given_errors, known_files
from services.certificates.applications.domain.parts import Link
from services.certificates.applications.domain.states import UNDECIDED, Actor, Entry, Move, State
from services.certificates.applications.errors import AlreadyFollowedError, NothingToRepeatError
from services.certificates.catalogue.domain.catalogue import CertificateType
from services.certificates.catalogue.domain.forms import Field, Kind, field_errors
from services.certificates.known.domain.people import KnownFile

REAPPLY = "reapply"
"""The action, as the routes call it."""


def may_be_followed(application: Application, *, today: date, now: datetime) -> bool:
    """Whether it came to nothing: refused, taken back, late, or its certificate counts no more.

    What was never handed in is no first application.
    """
    filed = application.filed
    if filed is None or application.followed_by is not None:
        return False
    if application.state in UNDECIDED:
        return filed.clock.paused_at is None and filed.clock.deadline_at < now
    if application.state is State.ISSUED:
        return _counts_no_more(application, today)
    return application.state in {State.REFUSED, State.WITHDRAWN}


def _counts_no_more(application: Application, today: date) -> bool:
    made = application.certificate
    expired = made is not None and made.valid_until is not None and made.valid_until < today
    return expired or any(entry.move is Move.REVOKE for entry in application.history)


def begun(
    draft: Application,
    first: Application,
    kind: CertificateType,
    files: Mapping[str, KnownFile],
    *,
    today: date,
    now: datetime,
) -> tuple[Application, Application]:
    """The draft with what still fits of the first application, and the first; both linked.

    `files` are the citizen's accepted files by id. Nothing wrong is copied: what does not fit the
    type as it is now is left out.

    Raises:
        AlreadyFollowedError: somebody applies again already.
        NothingToRepeatError: it did not come to nothing.
    """
    if first.followed_by is not None:
        raise AlreadyFollowedError
    if not may_be_followed(first, today=today, now=now):
        raise NothingToRepeatError
    values = {**typed_before(first, kind, today=today), **_locked(draft, kind)}
    delivery = first.delivery if first.delivery in kind.deliveries else draft.delivery
    link = Link(first.id, first.registered.tracking_number)
    copied = replace(draft, values={**draft.values, **values}, delivery=delivery, follows=link)
    fitting = known_files(_fitting(first, kind, files), files)
    return copied.attached(fitting), replace(first, followed_by=Link(draft.id))


def _fitting(
    first: Application, kind: CertificateType, files: Mapping[str, KnownFile]
) -> list[Given]:
    """The citizen's own files, of each requirement that takes all that it had."""
    found: list[Given] = []
    for requirement in kind.requirements:
        own = [a for a in first.files_of(requirement.code) if a.by_doctor is None]
        given = [Given(a.requirement, a.file_id) for a in own]
        found += given if not given_errors(kind, files, given) else []
    return found


def typed_before(
    earlier: Application,
    kind: CertificateType,
    *,
    today: date,
    alike: bool = True,
) -> dict[str, str]:
    """What was typed into fields of the same name, where it is right for this type today (C5).

    Not `alike`: for another purpose, so no days and nothing medical.
    """
    return {
        field.name: value
        for field in kind.fields
        if (value := earlier.values.get(field.name))
        and (alike or not (field.medical or field.kind is Kind.DATE))
        and not field_errors([replace(field, when=None)], {field.name: value}, today=today)
        and _typed(field)
    }


def _typed(field: Field) -> bool:
    return field.prefill is None or field.editable


def _locked(draft: Application, kind: CertificateType) -> dict[str, str]:
    names = {field.name for field in kind.fields if not _typed(field)}
    return {name: value for name, value in draft.values.items() if name in names}


def handed_in(again: Application, first: Application, *, now: datetime) -> Application:
    """The first application, saying which one follows it."""
    number = again.registered.tracking_number
    told = first.noted(
        Move.REAPPLY, actor=Actor.SYSTEM, actor_id=None, now=now, reason=f"№ {number}"
    )
    return replace(told, followed_by=Link(again.id, number))


def numbered(again: Application) -> Application:
    """The later application, with the number of the first in the line of its submission."""
    link = again.follows
    if link is None:
        return again

    def line(entry: Entry) -> Entry:
        told = f"Повторно, после № {link.tracking_number}"
        return replace(entry, reason=told) if entry.move is Move.SUBMIT else entry

    return replace(again, history=tuple(map(line, again.history)))


def given_up(again: Application, first: Application) -> Application | None:
    """The first application, open to another try: the draft after it was thrown away."""
    link = first.followed_by
    if again.filed is not None or link is None or link.application_id != again.id:
        return None
    return replace(first, followed_by=None)
