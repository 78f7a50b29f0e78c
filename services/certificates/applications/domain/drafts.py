"""The citizen's side: a draft, its problems, submission, withdrawal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from hashlib import sha256

from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.attachments import Given, given_errors, known_files
from services.certificates.applications.domain.classes import (
    class_of,
    express_errors,
    offers_express,
)
from services.certificates.applications.domain.document_requests import asked
from services.certificates.applications.domain.parts import Clock, Consent, DocumentRequest, Filed
from services.certificates.applications.domain.states import STATE_LABELS, Actor, Move, State
from services.certificates.applications.domain.stations import onward
from services.certificates.applications.errors import IllegalTransitionError
from services.certificates.catalogue.domain.calendar import WorkingCalendar
from services.certificates.catalogue.domain.catalogue import CertificateType
from services.certificates.catalogue.domain.consents import ConsentText
from services.certificates.catalogue.domain.forms import (
    FROM_PROFILE,
    asked_fields,
    field_errors,
    locked_values,
    tidied_values,
    unknown_errors,
)
from services.certificates.catalogue.domain.parts import Delivery, Need
from services.certificates.known.domain.clinics import FLAW_SENTENCES, Choice, ClinicFlaw
from services.certificates.known.domain.people import Hands, KnownFile, Person
from services.certificates.known.errors import ProfileNotReceivedError
from services.chassis.foundation.errors import FieldError, InvalidInputError

_EDIT = "Изменить черновик"
_UNCONFIRMED = FieldError("/act", "required", "Подтвердите подачу кодом или своей подписью.")
_TESTS_MISSING = "Не приложены результаты обязательных исследований."


AS_BEFORE = ""
"""Of an exemption: the changes do not name it; None takes it away."""


@dataclass(frozen=True)
class Changes:
    """What an edit of a draft says; what it does not name stays."""

    values: Mapping[str, str | None] = field(default_factory=dict)
    given: Sequence[Given] = ()
    delivery: Delivery | None = None
    clinic_id: str | None = None
    express: bool | None = None
    exemption: str | None = AS_BEFORE


@dataclass(frozen=True)
class Agreement:
    """What the citizen ticks when submitting; `confirmed`: something came that confirms it."""

    agreed: bool
    version: str
    confirmed: bool = True


def draft(
    kind: CertificateType,
    person: Person | None,
    *,
    application_id: str,
    citizen_id: str,
    chosen: Choice,
    now: datetime,
    before: Mapping[str, str] | None = None,
) -> Application:
    """A new draft, filled from the profile as far as it is known (C4, C5).

    `before` is what the citizen typed last time: the profile knows better.
    """
    known = person.prefill if person else {}
    values = {f.name: f.default for f in kind.fields if f.default is not None}
    values |= before or {}
    values |= {
        f.name: known[f.prefill]
        for f in kind.fields
        if f.prefill is not None and f.prefill in known
    }
    return Application(
        application_id,
        citizen_id,
        kind.code,
        created_at=now,
        type_version=kind.version,
        values=values,
        delivery=kind.deliveries[0],
        clinic=chosen.named,
    )


def clinic_errors(flaw: ClinicFlaw | None) -> list[FieldError]:
    """What is wrong with the clinic of an application, if anything (K6)."""
    return [FieldError("/clinic_id", flaw.value, FLAW_SENTENCES[flaw])] if flaw else []


def edited(
    application: Application,
    kind: CertificateType,
    person: Person | None,
    files: Mapping[str, KnownFile],
    changes: Changes,
    *,
    chosen: Choice | None = None,
) -> Application:
    """The draft with the changes. What is typed is kept even if it is not right yet (C4).

    `files` are the citizen's accepted files by id; `chosen` is the clinic that the
    changes name, if they name one.

    Raises:
        IllegalTransitionError: it is no draft any more.
        InvalidInputError: fields, files or a delivery that this type does not have, a clinic that
            cannot decide, all at once.
    """
    if application.state is not State.DRAFT:
        raise IllegalTransitionError(_EDIT, STATE_LABELS[application.state])
    errors = [
        *unknown_errors(kind.fields, changes.values, prefix="/fields"),
        *_locked_errors(application, kind, person, changes.values),
        *given_errors(kind, files, changes.given),
    ]
    if changes.delivery is not None and changes.delivery not in kind.deliveries:
        errors.append(FieldError("/delivery", "choice", "Этот способ получения недоступен."))
    if chosen is not None:
        errors += clinic_errors(chosen.flaw)
    errors += _paying_errors(kind, changes)
    if errors:
        raise InvalidInputError(errors)
    typed = tidied_values(kind.fields, {n: v or "" for n, v in changes.values.items()})
    values = {name: v for name, v in {**application.values, **typed}.items() if v}
    cleared = {g.requirement for g in changes.given}
    kept = tuple(a for a in application.attachments if a.requirement not in cleared)
    return replace(
        application,
        values=values,
        attachments=kept,
        delivery=changes.delivery or application.delivery,
        clinic=chosen.named if chosen else application.clinic,
        express=application.express if changes.express is None else changes.express,
        exemption=application.exemption if changes.exemption == AS_BEFORE else changes.exemption,
    ).attached(known_files(changes.given, files))


def _paying_errors(kind: CertificateType, changes: Changes) -> list[FieldError]:
    errors = []
    if changes.express and not offers_express(kind):
        errors.append(FieldError("/express", "express-not-offered", "Эту справку ускорить нельзя."))
    known = {AS_BEFORE, None, *(e.code for e in kind.exemptions)}
    if changes.exemption not in known:
        errors.append(FieldError("/exemption", "choice", "Такой льготы у этой справки нет."))
    return errors


def _locked_errors(
    application: Application,
    kind: CertificateType,
    person: Person | None,
    values: Mapping[str, str | None],
) -> list[FieldError]:
    """A certificate is about the confirmed person: that part cannot be typed over (C24)."""
    locked = locked_values(kind.fields, person.prefill) if person else {}
    now_there = {**application.values, **locked}
    typed = tidied_values(kind.fields, {n: v or "" for n, v in values.items()})
    return [
        FieldError(f"/fields/{name}", "field-from-profile", FROM_PROFILE)
        for name, value in typed.items()
        if name in locked and value != now_there.get(name, "")
    ]


def problems(
    application: Application,
    kind: CertificateType,
    *,
    today: date,
    flaw: ClinicFlaw | None,
) -> list[FieldError]:
    """What keeps the draft from being submitted, all at once (C6, e1); `flaw` is its clinic's."""
    errors = clinic_errors(flaw)
    errors += field_errors(kind.fields, application.values, today=today, prefix="/fields")
    for code in application.missing(kind, Need.SUBMISSION):
        requirement = kind.requirement(code)
        title = requirement.title if requirement else code
        errors.append(FieldError(f"/attachments/{code}", "required", f"Приложите: {title}."))
    return errors + express_errors(application, kind)


