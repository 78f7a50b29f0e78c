"""Connecting an authenticator app, and removing it (d11).

It asks for the password, too: a stolen access token must not become the second factor. Who lost
the app recovers the account by its contacts, which removes it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from services.chassis.work.transactions import Transaction
from services.identity.accounts.actions import acting, reading
from services.identity.accounts.store import Accounts
from services.identity.authenticators.actions import Authenticators
from services.identity.authenticators.domain import (
    PENDING,
    Authenticator,
    Enrolment,
    new_secret,
    uri_of,
)
from services.identity.callers.domain import Caller
from services.identity.callers.store import Counters
from services.identity.codes.errors import TooManyGuessesError
from services.identity.deps import Deps
from services.identity.enrolments.errors import (
    AuthenticatorThereError,
    EnrolmentNotFoundError,
    NoAuthenticatorError,
    WrongAppCodeError,
)
from services.identity.passwords.actions import PasswordTries
from services.identity.passwords.errors import WrongCredentialsError

log = structlog.get_logger(__name__)

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Offered:
    """What an app is connected with; told once."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True)
class Enrolments:
    """One authenticator an account; codes are guessed at no more often than those that are sent."""

    deps: Deps
    accounts: Accounts
    authenticators: Authenticators
    passwords: PasswordTries
    counters: Counters

    async def find(self, account_id: str) -> Authenticator | None:
        """The account's authenticator, where it has one.

        Raises:
            AccountBlockedError: an administrator closed the account.
        """
        await reading(self.accounts, account_id)
        return await self.authenticators.store.find(None, account_id)

    async def begin(self, account_id: str, password: str, caller: Caller) -> Offered:
        """A secret for the app. It is the second factor as soon as a code of it was given.

        Raises:
            WrongCredentialsError, LoginLockedError: not the password of this account.
            AuthenticatorThereError: it has one.
            AccountBlockedError: an administrator closed the account.
        """
        account = await reading(self.accounts, account_id)
        asker = caller.logged_in(account_id)
        proof = await self.passwords.prove(account, account_id, password, asker)
        secret, until = new_secret(), self.deps.now() + PENDING
        kept = Enrolment(account_id, self.authenticators.encrypted(account_id, secret), until)

        async def work(tx: Transaction) -> None:
            if await self.authenticators.store.find(tx, account_id) is not None:
                raise AuthenticatorThereError
            await acting(tx, self.accounts, account_id)
            if not await self.passwords.still_proved(tx, proof):
                raise WrongCredentialsError
            await self.authenticators.store.begin(tx, kept)

        await self.deps.transactions.run(work)
        return Offered(secret, uri_of(secret, account.code_contact.address), until)

    async def confirm(self, account_id: str, code: str) -> Authenticator:
        """The app shows the right code: from now on it is asked for in place of a sent one.

        Raises:
            EnrolmentNotFoundError: nothing is being connected.
            WrongAppCodeError, TooManyGuessesError: not its code.
            AccountBlockedError: an administrator closed the account.
        """
        guesses = await self._count_guess(account_id)

        async def work(tx: Transaction) -> Authenticator:
            now = self.deps.now()
            found = await self.authenticators.store.enrolment(tx, account_id)
            await acting(tx, self.accounts, account_id)
            if found is None or found.forget_at <= now:
                raise EnrolmentNotFoundError
            step = self.authenticators.step(account_id, found.secret, code)
            if step is None:
                raise WrongAppCodeError
            return await self.authenticators.connect(tx, account_id, found.secret, step, now)

        made = await self.deps.transactions.run(work)
        await self.counters.clear(guesses)
        log.info("an authenticator was connected", account_id=account_id)
        return made

    async def remove(self, account_id: str, code: str) -> None:
        """With a fresh code of the app: codes are sent again from now on.

        Raises:
            NoAuthenticatorError: there is none.
            WrongAppCodeError, TooManyGuessesError: not its code, or one that was used.
            AccountBlockedError: an administrator closed the account.
        """
        guesses = await self._count_guess(account_id)

        async def work(tx: Transaction) -> None:
            found = await self.authenticators.store.find(tx, account_id)
            await acting(tx, self.accounts, account_id)
            if found is None:
                raise NoAuthenticatorError
            if self.authenticators.step(account_id, found.secret, code, after=found.step) is None:
                raise WrongAppCodeError
            await self.authenticators.store.remove(tx, account_id)

        await self.deps.transactions.run(work)
        await self.counters.clear(guesses)
        log.info("an authenticator was removed", account_id=account_id)

    async def _count_guess(self, account_id: str) -> str:
        await reading(self.accounts, account_id)
        key = self.counters.key("authenticator-guesses", account_id)
        hit = await self.counters.hit(key, limit=self.deps.settings.guesses_per_day, window=_DAY)
        if not hit.allowed:
            raise TooManyGuessesError(hit.wait)
        return key
