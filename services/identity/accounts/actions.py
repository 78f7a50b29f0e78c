"""Who acts. A blocked account does nothing here, whatever its access token still says.

Every use case that is given the account of its caller begins with one of these two.
"""

from __future__ import annotations

from services.chassis.foundation.errors import AccountBlockedError, NotFoundError
from services.chassis.work.transactions import Transaction
from services.identity.domain import Account
from services.identity.store import Store

_GONE = "Учётная запись не найдена."


async def acting(tx: Transaction, store: Store, account_id: str) -> Account:
    """The account of who changes something; it stays as it is until the transaction ends.

    Reading alone would let two administrators who block each other both succeed.

    Raises:
        NotFoundError: no such account.
        AccountBlockedError: an administrator closed it.
    """
    return _open(await store.accounts.hold(account_id, session=tx.session))


async def reading(store: Store, account_id: str) -> Account:
    """The account of who only looks.

    Raises:
        NotFoundError, AccountBlockedError: as above.
    """
    return _open(await store.accounts.get(account_id))


def _open(account: Account | None) -> Account:
    if account is None:
        raise NotFoundError(_GONE)
    if account.blocked:
        raise AccountBlockedError
    return account