def as_filed(application: Application, kind: CertificateType, person: Person | None) -> Application:
    """The draft with the values that will be filed: the profile's, of what the form asks (C24)."""
    application = from_profile(application, kind, person)
    asked_for = {f.name for f in asked_fields(kind.fields, application.values)}
    values = {n: v for n, v in application.values.items() if n in asked_for}
    return replace(application, values=values)


def from_profile(
    application: Application, kind: CertificateType, person: Person | None
) -> Application:
    """The draft with the values that only the profile may say, as far as it is known (C24)."""
    if person is None:
        return application
    values = {**application.values, **locked_values(kind.fields, person.prefill)}
    return replace(application, values={k: v for k, v in values.items() if v})


def submitted(
    application: Application,
    kind: CertificateType,
    person: Person | None,
    *,
    agreement: Agreement,
    consent: ConsentText,
    chosen: Choice,
    tracking_number: str,
    calendar: WorkingCalendar,
    now: datetime,
    by: Hands | None = None,
) -> Application:
    """The application registered under a tracking number (C13) with a deadline (C15).

    Where tests of the list are missing it is accepted all the same, asks for them and pauses its
    clock (C10, e4).

    Raises:
        IllegalTransitionError: it was submitted before.
        ProfileNotReceivedError: whom it is about is not known here yet.
        InvalidInputError: everything that is wrong, at once.
    """
    if application.may(Move.SUBMIT) and person is None:
        raise ProfileNotReceivedError
    application = from_profile(application, kind, person)
    application.check(Move.SUBMIT)
    errors = [
        *problems(application, kind, today=calendar.day_of(now), flaw=chosen.flaw),
        *_consent_errors(agreement, consent),
    ]
    if errors:
        raise InvalidInputError([*errors, *([] if agreement.confirmed else [_UNCONFIRMED])])
    sla, reasons = class_of(application, kind)
    agreed = Consent(consent.version, sha256(consent.text.encode()).hexdigest(), now)
    deadline = calendar.deadline(now, kind.term(sla, application.values))
    clock = Clock(sla, deadline, reasons=reasons)
    application = replace(
        as_filed(application, kind, person),
        filed=Filed(tracking_number, agreed, clock),
        clinic=chosen.named,
        due_kopecks=kind.due(express=application.express, exemption=application.exemption),
    )
    missing = application.missing(kind, Need.REVIEW)
    if not missing:
        actor, actor_id = application.acting(by)
        return onward(
            application,
            kind,
            Move.SUBMIT,
            actor=actor,
            actor_id=actor_id,
            calendar=calendar,
            now=now,
        )
    moved = application.moved_by_citizen(Move.SUBMIT, by, now=now)
    return asked(
        moved, DocumentRequest(missing, _TESTS_MISSING), actor=Actor.SYSTEM, actor_id=None, now=now
    )


def _consent_errors(agreement: Agreement, consent: ConsentText) -> list[FieldError]:
    errors = []
    if not agreement.agreed:
        sentence = "Без согласия на обработку персональных данных заявление не принимается."
        errors.append(FieldError("/consent", "required", sentence))
    if agreement.version != consent.version:
        sentence = "Текст согласия изменился. Прочитайте новый и подтвердите его."
        errors.append(FieldError("/consent_version", "consent-version", sentence))
    return errors


def withdrawn(application: Application, *, now: datetime, by: Hands | None = None) -> Application:
    """The application taken back by its citizen, or for them, before it was decided.

    Raises:
        IllegalTransitionError: it is decided already.
    """
    moved = application.moved_by_citizen(Move.WITHDRAW, by, now=now)
    return replace(moved, claim=None, request=None)
