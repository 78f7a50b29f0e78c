"""What is told of what staff did for a person."""

from __future__ import annotations

from contracts.patients import TemporaryPolicyActivated
from services.identity.accounts.domain import Account


def policy_activated(account: Account) -> TemporaryPolicyActivated:
    """They have a temporary number."""
    temporary = account.temporary_policy
    if temporary is None:
        message = f"account {account.id} has no temporary policy"
        raise ValueError(message)
    return TemporaryPolicyActivated(account_id=account.id, valid_until=temporary.valid_until)
