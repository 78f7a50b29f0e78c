"""Citizens of the demo: confirmed from the beginning."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from services.identity.accounts.domain import (
    Account,
    Profile,
    ProfileState,
    email_of,
    logins_of,
    phone_of,
)
from services.identity.profiles.domain import Checked
from services.identity.registration.domain import registered


def confirmed_citizen(
    account_id: str, form: Checked, now: datetime, *, login: str | None = None
) -> Account:
    """A citizen whose contacts are proved and whose profile is confirmed.

    Raises:
        ValueError: no phone or no e-mail.
    """
    phone, email = phone_of(form.phone or ""), email_of(form.email or "")
    if phone is None or email is None:
        message = f"demo account {account_id} needs a phone and an e-mail"
        raise ValueError(message)
    return replace(
        registered(account_id, phone, now),
        email=email.address,
        logins=logins_of(phone, email, login),
        profile=Profile(form.person, ProfileState.CONFIRMED, submission=1),
    )
