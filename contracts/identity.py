"""What identity says: accounts, confirmed people, one-time codes, staff."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar

from pydantic import AwareDatetime

from contracts.envelope import Data, Part, Pii


class Category(StrEnum):
    """Whom a profile describes (REQUIREMENTS I10)."""

    CITIZEN = "citizen"
    RESIDENT = "resident"
    TEMPORARY = "temporary"


class StaffRole(StrEnum):
    """Roles of staff accounts."""

    DOCTOR = "doctor"
    REGISTRAR = "registrar"
    SUPPORT = "support"
    ADMINISTRATOR = "administrator"


class CodePurpose(StrEnum):
    """Why a one-time code was asked for."""

    REGISTRATION = "registration"
    LOGIN = "login"
    CONTACT = "contact"
    RECOVERY = "recovery"
    SIGNING = "signing"


class Channel(StrEnum):
    """How a person is reached."""

    SMS = "sms"
    EMAIL = "email"
    PUSH = "push"


class Contacts(Pii):
    """Where messages go. Phone in E.164."""

    phone: str | None = None
    email: str | None = None


class Passport(Part):
    """Passport of a citizen: series of 4 and number of 6 digits."""

    series: str
    number: str


class PersonPii(Contacts):
    """A person as the profile describes them; numbers are digits without separators."""

    last_name: str
    first_name: str
    middle_name: str | None = None
    birth_date: date
    snils: str | None = None
    inn: str | None = None
    oms: str | None = None
    passport: Passport | None = None


class AccountRegistered(Data):
    """Someone proved a phone or an e-mail and has an account (level: registered)."""

    TYPE: ClassVar[str] = "identity.account-registered.v1"
    account_id: str
    pii: Contacts


class CodePii(Contacts):
    """Where a one-time code goes, and the code: a secret until `expires_at`."""

    code: str


class CodeRequested(Data):
    """A one-time code was made; it must reach its owner at most once and before it expires."""

    TYPE: ClassVar[str] = "identity.code-requested.v1"
    account_id: str | None = None
    code_id: str
    purpose: CodePurpose
    channel: Channel
    expires_at: AwareDatetime
    pii: CodePii


class ProfileSubmitted(Data):
    """A person filled in their profile; the state registry is to compare it."""

    TYPE: ClassVar[str] = "identity.profile-submitted.v1"
    account_id: str
    revision: int
    category: Category
    pii: PersonPii


class ProfileConfirmed(Data):
    """The state registry agreed with the profile: services that need «confirmed» open."""

    TYPE: ClassVar[str] = "identity.profile-confirmed.v1"
    account_id: str
    category: Category
    pii: PersonPii


class ProfileRejected(Data):
    """The state registry did not agree; `mismatches` names the fields."""

    TYPE: ClassVar[str] = "identity.profile-rejected.v1"
    account_id: str
    mismatches: tuple[str, ...]


class ChangedContacts(Contacts):
    """Contacts as they are now, and the one that was replaced, which is to be told as well."""

    former_phone: str | None = None
    former_email: str | None = None


class ContactsChanged(Data):
    """A contact was proved anew; later messages go there."""

    TYPE: ClassVar[str] = "identity.contacts-changed.v1"
    account_id: str
    pii: ChangedContacts


class StaffPii(Pii):
    """A member of staff as patients see them."""

    full_name: str
    position: str | None = None
    snils: str | None = None


class StaffRegistered(Data):
    """A staff account exists (or its data changed); doctors sign under their `account_id`."""

    TYPE: ClassVar[str] = "identity.staff-registered.v1"
    account_id: str
    role: StaffRole
    clinic_id: str | None = None
    pii: StaffPii
