"""A legal entity as its head names it, and whom it asks to represent it (I11).

Refuses to say whether there is such an entity: that is the register's answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from services.chassis.foundation.dates import MOSCOW, today
from services.chassis.foundation.findings import Findings
from services.chassis.foundation.text import line
from services.identity.accounts.domain import contact_of
from services.identity.clinics.domain import office_number
from services.identity.representations.domain import (
    Entry,
    Kind,
    Offer,
    Party,
    Representation,
    Scope,
    State,
    Step,
)

OFFER_LASTS = timedelta(days=14)
_LONGEST = timedelta(days=3 * 366)
_TYPES = 50
_TYPE = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_ACCOUNT = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


class Standing(StrEnum):
    """How far an organisation is."""

    CHECKING = "checking"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


STANDING_LABELS = {
    Standing.CHECKING: "Проверяется",
    Standing.CONFIRMED: "Подтверждена",
    Standing.REJECTED: "Не подтверждена",
}


@dataclass(frozen=True)
class OrganisationForm:
    """A legal entity as typed. Everything is text: one answer names all errors."""

    name: str | None = None
    ogrn: str | None = None
    inn: str | None = None


@dataclass(frozen=True)
class OfferForm:
    """To whom it is offered, by a proved contact or the number of an account; what, until when."""

    contact: str | None = None
    certificate_types: Sequence[str] = ()
    until: str | None = None


@dataclass(frozen=True)
class Organisation:
    """The aggregate; `question` is the event by which the register was asked."""

    id: str
    name: str
    ogrn: str
    inn: str
    head_id: str
    created_at: datetime
    state: Standing = Standing.CHECKING
    question: str | None = None
    mismatches: tuple[str, ...] = ()
    revision: int = 0
    version: int = 0

    def answered(self, mismatches: Sequence[str]) -> Organisation:
        """What the register said of it."""
        state = Standing.REJECTED if mismatches else Standing.CONFIRMED
        return replace(self, state=state, mismatches=tuple(mismatches))


def named(
    form: OrganisationForm, *, organisation_id: str, head_id: str, now: datetime
) -> Organisation:
    """The organisation that this form means.

    Raises:
        InvalidInputError: names every wrong field.
    """
    found = Findings()
    name = found.line("/name", form.name)
    ogrn, inn = (office_number(field, getattr(form, field), found) for field in ("ogrn", "inn"))
    found.refuse()
    return Organisation(organisation_id, name, ogrn, inn, head_id, now)


def offered(
    form: OfferForm, organisation: Organisation, *, right_id: str, now: datetime
) -> Representation:
    """A representation that waits for whom it is offered to.

    Whether there is such an account is looked at by nobody here: the answer is the same.

    Raises:
        InvalidInputError: names every wrong field.
    """
    found = Findings()
    to, types = _addressee(form.contact, found), _types(form.certificate_types, found)
    until = _until(form.until, today(now), found)
    found.refuse()
    return Representation(
        id=right_id,
        kind=Kind.ORGANISATION,
        state=State.OFFERED,
        subject_name=organisation.name,
        scopes=(Scope.CERTIFICATES,),
        created_at=now,
        history=(Entry(now, Step.OFFERED, Party.SUBJECT, organisation.head_id),),
        subject_id=organisation.id,
        certificate_types=types,
        until=until,
        offer=Offer(to, min(now + OFFER_LASTS, until or now)),
    )


def _addressee(typed: str | None, found: Findings) -> str:
    text = line(typed or "")
    contact = contact_of(text)
    if contact is not None:
        return contact.address
    if not text:
        found.missing("/contact")
    elif _ACCOUNT.fullmatch(text) is None:
        detail = "Нужен телефон, e-mail или номер учётной записи представителя."
        found.add("/contact", "contact-format", detail)
    return text


def _types(typed: Sequence[str], found: Findings) -> tuple[str, ...]:
    types = tuple(dict.fromkeys(line(code) for code in typed))
    if len(types) > _TYPES or not all(_TYPE.fullmatch(code) for code in types):
        detail = f"Нужны коды видов справок из каталога, не больше {_TYPES}."
        found.add("/certificate_types", "type-format", detail)
    return types


def _until(typed: str | None, day: date, found: Findings) -> datetime | None:
    """The end of the last day in Moscow; a power of attorney of an organisation has one."""
    last = found.day("/until", typed)
    if last is None:
        return None
    if last < day:
        found.add("/until", "date-past", "Срок полномочий уже прошёл.")
    elif last - day > _LONGEST:
        found.add("/until", "date-too-late", "Полномочия даются не больше чем на три года.")
    else:
        return datetime.combine(last + timedelta(days=1), time(), MOSCOW)
    return None
