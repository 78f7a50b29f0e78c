"""What an account's owner is told of it."""

from __future__ import annotations

from dataclasses import dataclass

from services.identity.accounts.actions import reading
from services.identity.accounts.domain import Account
from services.identity.accounts.store import Accounts


@dataclass(frozen=True)
class OwnAccount:
    """One's own account."""

    accounts: Accounts

    async def get(self, account_id: str) -> Account:
        """The account, for its owner.

        Raises:
            AccountNotFoundError: no such account.
            AccountBlockedError: an administrator closed it.
        """
        return await reading(self.accounts, account_id)
