"""The `Idempotency-Key` of a creating POST, as its route takes it; `answers` is its other end."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Header, Request

from services.chassis.database.client import Mongo
from services.chassis.database.idempotency import IdempotencyKeyMissingError, Once
from services.chassis.http.auth import Principal, whoever
from services.chassis.http.facilities import find
from services.chassis.http.rates import Rates


async def late_once(
    request: Request,
    principal: Annotated[Principal, Depends(whoever)],
    idempotency_key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            max_length=128,
            description="A unique string; the same key and body give the stored answer.",
        ),
    ] = None,
) -> Once:
    """The idempotency key of a creating POST, not looked up: most keys are new.

    For use cases that ask `Once.replay` before they refuse anything; `Transactions.run` does so
    for what it runs.

    Raises:
        IdempotencyKeyMissingError: no key.
        TooManyRequestsError: too many creating requests of this person.
    """
    find(request.app, Rates).creation(principal.hands)
    if not idempotency_key:
        raise IdempotencyKeyMissingError
    route = f"{request.method} {request.scope['path']}"
    return Once.of(
        subject=principal.caller, route=route, key=idempotency_key, payload=await request.body()
    )


async def once(request: Request, keyed: Annotated[Once, Depends(late_once)]) -> Once:
    """The idempotency key of a creating POST; answers from the store where it was used before.

    Raises:
        ReplayedAnswer: answered before.
    """
    await keyed.replay(find(request.app, Mongo))
    return keyed


OnceKey = Annotated[Once, Depends(once)]
LateOnceKey = Annotated[Once, Depends(late_once)]
