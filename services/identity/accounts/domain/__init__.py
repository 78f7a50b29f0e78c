"""What an account is: contacts, roles, a profile."""

from __future__ import annotations

from services.identity.accounts.domain.account import (
    CONFIRMED,
    REGISTERED,
    Account,
    Attachment,
    Blocking,
    logins_of,
)
from services.identity.accounts.domain.ages import ADULT, OWN_ACCOUNT, reaches
from services.identity.accounts.domain.contacts import (
    Channel,
    Contact,
    can_get_codes,
    contact_of,
    email_of,
    login_of,
    office_phone_of,
    phone_of,
    readable,
    require_reachable,
    required_contact,
    required_email,
    required_phone,
)
from services.identity.accounts.domain.employee import (
    Conference,
    Dismissal,
    Employee,
    Post,
    Powers,
    Practice,
    Qualification,
    Role,
    StaffAsked,
)
from services.identity.accounts.domain.looks import ACCOUNT, SHOWN_LABELS, Shown
from services.identity.accounts.domain.passwords import StoredPassword
from services.identity.accounts.domain.person import (
    Category,
    Gender,
    Passport,
    Person,
    Profile,
    ProfileState,
    TemporaryPolicy,
    named_as,
)
from services.identity.accounts.domain.sameness import same_person

__all__ = [
    "ACCOUNT",
    "ADULT",
    "CONFIRMED",
    "OWN_ACCOUNT",
    "REGISTERED",
    "SHOWN_LABELS",
    "Account",
    "Attachment",
    "Blocking",
    "Category",
    "Channel",
    "Conference",
    "Contact",
    "Dismissal",
    "Employee",
    "Gender",
    "Passport",
    "Person",
    "Post",
    "Powers",
    "Practice",
    "Profile",
    "ProfileState",
    "Qualification",
    "Role",
    "Shown",
    "StaffAsked",
    "StoredPassword",
    "TemporaryPolicy",
    "can_get_codes",
    "contact_of",
    "email_of",
    "login_of",
    "logins_of",
    "named_as",
    "office_phone_of",
    "phone_of",
    "reaches",
    "readable",
    "require_reachable",
    "required_contact",
    "required_email",
    "required_phone",
    "same_person",
]
