"""Permits for large bodies on their way: strangers have their own, and nobody has many.

A large body comes at the pace of a line and fills memory meanwhile, so there are only so many. Were
they one pool, some slow connections without login would keep everybody from uploading.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from starlette.types import Scope

from services.chassis.http.headers import asked_of
from services.chassis.http.limits.permits import BUSY, Limits, OverloadedError, Permits
from services.chassis.http.rates import network_of

Identify: TypeAlias = Callable[[str], Awaitable[str | None]]
"""Whose token an `Authorization` header carries, if it is a valid one."""
_STRANGERS = 4  # they share a quarter
_ONE = 8  # and one caller, known or not, has an eighth at the most


@dataclass(frozen=True)
class Caller:
    """Whom a body is from: an account, or a network address that nobody has logged in from."""

    known: bool
    key: str


class Shares:
    """The permits of large bodies."""

    def __init__(self, limits: Limits, identify: Identify) -> None:
        most = limits.concurrency
        strangers = replace(limits, queue=0, concurrency=max(1, most // _STRANGERS))
        self._known = Permits(replace(limits, queue=0))
        self._strangers = Permits(strangers)
        self._most = max(1, most // _ONE)
        self._identify = identify
        self._of: Counter[Caller] = Counter()

    async def caller(self, scope: Scope) -> Caller:
        """Whose body this is; the token is verified, for anybody can send some word."""
        authorization = asked_of(scope).get(b"authorization")
        if authorization is not None:
            subject = await self._identify(authorization.decode("latin-1"))
            if subject is not None:
                return Caller(known=True, key=subject)
        client = scope.get("client")
        return Caller(known=False, key=network_of(client[0]) if client else "unknown")

    async def acquire(self, caller: Caller) -> None:
        """Take a place for a body of this caller.

        Raises:
            OverloadedError: all of them are taken, or enough by this caller.
        """
        if self._of[caller] >= self._most:
            raise OverloadedError(BUSY)
        await self._permits(caller).acquire()
        self._of[caller] += 1

    def release(self, caller: Caller) -> None:
        """The body is here, or gone."""
        self._of[caller] -= 1
        if not self._of[caller]:
            del self._of[caller]
        self._permits(caller).release()

    def _permits(self, caller: Caller) -> Permits:
        return self._known if caller.known else self._strangers
