"""What the routes are given: the running program, and who asks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request

from contracts.roles import Role
from deploy.watch.observability.panels import Tab
from deploy.watch.ops.accounts import Accounts
from deploy.watch.ops.collector import Health
from deploy.watch.ops.points import Points
from deploy.watch.ops.status import StatusBoard
from deploy.watch.ops.store import Store
from deploy.watch.ops.volumes import WatcherMetrics
from services.chassis.foundation.errors import ForbiddenError
from services.chassis.http.auth import Principal, TokenVerifier, require
from services.chassis.http.facilities import find

WATCHERS = (Role.SRE, Role.ADMINISTRATOR)
EDITORS = (*WATCHERS, Role.SUPPORT)


@dataclass
class Ops:
    """The running program and what its routes work with."""

    tokens: TokenVerifier
    accounts: Accounts
    store: Store
    board: StatusBoard
    points: Points
    step: float
    clock: Callable[[], float]
    health: Health
    metrics: WatcherMetrics

    @property
    def tabs(self) -> dict[str, Tab]:
        """Tabs by name."""
        return {tab.name: tab for tab in self.points.tabs}

    def now(self) -> datetime:
        """The clock as a moment."""
        return datetime.fromtimestamp(self.clock(), UTC)


async def ops_of(request: Request) -> Ops:
    """The running program."""
    return find(request.app, Ops)


Running = Annotated[Ops, Depends(ops_of)]


def _of_the_platform(*roles: Role) -> Callable[..., Awaitable[Principal]]:
    """Holders of a role on the whole platform: who has it at one clinic runs that clinic only."""
    has_role = require(*roles)

    async def holder(who: Principal = Depends(has_role)) -> Principal:
        if not who.everywhere(*roles):
            raise ForbiddenError
        return who

    return holder


Watcher = Annotated[Principal, Depends(_of_the_platform(*WATCHERS))]
Editor = Annotated[Principal, Depends(_of_the_platform(*EDITORS))]


async def writer(request: Request, who: Editor, ops: Running) -> Principal:
    """An editor whose account is open.

    Raises:
        AccountBlockedError: an administrator closed it after the token was given.
    """
    await ops.accounts.require_open(request.headers["authorization"])
    return who


Writer = Annotated[Principal, Depends(writer)]
