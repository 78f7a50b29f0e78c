"""The first administrator, for an installation that has none (K1, I8)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace

import structlog

from services.chassis.work.transactions import Transaction
from services.identity.accounts.domain import Account, Powers, Role
from services.identity.accounts.store import Accounts, Credentials
from services.identity.authenticators.actions import Authenticators
from services.identity.authenticators.domain import new_secret, uri_of
from services.identity.deps import Deps
from services.identity.installation.domain import temporary_password
from services.identity.installation.errors import AdministratorThereError
from services.identity.installation.store import Installation
from services.identity.passwords.gateways import PasswordHashes
from services.identity.staff.actions import StaffEntry
from services.identity.staff.domain import PostForm, StaffForm, checked

log = structlog.get_logger(__name__)

_ALL = Powers(everywhere=True, clinics=frozenset())
_BY = "installation"


@dataclass(frozen=True)
class Made:
    """Who was made, and the password that must change at the first login."""

    account: Account
    password: str = field(repr=False)
    app: str | None = field(repr=False, default=None)
    """What an authenticator app is connected with, where one was asked for."""


@dataclass(frozen=True)
class FirstAdministrator:
    """Makes one, in the same way as any member of staff. All others are made over HTTP."""

    deps: Deps
    accounts: Accounts
    credentials: Credentials
    hashes: PasswordHashes
    staff: StaffEntry
    authenticators: Authenticators
    installation: Installation

    async def make(self, form: StaffForm, *, app: bool = False) -> Made:
        """An administrator of the whole platform.

        The second factor goes to the contact given, or is an authenticator `app`: where no messages
        go out yet.

        Raises:
            AdministratorThereError: there is one, or another command makes one at this moment.
            InvalidInputError: names every wrong field.
            ContactTakenError: an account has the login or the contact.
        """
        form = replace(form, posts=(PostForm(Role.ADMINISTRATOR.value),))
        entered = checked(form, self.deps.now().date(), new=True)
        account_id, password = self.deps.new_id(), temporary_password(secrets.choice)
        hashed, secret = await self.hashes.hash(password), new_secret() if app else None

        async def work(tx: Transaction) -> Account:
            now = self.deps.now()
            if await self.accounts.has_administrator(tx):
                raise AdministratorThereError
            account = await self.staff.add(tx, account_id, entered, _ALL, _BY, invite=False)
            await self.credentials.set_password(tx, account_id, hashed, now, temporary=True)
            if secret is not None:
                kept = self.authenticators.encrypted(account_id, secret)
                await self.authenticators.connect(tx, account_id, kept, step=0, now=now)
            await self.installation.open(tx, account_id, now)
            return account

        account = await self.deps.transactions.run(work)
        log.info("the first administrator was made", account_id=account_id)
        uri = uri_of(secret, account.code_contact.address) if secret else None
        return Made(account, password, uri)
