"""How a profile becomes a confirmed one: submitted, asked about, answered (I2, I9).

Any edit takes the confirmation back until the registry has looked again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from services.chassis.foundation.errors import FieldError, InvalidInputError
from services.identity.accounts.domain import (
    Account,
    Profile,
    ProfileState,
    email_of,
    phone_of,
)
from services.identity.profiles.domain.profile import Checked
from services.identity.profiles.errors import NotAskedError

# of a registry that names the fields only
_REASON_OF: Mapping[str, str] = {
    "oms": "policy-invalid",
    "last_name": "name-mismatch",
    "first_name": "name-mismatch",
    "middle_name": "name-mismatch",
    "birth_date": "birth-date-mismatch",
    "snils": "snils-mismatch",
    "inn": "inn-mismatch",
    "passport": "passport-mismatch",
    "category": "certificate-not-linked",
}


def contact_errors(
    account: Account, *, phone: str | None = None, email: str | None = None
) -> list[FieldError]:
    """Contacts, typed or checked, that would replace a proved one without a code (I16)."""
    new_phone, new_email = phone_of(phone or ""), email_of(email or "")
    return [
        FieldError(
            f"/{name}",
            "contact-needs-code",
            "Этот контакт подтверждён кодом и используется для входа. "
            "Чтобы изменить его, подтвердите новый кодом.",
        )
        for name, old, new in (
            ("phone", account.phone, new_phone),
            ("email", account.email, new_email),
        )
        if new and old != new.address and old in account.logins
    ]


def submitted(account: Account, form: Checked) -> tuple[Account, Profile]:
    """The account with this profile, waiting for the registry; and the profile.

    Raises:
        InvalidInputError: the form would replace a proved contact without a code.
    """
    errors = contact_errors(account, phone=form.phone, email=form.email)
    if errors:
        raise InvalidInputError(errors)
    before = account.profile.submission if account.profile else 0
    profile = Profile(form.person, ProfileState.CHECKING, submission=before + 1)
    phone, email = form.phone or account.phone, form.email or account.email
    return replace(account, phone=phone, email=email, profile=profile), profile


def asked(account: Account, profile: Profile, question: str) -> Account:
    """The account, with the event that asks the registry about its profile."""
    return replace(account, profile=replace(profile, question=question))


def answered(
    profile: Profile | None,
    submission: int,
    *,
    question: str | None,
    matched: bool,
    mismatches: Iterable[str] = (),
    reasons: Iterable[str] = (),
) -> Profile | None:
    """The profile after the registry's answer, or None where it says nothing about now.

    An answer to an older submission, or one that comes again, changes nothing.

    Raises:
        NotAskedError: the registry was not asked that.
    """
    if profile is None or submission > profile.submission:
        raise NotAskedError
    if submission < profile.submission:
        return None
    if question != profile.question:
        raise NotAskedError
    if profile.state is not ProfileState.CHECKING:
        return None
    if matched:
        return replace(profile, state=ProfileState.CONFIRMED, mismatches=(), reasons=())
    fields = tuple(mismatches)
    why = tuple(reasons) or tuple(dict.fromkeys(_REASON_OF[f] for f in fields if f in _REASON_OF))
    return replace(profile, state=ProfileState.REJECTED, mismatches=fields, reasons=why)
