"""What an account is: contacts, roles, a profile."""

from __future__ import annotations

from services.identity.accounts.domain.account import (
    CONFIRMED,
    REGISTERED,
    Account,
    Blocking,
    Employee,
    Role,
    logins_of,
)
from services.identity.accounts.domain.contacts import (
    Channel,
    Contact,
    can_get_codes,
    contact_of,
    email_of,
    login_of,
    phone_of,
    readable,
    require_reachable,
    required_contact,
    required_email,
    required_phone,
)
from services.identity.accounts.domain.person import (
    Category,
    Passport,
    Person,
    Profile,
    ProfileState,
)

__all__ = [
    "CONFIRMED",
    "REGISTERED",
    "Account",
    "Blocking",
    "Category",
    "Channel",
    "Contact",
    "Employee",
    "Passport",
    "Person",
    "Profile",
    "ProfileState",
    "Role",
    "can_get_codes",
    "contact_of",
    "email_of",
    "login_of",
    "logins_of",
    "phone_of",
    "readable",
    "require_reachable",
    "required_contact",
    "required_email",
    "required_phone",
]
