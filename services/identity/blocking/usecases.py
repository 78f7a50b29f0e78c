"""Administrators close accounts and open them again, each time with a reason.

The platform's close any; a clinic's those of its own staff.
"""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from services.chassis.work.looks import Looker, Looks, Subject
from services.chassis.work.transactions import Transaction
from services.identity.accounts.actions import acting, reading
from services.identity.accounts.domain import ACCOUNT, Account, Blocking, Shown, login_of
from services.identity.accounts.errors import AccountNotFoundError
from services.identity.accounts.store import Accounts
from services.identity.blocking import events
from services.identity.blocking.actions import Ending
from services.identity.blocking.domain import marked
from services.identity.deps import Deps

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Blockings:
    """A closed account has no login; other services hear of it and act for it no more."""

    deps: Deps
    accounts: Accounts
    ending: Ending
    looks: Looks

    async def find(self, login: str, by: Looker) -> Account:
        """The account that is found by this contact; the look is in its owner's journal (K7).

        Raises:
            AccountNotFoundError: there is none, or it is none of this administrator's.
            AccountBlockedError: the administrator who asks is blocked.
        """
        administrator = await reading(self.accounts, by.id)
        found = await self.accounts.by_login(None, login_of(login))
        if found is None or not found.seen_by(administrator.powers):
            raise AccountNotFoundError
        subject = Subject(ACCOUNT, found.id, found.id)

        async def work(tx: Transaction) -> None:
            await self.looks.record(tx, by, Shown.STANDING, subject)

        await self.deps.transactions.run(work)
        return found

    async def block(self, account_id: str, reason: str, by: Looker) -> Account:
        """Close an account: every login, open code and signing session of it ends.

        Raises:
            AccountNotFoundError: there is none, or it is none of this administrator's.
            StaffElsewhereError: it is staff's who work elsewhere, too.
            AlreadyBlockedError: it is closed.
            OwnAccountError: it is the administrator's own.
            AccountBlockedError: the administrator is blocked.
        """
        return await self._mark(account_id, reason, by, closed=True)

    async def unblock(self, account_id: str, reason: str, by: Looker) -> Account:
        """Open it again; the owner logs in anew.

        Raises:
            AccountNotFoundError: there is none, or it is none of this administrator's.
            StaffElsewhereError: it is staff's who work elsewhere, too.
            AlreadyBlockedError: it is open.
            AccountBlockedError: the administrator is blocked.
        """
        return await self._mark(account_id, reason, by, closed=False)

    async def _mark(self, account_id: str, reason: str, by: Looker, *, closed: bool) -> Account:
        blocking = Blocking(self.deps.now(), by.id, reason, closed=closed)
        subject = Subject(ACCOUNT, account_id, account_id)

        async def work(tx: Transaction) -> Account:
            found = await self.accounts.find(tx, account_id)  # before `acting` writes
            administrator = await acting(tx, self.accounts, blocking.by)
            if found is None:
                raise AccountNotFoundError
            found.require_managed_by(administrator.powers)
            after = marked(found, blocking)
            await self.looks.record(tx, by, Shown.STANDING, subject)
            told = events.closed_or_opened(found, after, blocking.at)
            if blocking.closed:
                told = (*told, *await self.ending.end_all(tx, account_id))
            return await self.accounts.save(tx, after, *told)

        done = await self.deps.transactions.run(work)
        log.info("an account was blocked or opened", account_id=account_id, blocked=done.blocked)
        return done
