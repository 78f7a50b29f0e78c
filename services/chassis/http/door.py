"""The door of a service: a token outlives a blocked account by minutes, and opens nothing (I9).

Each service hears from identity whose account is closed and keeps a copy of its own; here is only
where every route that takes a token looks.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import Depends, Request

from contracts.roles import Role
from services.chassis.foundation.errors import AccountBlockedError
from services.chassis.http.auth import Principal, require
from services.chassis.http.facilities import find


@dataclass(frozen=True)
class Door:
    """Asks the service's copy, by the id of the account: once a request, so it has to be cheap."""

    blocked: Callable[[str], Awaitable[bool]]

    async def admit(self, who: Principal) -> Principal:
        """Whoever holds the token, a citizen or a member of staff.

        Raises:
            AccountBlockedError: an administrator closed the account.
        """
        if await self.blocked(who.subject):
            raise AccountBlockedError
        return who


def admitted(*roles: Role, confirmed: bool = False) -> Callable[..., Awaitable[Principal]]:
    """The dependency `require(…)` of a service that has a `Door`: blocked accounts stay outside."""
    has_role = require(*roles, confirmed=confirmed)

    async def holder(request: Request, who: Principal = Depends(has_role)) -> Principal:
        return await find(request.app, Door).admit(who)

    return holder
