"""What others hear of a changed contact (I16)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from services.identity.accounts.domain import Account, Channel, Contact
from services.identity.contacts.domain import proved
from services.identity.contacts.events import contacts_changed
from services.identity.registration.domain import registered

_NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
_PHONE = Contact(Channel.SMS, "+79123456789")


def _account(email: str | None = None) -> Account:
    account = registered("a1", _PHONE, _NOW)
    return account if email is None else _with_email(account, email)


def _with_email(account: Account, email: str) -> Account:
    return proved(account, Contact(Channel.EMAIL, email))


def test_both_contacts_are_told_and_none_that_was_never_proved() -> None:
    before = _account()
    typed = replace(before, email="typed@example.org")
    changed = contacts_changed(_with_email(typed, "anna@example.org"), typed).pii
    assert (changed.phone, changed.email) == (_PHONE.address, "anna@example.org")
    assert (changed.former_phone, changed.former_email) == (None, None)


def test_the_replaced_contact_is_named_so_that_it_is_told_i16() -> None:
    before = _account("old@example.org")
    after = _with_email(before, "new@example.org")
    changed = contacts_changed(after, before).pii
    assert (changed.email, changed.former_email) == ("new@example.org", "old@example.org")
    assert (changed.phone, changed.former_phone) == (_PHONE.address, None)
    again = contacts_changed(proved(after, _PHONE), after).pii
    assert (again.former_phone, again.former_email) == (None, None)
