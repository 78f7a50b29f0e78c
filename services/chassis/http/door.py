"""The door of a service: a token outlives a blocked account or an ended right by minutes (I9).

Each service hears from identity whose account is closed and who acts for whom, and keeps copies of
its own; here is only where every route that takes a token looks.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import Depends, Request

from contracts.rights import Scope
from contracts.roles import Role
from services.chassis.foundation import clock
from services.chassis.foundation.errors import (
    AccountBlockedError,
    NotConfirmedError,
    RefusalError,
)
from services.chassis.http.auth import Principal, require
from services.chassis.http.facilities import find
from services.chassis.work.arrivals import PATIENCE, NotHereYetError, arrived
from services.chassis.work.rights import (
    Right,
    RightEndedError,
    RightNotCoveringError,
    Rights,
)


class RightNotReceivedError(NotHereYetError):
    """The token names a right of which this service has not heard."""

    code = "right-not-received"
    title = "Полномочия ещё обрабатываются"

    def __init__(self) -> None:
        super().__init__(
            "Сведения о ваших полномочиях ещё не поступили. Ничего не потеряно, "
            "повторите через несколько секунд."
        )


async def _not_confirmed(_: str) -> RefusalError:
    return NotConfirmedError()


@dataclass(frozen=True)
class Door:
    """Asks the service's copies, by id: once a request, so it has to be cheap.

    `blocked` is asked by the id of an account. A right has to cover all `scopes` of the
    service; without `rights` nobody acts for another here. `not_confirmed` is asked only about an
    account that is not: what its owner is told.
    """

    blocked: Callable[[str], Awaitable[bool]]
    rights: Rights | None = None
    scopes: tuple[Scope, ...] = ()
    now: Callable[[], datetime] = clock.now
    patience: timedelta = PATIENCE
    not_confirmed: Callable[[str], Awaitable[RefusalError]] = _not_confirmed

    async def require_confirmed(self, who: Principal) -> None:
        """Check that the registry agreed with who this is done for.

        Raises:
            RefusalError: it did not; why, as far as the service knows.
        """
        if not who.confirmed:
            raise await self.not_confirmed(who.subject)

    async def admit(self, who: Principal) -> Principal:
        """Whoever holds the token, a citizen or a member of staff, and whom they act for.

        Raises:
            AccountBlockedError: an administrator closed the account.
        """
        for account_id in filter(None, (who.actor, who.subject)):
            if await self.blocked(account_id):
                raise AccountBlockedError
        return who

    async def right_of(self, who: Principal) -> Right | None:
        """By which right they act for another here; None: they act for themselves.

        Raises:
            RightEndedError: it is over, whatever the token says.
            RightNotCoveringError: it is for other services, or for other people.
            RightNotReceivedError: it is not here yet.
        """
        if who.actor is None:
            return None
        right = await self._in_force(who)
        if not right.covers(*self.scopes):
            raise RightNotCoveringError
        return right

    async def organisation_of(self, who: Principal) -> Right:
        """By which right they act for a legal entity here.

        Raises:
            RightNotCoveringError: they act for themselves, for a person, or elsewhere.
            RightEndedError, RightNotReceivedError: as in `right_of`.
        """
        right = await self._in_force(who)
        if not right.represents(*self.scopes):
            raise RightNotCoveringError
        return right

    async def _in_force(self, who: Principal) -> Right:
        right = await self._arrived(who.right_id)
        if (right.representative_id, right.subject_id) != (who.actor, who.subject):
            raise RightNotCoveringError
        if not right.in_force(self.now()):
            raise RightEndedError
        return right

    async def _arrived(self, right_id: str | None) -> Right:
        if self.rights is None or right_id is None:
            raise RightNotCoveringError
        rights, found = self.rights, await self.rights.find(None, right_id)
        if found is not None:
            return found

        async def here() -> bool:
            return await rights.find(None, right_id) is not None

        await arrived(here, within=self.patience)
        found = await rights.find(None, right_id)
        if found is None:
            raise RightNotReceivedError
        return found


def admitted(
    *roles: Role, confirmed: bool = False, acting: bool = False
) -> Callable[..., Awaitable[Principal]]:
    """The dependency `require(…)` of a service that has a `Door`: blocked accounts stay outside.

    With `acting`, whoever acts for another comes in, too, by a right that covers this service.
    """
    has_role = require(*roles, acting=acting)

    async def holder(request: Request, who: Principal = Depends(has_role)) -> Principal:
        door = find(request.app, Door)
        if confirmed:
            await door.require_confirmed(who)
        await door.admit(who)
        if acting:
            await door.right_of(who)
        return who

    return holder


def represented(*roles: Role, confirmed: bool = False) -> Callable[..., Awaitable[Principal]]:
    """For use cases that look at the citizen's standing in their own transaction.

    Who acts for themselves is not asked for here; who acts for another is, in full.
    """
    has_role = require(*roles, acting=True)

    async def holder(request: Request, who: Principal = Depends(has_role)) -> Principal:
        door = find(request.app, Door)
        if confirmed:
            await door.require_confirmed(who)
        if who.actor is not None:
            await door.admit(who)
            await door.right_of(who)
        return who

    return holder


def for_organisation(*roles: Role) -> Callable[..., Awaitable[Right]]:
    """Of routes for who acts for a legal entity, and for nobody else (I11): by which right."""
    has_role = require(*roles, confirmed=True, acting=True)

    async def holder(request: Request, who: Principal = Depends(has_role)) -> Right:
        door = find(request.app, Door)
        await door.admit(who)
        return await door.organisation_of(who)

    return holder
