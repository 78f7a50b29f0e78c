"""Administrators close accounts and open them again, each time with a reason."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from services.chassis.work.looks import Looker, Looks, Subject
from services.chassis.work.transactions import Transaction
from services.identity.accounts.actions import acting, reading
from services.identity.accounts.domain import ACCOUNT, Account, Blocking, Shown, login_of
from services.identity.accounts.errors import AccountNotFoundError
from services.identity.accounts.store import Accounts, Credentials
from services.identity.acts.actions import SigningEnds
from services.identity.blocking import events
from services.identity.blocking.domain import marked
from services.identity.codes.actions import Codes
from services.identity.deps import Deps
from services.identity.tokens.actions import Logins

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Blockings:
    """A closed account has no login; other services hear of it and act for it no more."""

    deps: Deps
    accounts: Accounts
    credentials: Credentials
    codes: Codes
    logins: Logins
    signing: SigningEnds
    looks: Looks

    async def find(self, login: str, by: Looker) -> Account:
        """The account that is found by this contact; the look is in its owner's journal (K7).

        Raises:
            AccountNotFoundError: there is none.
            AccountBlockedError: the administrator who asks is blocked.
        """
        await reading(self.accounts, by.id)
        found = await self.accounts.by_login(None, login_of(login))
        if found is None:
            raise AccountNotFoundError
        subject = Subject(ACCOUNT, found.id, found.id)

        async def work(tx: Transaction) -> None:
            await self.looks.record(tx, by, Shown.STANDING, subject)

        await self.deps.transactions.run(work)
        return found

    async def block(self, account_id: str, reason: str, by: Looker) -> Account:
        """Close an account: every login, open code and signing session of it ends.

        Raises:
            AccountNotFoundError: there is none.
            AlreadyBlockedError: it is closed.
            OwnAccountError: it is the administrator's own.
            AccountBlockedError: the administrator is blocked.
        """
        return await self._mark(account_id, reason, by, closed=True)

    async def unblock(self, account_id: str, reason: str, by: Looker) -> Account:
        """Open it again; the owner logs in anew.

        Raises:
            AccountNotFoundError: there is none.
            AlreadyBlockedError: it is open.
            AccountBlockedError: the administrator is blocked.
        """
        return await self._mark(account_id, reason, by, closed=False)

    async def _mark(self, account_id: str, reason: str, by: Looker, *, closed: bool) -> Account:
        blocking = Blocking(self.deps.now(), by.id, reason, closed=closed)
        subject = Subject(ACCOUNT, account_id, account_id)

        async def work(tx: Transaction) -> Account:
            found = await self.accounts.find(tx, account_id)  # before `acting` writes
            await acting(tx, self.accounts, blocking.by)
            if found is None:
                raise AccountNotFoundError
            after = marked(found, blocking)
            await self.looks.record(tx, by, Shown.STANDING, subject)
            if not blocking.closed:
                return await self.accounts.save(tx, after, events.account_unblocked(after))
            ended = await self.signing.ended(tx, account_id)
            fact = events.account_blocked(after, blocking)
            after = await self.accounts.save(tx, after, fact, *ended)
            await self.logins.end_all(tx, account_id)
            await self.codes.end_all(tx, account_id)
            await self.credentials.forget_devices(tx, account_id)
            return after

        done = await self.deps.transactions.run(work)
        log.info("an account was blocked or opened", account_id=account_id, blocked=done.blocked)
        return done
