"""Administrators close accounts and open them again, each time with a reason."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from services.chassis.foundation.errors import NotFoundError
from services.chassis.work.transactions import Transaction
from services.identity import events
from services.identity.accounts.actions import acting, reading
from services.identity.deps import World
from services.identity.domain import Account, Blocking, login_of

log = structlog.get_logger(__name__)

_NONE = "Такой учётной записи нет."


@dataclass(frozen=True)
class Blockings:
    """A closed account has no login; other services hear of it and act for it no more."""

    world: World

    async def find(self, login: str, by: str) -> Account:
        """The account that is found by this contact.

        Raises:
            NotFoundError: there is none.
            AccountBlockedError: the administrator who asks is blocked.
        """
        await reading(self.world.store, by)
        found = await self.world.store.accounts.by_login(login_of(login))
        if found is None:
            raise NotFoundError(_NONE)
        return found

    async def block(self, account_id: str, reason: str, by: str) -> Account:
        """Close an account: every login and every open code of it ends.

        Raises:
            NotFoundError: there is none.
            AlreadyBlockedError: it is closed.
            OwnAccountError: it is the administrator's own.
            AccountBlockedError: the administrator is blocked.
        """
        return await self._mark(account_id, Blocking(self.world.now(), by, reason, closed=True))

    async def unblock(self, account_id: str, reason: str, by: str) -> Account:
        """Open it again; the owner logs in anew.

        Raises:
            NotFoundError: there is none.
            AlreadyBlockedError: it is open.
            AccountBlockedError: the administrator is blocked.
        """
        return await self._mark(account_id, Blocking(self.world.now(), by, reason, closed=False))

    async def _mark(self, account_id: str, blocking: Blocking) -> Account:
        w = self.world

        async def work(tx: Transaction) -> Account:
            await acting(tx, w.store, blocking.by)
            account = await w.store.accounts.get(account_id, session=tx.session)
            if account is None:
                raise NotFoundError(_NONE)
            after = account.marked(blocking)
            await w.store.accounts.save(after, session=tx.session)
            if after.blocked:
                now = blocking.at
                await w.store.refresh_tokens.revoke_account(account_id, now, session=tx.session)
                await w.store.challenges.end_all(account_id, session=tx.session)
                await w.store.accounts.forget_devices(account_id, session=tx.session)
            told = events.account_blocked if after.blocked else events.account_unblocked
            tx.emit(after.id, after.version, told(after))
            return after

        done = await w.transactions.run(work)
        log.info("an account was blocked or opened", account_id=account_id, blocked=done.blocked)
        return done
