"""What is told of a blocking. Why stays here."""

from __future__ import annotations

from contracts import identity as contract
from services.identity.accounts.domain import Account, Blocking


def account_blocked(account: Account, blocking: Blocking) -> contract.AccountBlocked:
    """An administrator closed it."""
    return contract.AccountBlocked(account_id=account.id, blocked_at=blocking.at)


def account_unblocked(account: Account) -> contract.AccountUnblocked:
    """It is open again."""
    return contract.AccountUnblocked(account_id=account.id)
