"""The rules of identity: pure; time, ids and codes are arguments."""

from __future__ import annotations

from services.identity.domain.account import (
    Account,
    Position,
    ProfileState,
    Role,
    StaffForm,
    confirmed_citizen,
    registered,
    staff_account,
)
from services.identity.domain.askers import (
    DEVICE_KNOWN_FOR,
    Asker,
    Caller,
    KnownDevice,
    known_device,
)
from services.identity.domain.codes import (
    DIGITS,
    LONG_DIGITS,
    Challenge,
    CodeRules,
    Purpose,
    Verdict,
    challenge,
    digest_of,
)
from services.identity.domain.contacts import (
    Channel,
    Contact,
    can_get_codes,
    contact_of,
    email_of,
    login_of,
    phone_of,
    readable,
)
from services.identity.domain.keys import (
    KeyRules,
    SigningKey,
    by_age,
    next_rotation,
    retired,
    signer,
)
from services.identity.domain.passwords import normalised, password_errors
from services.identity.domain.profile import Category, Checked, Form, Passport, Person, checked
from services.identity.domain.tokens import (
    RefreshToken,
    RefreshVerdict,
    digest_of_token,
    first_token,
    successor_of,
)

__all__ = [
    "DEVICE_KNOWN_FOR",
    "DIGITS",
    "LONG_DIGITS",
    "Account",
    "Asker",
    "Caller",
    "Category",
    "Challenge",
    "Channel",
    "Checked",
    "CodeRules",
    "Contact",
    "Form",
    "KeyRules",
    "KnownDevice",
    "Passport",
    "Person",
    "Position",
    "ProfileState",
    "Purpose",
    "RefreshToken",
    "RefreshVerdict",
    "Role",
    "SigningKey",
    "StaffForm",
    "Verdict",
    "by_age",
    "can_get_codes",
    "challenge",
    "checked",
    "confirmed_citizen",
    "contact_of",
    "digest_of",
    "digest_of_token",
    "email_of",
    "first_token",
    "known_device",
    "login_of",
    "next_rotation",
    "normalised",
    "password_errors",
    "phone_of",
    "readable",
    "registered",
    "retired",
    "signer",
    "staff_account",
    "successor_of",
]
