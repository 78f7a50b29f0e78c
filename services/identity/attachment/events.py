"""What is told of an attachment."""

from __future__ import annotations

from contracts import identity as contract
from services.identity.accounts.domain import Account


def clinic_attached(account: Account) -> contract.ClinicAttached:
    """The citizen's clinic from now on.

    Raises:
        ValueError: there is none.
    """
    if account.attachment is None:
        message = f"account {account.id} is attached to no clinic"
        raise ValueError(message)
    return contract.ClinicAttached(account_id=account.id, clinic_id=account.attachment.clinic_id)
