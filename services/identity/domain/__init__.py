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
from services.identity.domain.codes import (
    DIGITS,
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
    "DIGITS",
    "Account",
    "Category",
    "Challenge",
    "Channel",
    "Checked",
    "CodeRules",
    "Contact",
    "Form",
    "KeyRules",
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
    "challenge",
    "checked",
    "confirmed_citizen",
    "digest_of",
    "digest_of_token",
    "email_of",
    "first_token",
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
