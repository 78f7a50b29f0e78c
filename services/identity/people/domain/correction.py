"""What a registrar corrects of a person who stands at the desk with papers (A29, e23).

Refuses to decide whether it is right now: the registry looks again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date

from services.chassis.foundation.errors import FieldError, InvalidInputError
from services.chassis.foundation.text import line
from services.identity.accounts.domain import Account, Person
from services.identity.people.errors import NothingToCorrectError
from services.identity.profiles.domain import Checked, Form, checked, contact_errors

_LABELS: Mapping[str, str] = {
    "last_name": "фамилия",
    "first_name": "имя",
    "middle_name": "отчество",
    "birth_date": "дата рождения",
    "snils": "СНИЛС",
    "oms": "полис ОМС",
    "passport": "паспорт",
    "phone": "телефон",
}
_BY_PAPER = ("last_name", "first_name", "middle_name", "birth_date", "snils", "oms")
_NUMBERS = frozenset({"snils", "oms"})
_LONGEST = 100


@dataclass(frozen=True)
class CorrectionForm:
    """What is to be otherwise, as typed; None stays as it is, an empty text is taken out."""

    last_name: str | None = None
    first_name: str | None = None
    middle_name: str | None = None
    birth_date: str | None = None
    snils: str | None = None
    oms: str | None = None
    passport_series: str | None = None
    passport_number: str | None = None
    phone: str | None = None
    document_kind: str | None = None
    document_number: str | None = None


@dataclass(frozen=True)
class Correction:
    """The corrected profile, and the sentence of it in the person's journal."""

    form: Checked
    said: str


def corrected(account: Account, form: CorrectionForm, today: date) -> Correction:
    """The person as the papers say.

    Raises:
        NothingToCorrectError: they have never filled in a profile, or a representative did.
        InvalidInputError: names every wrong field; who is called otherwise, was born on another
            day, or has another number, has shown a document that says so.
    """
    person = account.profile.person if account.profile else None
    if person is None or not account.logins:
        raise NothingToCorrectError
    errors, after = _checked(person, form, today)
    errors += contact_errors(account, phone=form.phone)
    errors += _document_errors(person, form)
    if errors or after is None:
        raise InvalidInputError(errors)
    found = replace(
        after.person,
        birth_certificate=person.birth_certificate,
        gender=person.gender,
        registration_address=person.registration_address,
    )
    return Correction(replace(after, person=found), _said(person, found, after.phone, form))


def _checked(
    person: Person, form: CorrectionForm, today: date
) -> tuple[list[FieldError], Checked | None]:
    """By the rules of profiles, so a correction leaves none that its owner could not send."""
    names = {field.name for field in fields(Form)}
    known = {k: v for k, v in asdict(person).items() if k in names}
    typed = {k: v for k, v in asdict(form).items() if k in names and v is not None}
    passport = asdict(person.passport) if person.passport else {}
    known |= {f"passport_{name}": value for name, value in passport.items()}
    known |= {"birth_date": person.birth_date.isoformat()}
    try:
        return [], checked(Form(**(known | typed)), today)
    except InvalidInputError as error:
        return list(error.errors), None


def _plain(name: str, typed: str) -> str:
    """As it is stored: of a number its digits."""
    said = line(typed)
    return "".join(filter(str.isdigit, said)) if name in _NUMBERS else said


def _document_errors(person: Person, form: CorrectionForm) -> list[FieldError]:
    needed = any(
        typed is not None and _plain(name, typed) != (str(getattr(person, name) or ""))
        for name in _BY_PAPER
        for typed in (getattr(form, name),)
    )
    errors = []
    for name, typed in (("kind", form.document_kind), ("number", form.document_number)):
        said = line(typed or "")
        if needed and not said:
            detail = "Имя, дату рождения и номера меняют по документу: укажите, какой вы видели."
            errors.append(FieldError(f"/document/{name}", "missing", detail))
        if len(said) > _LONGEST:
            detail = f"Не больше {_LONGEST} символов."
            errors.append(FieldError(f"/document/{name}", "too-long", detail))
    return errors


def _said(person: Person, after: Person, phone: str | None, form: CorrectionForm) -> str:
    changed = [
        label
        for name, label in _LABELS.items()
        if name != "phone" and getattr(person, name) != getattr(after, name)
    ]
    if phone is not None:
        changed.append(_LABELS["phone"])
    what = f"Исправлено: {', '.join(changed)}." if changed else "Данные отправлены на сверку."
    seen = " ".join(filter(None, map(line, (form.document_kind or "", form.document_number or ""))))
    return f"{what} Документ: {seen}." if seen else what
