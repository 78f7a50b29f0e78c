"""An account: a person (or a member of staff) with proved contacts and a profile.

Level «confirmed» is exactly «the registry agreed with the profile as it is now» (I2, I9). Refuses
to know passwords and tokens; what may be done with an account is decided by the features above.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.identity.accounts.domain.contacts import Channel, Contact
from services.identity.accounts.domain.person import Profile, ProfileState
from services.identity.tokens.domain import Holder

CONFIRMED, REGISTERED = "confirmed", "registered"


class Role(StrEnum):
    """What an account is for. One person may have a citizen's and a staff account."""

    CITIZEN = "citizen"
    DOCTOR = "doctor"
    REGISTRAR = "registrar"
    SUPPORT = "support"
    ADMINISTRATOR = "administrator"
    SRE = "sre"


@dataclass(frozen=True)
class Employee:
    """What patients see of a member of staff; the СНИЛС is for other services only."""

    full_name: str
    position: str | None = None
    clinic_id: str | None = None
    snils: str | None = None


@dataclass(frozen=True)
class Blocking:
    """An administrator closed the account, or opened it again."""

    at: datetime
    by: str
    reason: str
    closed: bool


@dataclass(frozen=True)
class Account:
    """The aggregate; `logins` are the names it is found by.

    A contact is in `logins` exactly when its owner proved it (an administrator answers for those
    of staff), so nobody can take over a contact by typing it into a profile.
    """

    id: str
    role: Role
    created_at: datetime
    logins: tuple[str, ...]
    phone: str | None = None
    email: str | None = None
    staff: Employee | None = None
    profile: Profile | None = None
    blockings: tuple[Blocking, ...] = ()
    revision: int = 0
    version: int = 0

    @property
    def blocked(self) -> bool:
        """Whether an administrator closed it, and nobody has opened it again."""
        return bool(self.blockings) and self.blockings[-1].closed

    @property
    def profile_state(self) -> ProfileState:
        """How far the profile is."""
        return self.profile.state if self.profile else ProfileState.DRAFT

    @property
    def level(self) -> str:
        """The level that other services ask for (I9)."""
        return CONFIRMED if self.profile_state is ProfileState.CONFIRMED else REGISTERED

    @property
    def holder(self) -> Holder:
        """The account as its tokens name it."""
        roles = (self.role.value,)
        if self.staff is None:
            return Holder(self.id, roles, self.level)
        posts = ((self.role.value, self.staff.clinic_id),)
        return Holder(self.id, roles, self.level, posts, self.staff.full_name, self.staff.position)

    @property
    def proved_phone(self) -> str | None:
        """The phone, if its owner proved it: others are told of no other (I16)."""
        return self.phone if self.phone in self.logins else None

    @property
    def proved_email(self) -> str | None:
        """The e-mail, if its owner proved it."""
        return self.email if self.email in self.logins else None

    @property
    def code_contact(self) -> Contact:
        """Where one-time codes go: the proved phone, else the proved e-mail."""
        if self.proved_phone:
            return Contact(Channel.SMS, self.proved_phone)
        if self.proved_email:
            return Contact(Channel.EMAIL, self.proved_email)
        message = f"account {self.id} has no proved contact"
        raise ValueError(message)


def logins_of(phone: Contact, email: Contact, login: str | None) -> tuple[str, ...]:
    """The names that an account with these contacts and this login name is found by."""
    names = (phone.address, email.address, (login or "").strip().casefold())
    return tuple(name for name in names if name)
