"""Whom a proved contact makes."""

from __future__ import annotations

from datetime import datetime

from services.identity.accounts.domain import Account, Channel, Contact


def registered(account_id: str, contact: Contact, now: datetime) -> Account:
    """A citizen who has just proved one contact."""
    by_phone = contact.channel is Channel.SMS
    return Account(
        id=account_id,
        created_at=now,
        logins=(contact.address,),
        phone=contact.address if by_phone else None,
        email=None if by_phone else contact.address,
    )
