"""What a profile does not say yet, and a clinic may ask for (e37)."""

from __future__ import annotations

from datetime import date

from services.identity.accounts.domain import Account

_WORTH = ("last_name", "first_name", "birth_date", "snils", "oms", "gender", "registration_address")


def missing_of(account: Account, day: date) -> tuple[str, ...]:
    """The fields that nothing stands in; a temporary number stands for a policy."""
    person = account.profile.person if account.profile else None
    given = {name for name in _WORTH if getattr(person, name, None) is not None}
    if account.temporary_policy is not None and account.temporary_policy.valid(day):
        given.add("oms")
    contacts = {"phone": account.phone, "email": account.email}
    empty = [name for name, contact in contacts.items() if contact is None]
    return (*(name for name in _WORTH if name not in given), *empty)
