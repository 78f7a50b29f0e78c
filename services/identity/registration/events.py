"""What is told of a registration. Contacts only once their owner has proved them (I16)."""

from __future__ import annotations

from contracts import identity as contract
from services.identity.accounts.domain import Account


def account_registered(account: Account) -> contract.AccountRegistered:
    """Someone has an account."""
    return contract.AccountRegistered(
        account_id=account.id,
        pii=contract.Contacts(phone=account.proved_phone, email=account.proved_email),
    )
