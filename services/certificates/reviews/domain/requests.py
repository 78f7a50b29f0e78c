"""What a doctor asks for: documents, corrections, examinations beside the list (C10, C21)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.document_requests import asked
from services.certificates.applications.domain.parts import ByDoctor, DocumentRequest, Ordered
from services.certificates.applications.domain.states import Actor
from services.certificates.catalogue.domain.catalogue import CertificateType
from services.certificates.known.domain.staff import Staff
from services.chassis.foundation.errors import FieldError, InvalidInputError
from services.chassis.foundation.text import prose

MOST_ORDERED = 20


@dataclass(frozen=True)
class Order:
    """An examination beside the list of the type."""

    title: str
    comment: str | None = None


@dataclass(frozen=True)
class Wanted:
    """Codes of requirements, names of fields to correct, what to tell, and what is ordered."""

    missing: Sequence[str] = ()
    corrections: Sequence[str] = ()
    comment: str | None = None
    ordered: Sequence[Order] = ()


def documents_requested(
    application: Application,
    kind: CertificateType,
    *,
    doctor: Staff,
    wanted: Wanted,
    now: datetime,
) -> Application:
    """The citizen is asked for documents and examinations, or to correct fields of the form.

    Also again for a document that cannot be read (C21), and for a field that could not be printed.

    Raises:
        InvalidInputError: nothing asked for, or something that the type does not know.
    """
    application.held_by(doctor.account_id)
    errors = _errors(kind, wanted)
    if errors:
        raise InvalidInputError(errors)
    by = ByDoctor(doctor.account_id, doctor.full_name, doctor.position, now)
    after = ordered(application, wanted.ordered, by)
    new = (o.code for o in after.ordered[len(application.ordered) :])
    request = DocumentRequest(
        tuple(dict.fromkeys((*wanted.missing, *new))),
        prose(wanted.comment or "") or None,
        tuple(dict.fromkeys(wanted.corrections)),
    )
    return asked(after, request, actor=Actor.DOCTOR, actor_id=doctor.account_id, now=now)


def ordered(application: Application, orders: Sequence[Order], by: ByDoctor) -> Application:
    """The application with examinations ordered for it, each under a code of its own.

    Raises:
        InvalidInputError: more than one application may have.
    """
    before = application.ordered
    if len(before) + len(orders) > MOST_ORDERED:
        sentence = f"Сверх перечня можно назначить не больше {MOST_ORDERED} исследований."
        raise InvalidInputError([FieldError("/examinations", "too-many-examinations", sentence)])
    new = (
        Ordered(f"ordered-{number}", one.title, one.comment, by)
        for number, one in enumerate(orders, len(before) + 1)
    )
    return replace(application, ordered=(*before, *new))


def _errors(kind: CertificateType, wanted: Wanted) -> list[FieldError]:
    errors = [
        FieldError(f"/missing/{index}", "unknown-requirement", "Такого документа нет в перечне.")
        for index, code in enumerate(wanted.missing)
        if kind.requirement(code) is None
    ]
    known = {field.name for field in kind.fields}
    errors += [
        FieldError(f"/corrections/{index}", "unknown-field", "Такого поля нет в этой форме.")
        for index, name in enumerate(wanted.corrections)
        if name not in known
    ]
    titles = {r.title.casefold() for r in kind.requirements}
    errors += [
        FieldError(
            f"/examinations/{index}/title",
            "in-the-list",
            "Такой документ уже есть в перечне: выберите его там.",
        )
        for index, one in enumerate(wanted.ordered)
        if one.title.casefold() in titles
    ]
    if not (wanted.missing or wanted.corrections or wanted.ordered):
        sentence = "Укажите, какие документы или исследования нужны или какие поля исправить."
        errors.append(FieldError("/missing", "required", sentence))
    return errors
