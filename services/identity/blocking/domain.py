"""What a blocking makes of an account."""

from __future__ import annotations

from dataclasses import replace

from services.identity.accounts.domain import Account, Blocking
from services.identity.blocking.errors import AlreadyBlockedError, OwnAccountError

_BLOCKINGS_KEPT = 50


def marked(account: Account, blocking: Blocking) -> Account:
    """The account closed or opened, with who did it and why.

    Raises:
        AlreadyBlockedError: it is as it should be.
        OwnAccountError: administrators cannot shut themselves out.
    """
    if blocking.by == account.id:
        raise OwnAccountError
    if blocking.closed == account.blocked:
        raise AlreadyBlockedError(blocked=account.blocked)
    kept = (*account.blockings, blocking)[-_BLOCKINGS_KEPT:]
    return replace(account, blockings=kept)
