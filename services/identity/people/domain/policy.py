"""A temporary insurance number: from support, for who has no policy, until a day (A25, e21)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from services.chassis.foundation.dates import parse_day, today
from services.chassis.foundation.errors import FieldError, InvalidInputError
from services.chassis.foundation.text import hyphens, line, number
from services.identity.accounts.domain import CONFIRMED, Account, TemporaryPolicy
from services.identity.people.errors import PersonNotConfirmedError, PolicyKnownError
from services.identity.profiles.domain.checks import is_digits

_DIGITS = 9
"""Of a temporary certificate of insurance."""


@dataclass(frozen=True)
class PolicyForm:
    """A number and its last day, as typed."""

    number: str | None = None
    valid_until: str | None = None


def insured(
    account: Account, form: PolicyForm, *, longest: timedelta, now: datetime, by: str, reason: str
) -> Account:
    """The account with the number; one that it has already changes nothing.

    Raises:
        InvalidInputError: names every wrong field.
        PersonNotConfirmedError: the registry does not know who this is.
        PolicyKnownError: they have a policy.
    """
    day = today(now)
    digits, until = number(form.number or ""), _until(form.valid_until, day, day + longest)
    errors = [until] if isinstance(until, FieldError) else []
    if not is_digits(digits, _DIGITS):
        detail = f"Номер временного свидетельства состоит из {_DIGITS} цифр."
        errors.insert(0, FieldError("/number", "policy-format", detail))
    if errors or isinstance(until, FieldError):
        raise InvalidInputError(errors)
    if account.profile is None or account.level != CONFIRMED:
        raise PersonNotConfirmedError
    if account.profile.person.oms is not None:
        raise PolicyKnownError
    has = account.temporary_policy
    if has is not None and (has.number, has.valid_until) == (digits, until):
        return account
    return replace(account, temporary_policy=TemporaryPolicy(digits, until, now, by, reason))


def _until(typed: str | None, first: date, last: date) -> date | FieldError:
    day = parse_day(hyphens(line(typed or "")))
    if day is None:
        return FieldError("/valid_until", "date-format", "Нужна дата в виде ГГГГ-ММ-ДД.")
    if not first <= day <= last:
        detail = f"Последний день – с {first:%d.%m.%Y} по {last:%d.%m.%Y}."
        return FieldError("/valid_until", "date-range", detail)
    return day
