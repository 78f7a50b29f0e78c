"""What is told of an account that is closed, or open again. Why stays here."""

from __future__ import annotations

from datetime import datetime

from contracts import identity as contract
from contracts.envelope import Data
from services.identity.accounts.domain import Account


def closed_or_opened(before: Account, after: Account, now: datetime) -> tuple[Data, ...]:
    """Nothing, where it was closed already, or is still: blocked and dismissed are two reasons."""
    if before.open and not after.open:
        return (contract.AccountBlocked(account_id=after.id, blocked_at=now),)
    if after.open and not before.open:
        return (contract.AccountUnblocked(account_id=after.id),)
    return ()
