"""An account: a person (or a member of staff) with proved contacts and a profile.

Level «confirmed» is exactly «the registry agreed with the profile as it is now» (I2, I9). Refuses
to know passwords and tokens; what may be done with an account is decided by the features above.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.chassis.foundation.errors import AccountBlockedError
from services.identity.accounts.domain.contacts import Channel, Contact
from services.identity.accounts.domain.employee import NOBODY, Employee, Powers, Role
from services.identity.accounts.domain.person import (
    Profile,
    ProfileState,
    TemporaryPolicy,
)
from services.identity.accounts.errors import (
    AccountNotFoundError,
    DismissedError,
    StaffElsewhereError,
)
from services.identity.tokens.domain import Holder

CONFIRMED, REGISTERED = "confirmed", "registered"


@dataclass(frozen=True)
class Blocking:
    """An administrator closed the account, or opened it again."""

    at: datetime
    by: str
    reason: str
    closed: bool


@dataclass(frozen=True)
class Attachment:
    """The clinic that a citizen is attached to (K6)."""

    clinic_id: str
    since: datetime


@dataclass(frozen=True)
class Account:
    """The aggregate; `logins` are the names it is found by.

    A contact is in `logins` exactly when its owner proved it (an administrator answers for those
    of staff), so nobody can take over a contact by typing it into a profile.
    """

    id: str
    created_at: datetime
    logins: tuple[str, ...]
    phone: str | None = None
    email: str | None = None
    staff: Employee | None = None
    profile: Profile | None = None
    attachment: Attachment | None = None
    temporary_policy: TemporaryPolicy | None = None
    blockings: tuple[Blocking, ...] = ()
    revision: int = 0
    version: int = 0

    @property
    def blocked(self) -> bool:
        """Whether an administrator closed it, and nobody has opened it again."""
        return bool(self.blockings) and self.blockings[-1].closed

    @property
    def dismissed(self) -> bool:
        """Whether it is the account of staff who were dismissed."""
        return self.staff is not None and self.staff.dismissed

    @property
    def open(self) -> bool:
        """Whether anybody may act with it."""
        return not self.blocked and not self.dismissed

    def require_open(self) -> None:
        """Check that somebody may act with it.

        Raises:
            AccountBlockedError: an administrator closed it.
            DismissedError: it is the account of staff who were dismissed.
        """
        if self.blocked:
            raise AccountBlockedError
        if self.dismissed:
            raise DismissedError

    @property
    def roles(self) -> tuple[Role, ...]:
        """What its holder is, whether or not at a clinic."""
        return self.staff.roles if self.staff else (Role.CITIZEN,)

    @property
    def powers(self) -> Powers:
        """What its holder manages as an administrator."""
        return self.staff.powers if self.staff else NOBODY

    def seen_by(self, powers: Powers) -> bool:
        """Whether it is an account of somebody who works where these powers reach."""
        if self.staff is None:
            return powers.everywhere
        return powers.everywhere or any(powers.over(p.clinic_id) for p in self.staff.posts)

    def require_managed_by(self, powers: Powers) -> None:
        """Check that these powers are over the whole account.

        Raises:
            AccountNotFoundError: they do not reach it.
            StaffElsewhereError: it is staff's who work elsewhere, too.
        """
        if not self.seen_by(powers):
            raise AccountNotFoundError
        if self.staff and not all(powers.over(post.clinic_id) for post in self.staff.posts):
            raise StaffElsewhereError

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
        roles = tuple(role.value for role in self.roles)
        staff = self.staff
        if staff is None:
            return Holder(self.id, roles, self.level)
        posts = tuple((post.role.value, post.clinic_id) for post in staff.posts)
        return Holder(self.id, roles, self.level, posts, staff.full_name, staff.position)

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


def logins_of(phone: Contact | None, email: Contact | None, login: str | None) -> tuple[str, ...]:
    """The names that an account with these contacts and this login name is found by."""
    contacts = tuple(contact.address for contact in (phone, email) if contact)
    name = (login or "").strip().casefold()
    return (*contacts, name) if name else contacts
