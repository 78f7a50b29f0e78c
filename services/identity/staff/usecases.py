"""Staff accounts, made by an administrator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pymongo.errors import DuplicateKeyError

from services.chassis.database.idempotency import Once
from services.chassis.work.transactions import Transaction
from services.identity import events
from services.identity.accounts.actions import acting, reading
from services.identity.deps import World, require_reachable
from services.identity.domain import Account, StaffForm, staff_account
from services.identity.errors import ContactTakenError


@dataclass(frozen=True)
class Staff:
    """No administrator knows a password: staff set theirs through recovery."""

    world: World

    async def register(self, form: StaffForm, by: str, *, once: Once | None = None) -> Account:
        """A new staff account, made by an administrator.

        Raises:
            AccountBlockedError: the administrator is blocked.
            InvalidInputError: names every wrong field.
            ContactTakenError: another account has the phone or the e-mail.
        """
        w = self.world
        account = staff_account(w.new_id(), form, w.now())
        require_reachable(account.code_contact, w.rules.phone_countries)

        async def work(tx: Transaction) -> Account:
            await acting(tx, w.store, by)
            await w.store.accounts.add(account, session=tx.session)
            if told := events.staff_registered(account):
                tx.emit(account.id, account.version, told)
            return account

        try:
            return await w.transactions.run(work, once=once)
        except DuplicateKeyError as error:
            raise ContactTakenError from error

    async def page(self, limit: int, after: tuple[datetime, str] | None, by: str) -> list[Account]:
        """Staff accounts, newest first; one more than `limit` where there are more.

        Raises:
            AccountBlockedError: the administrator who asks is blocked.
        """
        await reading(self.world.store, by)
        return await self.world.store.accounts.staff(limit + 1, after)
