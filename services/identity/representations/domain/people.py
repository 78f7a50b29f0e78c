"""Who may represent somebody, and which people are one and the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from services.chassis.foundation.dates import age
from services.chassis.foundation.errors import FieldError, InvalidInputError, NotConfirmedError
from services.identity.accounts.domain import (
    ADULT,
    CONFIRMED,
    Account,
    Person,
    Role,
    named_as,
)
from services.identity.representations.domain.representation import Kind
from services.identity.representations.errors import UnderageRepresentativeError

_PARENT_FROM = 16
"""Minor parents exercise their rights from this age on (СК РФ, ст. 62)."""


def may_ask(account: Account, kind: Kind, child: Person | None, today: date) -> Person:
    """Who asks to represent somebody, as the registry confirmed them.

    Raises:
        NotConfirmedError: it did not.
        UnderageRepresentativeError: they are too young for it.
        InvalidInputError: it is themselves.
    """
    person = account.profile.person if account.profile else None
    if person is None or Role.CITIZEN not in account.roles or account.level != CONFIRMED:
        raise NotConfirmedError
    needed = _PARENT_FROM if kind is Kind.PARENT else ADULT
    if age(person.birth_date, today) < needed:
        raise UnderageRepresentativeError(needed)
    if child is not None and child.snils is not None and child.snils == person.snils:
        detail = "Это ваш собственный СНИЛС: укажите СНИЛС ребёнка."
        raise InvalidInputError([FieldError("/snils", "own-number", detail)])
    return person


def united(known: Person, said: Person) -> Person | None:
    """What is known of a child, with the numbers that another representative named besides.

    They found it by one number; None: the rest says that it is another child.
    """
    for field in ("snils", "birth_certificate"):
        one, other = getattr(known, field), getattr(said, field)
        if one and other and one != other:
            return None
    if named_as(known.full_name) != named_as(said.full_name):
        return None
    if known.birth_date != said.birth_date:
        return None
    return replace(
        known,
        snils=known.snils or said.snils,
        birth_certificate=known.birth_certificate or said.birth_certificate,
        oms=known.oms or said.oms,
    )
