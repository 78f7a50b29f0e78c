"""Staff accounts, made by an administrator."""

from __future__ import annotations

from dataclasses import dataclass

from services.chassis.database.idempotency import Once
from services.chassis.database.pages import Page
from services.chassis.work.transactions import Transaction
from services.identity.accounts.actions import acting, reading
from services.identity.accounts.domain import Account, require_reachable
from services.identity.accounts.store import Accounts
from services.identity.deps import Deps
from services.identity.staff import events
from services.identity.staff.domain import StaffForm, staff_account


@dataclass(frozen=True)
class Staff:
    """No administrator knows a password: staff set theirs through recovery."""

    deps: Deps
    accounts: Accounts

    async def register(self, form: StaffForm, by: str, *, once: Once | None = None) -> Account:
        """A new staff account, made by an administrator.

        Raises:
            AccountBlockedError: the administrator is blocked.
            InvalidInputError: names every wrong field.
            ContactTakenError: another account has the phone or the e-mail.
        """
        account, employee = staff_account(self.deps.new_id(), form, self.deps.now())
        require_reachable(account.code_contact, self.deps.settings.phone_countries)
        facts = events.staff_registered(account, employee)

        async def work(tx: Transaction) -> Account:
            await acting(tx, self.accounts, by)
            return await self.accounts.add(tx, account, *facts)

        return await self.deps.transactions.run(work, once=once)

    async def page(self, after: str | None, limit: int, by: str) -> Page[Account]:
        """Staff accounts, newest first.

        Raises:
            AccountBlockedError: the administrator who asks is blocked.
        """
        await reading(self.accounts, by)
        return await self.accounts.staff(after, limit)
