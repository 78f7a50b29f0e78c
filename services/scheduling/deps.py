"""What the routes share: the use cases, and who may come in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request
from pydantic import Field

from services.chassis.http.auth import Principal, Role, require
from services.scheduling.usecases import UseCases


async def use_cases(request: Request) -> UseCases:
    """The use cases that the app was built with (async: FastAPI gives others a thread each)."""
    found: UseCases = request.app.state.use
    return found


Use = Annotated[UseCases, Depends(use_cases)]


def _in_good_standing(role: Role) -> Callable[..., Awaitable[Principal]]:
    """Who has this role and was not blocked since: a token outlives a block by minutes."""
    has_role = require(role)

    async def holder(use: Use, who: Principal = Depends(has_role)) -> Principal:
        await use.reading.check_not_blocked(who.subject)
        return who

    return holder


Citizen = Annotated[Principal, Depends(_in_good_standing(Role.CITIZEN))]
Registrar = Annotated[Principal, Depends(_in_good_standing(Role.REGISTRAR))]
Support = Annotated[Principal, Depends(_in_good_standing(Role.SUPPORT))]
ConfirmedCitizen = Annotated[Principal, Depends(require(Role.CITIZEN, confirmed=True))]
"""For booking, which looks at the standing in its transaction."""
Limit = Annotated[int, Field(ge=1, le=100, description="How many at most.")]
