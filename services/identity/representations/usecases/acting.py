"""A token with which somebody acts for another (RFC 8693 `act`): as short as any, not renewed."""

from __future__ import annotations

from dataclasses import dataclass

from services.identity.accounts.actions import reading
from services.identity.accounts.domain import CONFIRMED, Role
from services.identity.accounts.store import Accounts
from services.identity.deps import Deps
from services.identity.representations.domain import Kind, Representation
from services.identity.representations.errors import NoRightError
from services.identity.representations.store import Representations
from services.identity.tokens.actions import Logins
from services.identity.tokens.domain import Holder


@dataclass(frozen=True)
class ActingToken:
    """The token, by which right, and for how many seconds."""

    access_token: str
    expires_in: int
    right: Representation


@dataclass(frozen=True)
class Acting:
    """Whoever has a right in force gets a token of the other one that names them both.

    It opens what the right is for, in the services; nothing of the other's account here.
    """

    deps: Deps
    accounts: Accounts
    store: Representations
    logins: Logins

    async def token(self, account_id: str, subject_id: str) -> ActingToken:
        """Act for this one.

        Raises:
            NoRightError: there is no right in force; whether there is such a person is not told.
            AccountBlockedError: an administrator closed one of the two accounts.
        """
        await reading(self.accounts, account_id)
        right = await self.store.in_force(None, account_id, subject_id)
        if right is None or (right.until is not None and right.until <= self.deps.now()):
            raise NoRightError
        token = await self.logins.acting(
            await self._holder(right, subject_id), actor=account_id, right_id=right.id
        )
        return ActingToken(token, self.deps.settings.access_token_seconds, right)

    async def _holder(self, right: Representation, subject_id: str) -> Holder:
        if right.kind is Kind.ORGANISATION:  # has no account: the register confirmed it
            return Holder(subject_id, (Role.CITIZEN.value,), CONFIRMED)
        return (await reading(self.accounts, subject_id)).holder
