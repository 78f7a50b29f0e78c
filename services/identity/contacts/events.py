"""What is told of changed contacts: those that their owner has proved (I16)."""

from __future__ import annotations

from contracts import identity as contract
from services.identity.accounts.domain import Account


def contacts_changed(account: Account, before: Account) -> contract.ContactsChanged:
    """A contact was proved anew; both are told as they are now, and the one that it replaced."""
    phone, email = account.proved_phone, account.proved_email
    return contract.ContactsChanged(
        account_id=account.id,
        pii=contract.ChangedContacts(
            phone=phone,
            email=email,
            former_phone=before.proved_phone if before.proved_phone != phone else None,
            former_email=before.proved_email if before.proved_email != email else None,
        ),
    )
