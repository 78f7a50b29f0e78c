"""What identity says: accounts, confirmed people, one-time codes, staff."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar

from contracts.clinics import Emergency, OpeningHours, Permit, Place, Practice, Room
from contracts.envelope import Data, EncryptedPii, Moment, Part, Pii


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


class PersonPii(Pii):
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


class CodeRequestedV2(Data):
    """A one-time code was made; it must reach its owner at most once and before it expires."""

    TYPE: ClassVar[str] = "identity.code-requested.v2"
    PLAIN: ClassVar[type[Pii]] = CodePii
    BOUND_TO: ClassVar[tuple[str, ...]] = ("code_id",)
    account_id: str | None = None
    code_id: str
    purpose: CodePurpose
    channel: Channel
    expires_at: Moment
    pii: EncryptedPii


class ProfileSubmittedV2(Data):
    """A person filled in their profile; the state registry is to compare it."""

    TYPE: ClassVar[str] = "identity.profile-submitted.v2"
    PLAIN: ClassVar[type[Pii]] = PersonPii
    BOUND_TO: ClassVar[tuple[str, ...]] = ("account_id",)
    account_id: str
    revision: int
    category: Category
    pii: EncryptedPii


class NamePii(Contacts):
    """How a person is called and reached."""

    last_name: str
    first_name: str
    middle_name: str | None = None


class ProfileConfirmedV2(Data):
    """The state registry agreed with the profile: services that need «confirmed» open.

    Identity papers are in no event that several read: see `PapersConfirmed`.
    """

    TYPE: ClassVar[str] = "identity.profile-confirmed.v2"
    account_id: str
    category: Category
    pii: NamePii


class PapersPii(Pii):
    """What medical certificates are filled in with; numbers are digits without separators.

    `gender` (`female`, `male`) and the address are the person's own word.
    """

    last_name: str
    first_name: str
    middle_name: str | None = None
    birth_date: date
    snils: str | None = None
    oms: str | None = None
    passport: Passport | None = None
    gender: str | None = None
    registration_address: str | None = None


class PapersConfirmed(Data):
    """The registry agreed with these papers of a person, told with `ProfileConfirmedV2`."""

    TYPE: ClassVar[str] = "identity.papers-confirmed.v1"
    PLAIN: ClassVar[type[Pii]] = PapersPii
    BOUND_TO: ClassVar[tuple[str, ...]] = ("account_id",)
    account_id: str
    category: Category
    pii: EncryptedPii


class ProfileRejected(Data):
    """The state registry did not agree; `mismatches` names the fields.

    `reasons` are codes of `contracts.patients.MISMATCHES`: why.
    """

    TYPE: ClassVar[str] = "identity.profile-rejected.v1"
    account_id: str
    mismatches: tuple[str, ...]
    reasons: tuple[str, ...] = ()


class ChangedContacts(Contacts):
    """Contacts as they are now, and the one that was replaced, which is to be told as well."""

    former_phone: str | None = None
    former_email: str | None = None


class ContactsChanged(Data):
    """A contact was proved anew; later messages go there."""

    TYPE: ClassVar[str] = "identity.contacts-changed.v1"
    account_id: str
    pii: ChangedContacts


class AccountBlocked(Data):
    """An administrator closed the account: its logins ended, no service acts for it any more.

    The reason stays in identity.
    """

    TYPE: ClassVar[str] = "identity.account-blocked.v1"
    account_id: str
    blocked_at: Moment


class AccountUnblocked(Data):
    """The account is open again; its owner logs in anew."""

    TYPE: ClassVar[str] = "identity.account-unblocked.v1"
    account_id: str


class SigningSessionEnded(Data):
    """A signer's session ended before its time: acts that carry it allow nothing from then on.

    Its owner closed it, logged out, set a new password, was blocked or dismissed.
    """

    TYPE: ClassVar[str] = "identity.signing-session-ended.v1"
    account_id: str
    session_id: str
    ended_at: Moment


class StaffPii(Pii):
    """A member of staff as patients see them."""

    full_name: str
    position: str | None = None
    snils: str | None = None


class Post(Part):
    """What a member of staff is at a clinic; without `clinic_id` on the whole platform."""

    role: StaffRole
    clinic_id: str | None = None


class StaffChanged(Data):
    """A member of staff was made, changed, moved or dismissed; the newest counts.

    `active` false: dismissed. They hold nothing, decide nothing and sign nothing from then on.
    `practice` is there for doctors, who sign under their `account_id`.
    """

    TYPE: ClassVar[str] = "identity.staff-changed.v1"
    account_id: str
    active: bool
    posts: tuple[Post, ...]
    practice: Practice | None = None
    pii: StaffPii


class ClinicChanged(Data):
    """A clinic was opened, changed or closed; everything of it is here, so the newest counts.

    `name` is for people («Городская поликлиника № 45»), `organisation` the legal entity as the
    register has it. `closed_on` is the first day on which the clinic works no more. `region` is a
    code of `contracts.regions`: its days off are the clinic's. Citizens write to `email`.
    `emergency` is its department of urgent care, where it has one.
    """

    TYPE: ClassVar[str] = "identity.clinic-changed.v1"
    clinic_id: str
    number: str
    name: str
    organisation: str
    address: str
    phone: str
    timezone: str
    ogrn: str
    inn: str
    licence: Permit
    accreditation: Permit | None = None
    place: Place | None = None
    opening_hours: tuple[OpeningHours, ...] = ()
    rooms: tuple[Room, ...] = ()
    insurance: tuple[str, ...] = ()
    closed_on: date | None = None
    region: str | None = None
    email: str | None = None
    emergency: Emergency | None = None


class StaffInvited(Data):
    """A member of staff has an account and no password yet; they are told how to set one.

    `role` is the one that they were invited for, none where no service deals with it.
    """

    TYPE: ClassVar[str] = "identity.staff-invited.v1"
    account_id: str
    role: StaffRole | None = None
    clinic_name: str | None = None
    pii: Contacts


class ClinicAttached(Data):
    """A citizen says which clinic they are attached to; the newest counts."""

    TYPE: ClassVar[str] = "identity.clinic-attached.v1"
    account_id: str
    clinic_id: str
