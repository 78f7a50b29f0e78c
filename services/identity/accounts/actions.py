"""Who acts. A closed account does nothing here, whatever its access token still says.

Every use case that is given the account of its caller begins with one of these.
"""

from __future__ import annotations

from services.chassis.work.transactions import Transaction
from services.identity.accounts.domain import Account
from services.identity.accounts.store import Accounts


async def acting(tx: Transaction, accounts: Accounts, account_id: str) -> Account:
    """The account of who changes something else; it stays as it is until the transaction ends.

    Reading alone would let two administrators who block each other both succeed.

    Raises:
        AccountNotFoundError: no such account.
        AccountBlockedError: an administrator closed it.
        DismissedError: it is the account of staff who were dismissed.
    """
    return _open(await accounts.hold(tx, account_id))


async def changing(tx: Transaction, accounts: Accounts, account_id: str) -> Account:
    """The account of who changes the account itself: its own revision guards it.

    Raises:
        AccountNotFoundError, AccountBlockedError, DismissedError: as above.
    """
    return _open(await accounts.get(tx, account_id))


async def reading(accounts: Accounts, account_id: str) -> Account:
    """The account of who only looks.

    Raises:
        AccountNotFoundError, AccountBlockedError, DismissedError: as above.
    """
    return _open(await accounts.get(None, account_id))


def _open(account: Account) -> Account:
    account.require_open()
    return account
