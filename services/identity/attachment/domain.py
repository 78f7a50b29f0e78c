"""How a citizen's clinic changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from services.identity.accounts.domain import Account, Attachment


def attached(account: Account, clinic_id: str, now: datetime) -> Account:
    """The account attached to this clinic; the same one where it is already."""
    if account.attachment is not None and account.attachment.clinic_id == clinic_id:
        return account
    return replace(account, attachment=Attachment(clinic_id, now))
