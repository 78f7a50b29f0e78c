"""What a newly proved contact makes of an account (I16)."""

from __future__ import annotations

from dataclasses import replace

from services.identity.accounts.domain import Account, Channel, Contact


def proved(account: Account, contact: Contact) -> Account:
    """The account with a contact that its owner has just proved, in place of the old one.

    It becomes a login; the one it replaces is none any more. The registry is not asked again.
    """
    by_phone = contact.channel is Channel.SMS
    old = account.phone if by_phone else account.email
    others = tuple(login for login in account.logins if login not in (old, contact.address))
    return replace(
        account,
        logins=(contact.address, *others),
        phone=contact.address if by_phone else account.phone,
        email=account.email if by_phone else contact.address,
    )
