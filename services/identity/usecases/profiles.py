"""The profile of a citizen and what the state registry says of it (I2, I9, I13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from services.chassis.errors import NotFoundError, StaleVersionError
from services.chassis.transactions import Cause, Transaction
from services.identity import events
from services.identity.domain import Account, Form, ProfileState, checked
from services.identity.usecases.world import World

_MOSCOW = ZoneInfo("Europe/Moscow")
_GONE = "Учётная запись не найдена."


@dataclass(frozen=True)
class Profiles:
    """Confirmed is only what the registry confirmed, and only as it was then."""

    world: World

    async def get(self, account_id: str) -> Account:
        """The account with its profile.

        Raises:
            NotFoundError: no such account.
        """
        account = await self.world.store.accounts.get(account_id)
        if account is None:
            raise NotFoundError(_GONE)
        return account

    async def submit(self, account_id: str, version: int, form: Form) -> Account:
        """Take a filled-in profile; the registry is asked.

        Raises:
            InvalidInputError: names every wrong field.
            StaleVersionError: the account is not at `version` any more.
            NotFoundError: no such account.
        """
        w = self.world
        filled = checked(form, w.now().astimezone(_MOSCOW).date())

        async def work(tx: Transaction) -> Account:
            account = await w.store.accounts.get(account_id, session=tx.session)
            if account is None:
                raise NotFoundError(_GONE)
            if account.version != version:
                raise StaleVersionError
            after = account.submitted(filled)
            await w.store.accounts.save(after, session=tx.session)
            tx.emit(after.id, after.version, events.profile_submitted(after))
            return after

        return await w.transactions.run(work)

    async def record_check(
        self,
        account_id: str,
        revision: int,
        *,
        matched: bool,
        mismatches: Sequence[str],
        cause: Cause,
    ) -> None:
        """The registry answered. An answer to an older revision is taken note of and ignored.

        Raises:
            NotFoundError: the registry speaks of an account that we do not have.
            AlreadyHandledError: the same event again.
        """
        w = self.world

        async def work(tx: Transaction) -> None:
            account = await w.store.accounts.get(account_id, session=tx.session)
            if account is None:
                raise NotFoundError(_GONE)
            after = account.checked(revision, matched=matched, mismatches=mismatches)
            if after is None:
                return
            await w.store.accounts.save(after, session=tx.session)
            confirmed = after.profile_state is ProfileState.CONFIRMED
            said = events.profile_confirmed if confirmed else events.profile_rejected
            tx.emit(after.id, after.version, said(after))

        await w.transactions.run(work, cause=cause)
