"""A service in a process of its own that takes its time, with the limits that the environment sets.

    python -m tests.support.victims.slow_service PORT DATABASE JWKS

The counter of `tests.support.tools.counter`, run by `serve` as every service is, and three routes
whose cost the caller chooses. A key `slow-once…` is slow the first time that it is counted.
"""

from __future__ import annotations

import asyncio
import sys
import time
from typing import Any

import orjson
from fastapi import APIRouter, Request

from services.chassis.foundation.settings import Platform
from services.chassis.runtime.service import serve
from tests.support.service import Collector
from tests.support.tools import counter

SLOW_SECONDS = 2.5


def routes() -> APIRouter:
    """Waiting, blocking, and reading a body."""
    router = APIRouter()
    now = most = begun = 0

    @router.get("/v1/waits")
    async def waits(seconds: float) -> dict[str, int]:
        nonlocal now, most, begun
        now, begun = now + 1, begun + 1
        most = max(most, now)
        try:
            await asyncio.sleep(seconds)  # the work that is simulated
        finally:
            now -= 1
        return {"most": most, "begun": begun}

    @router.get("/v1/blocks")
    async def blocks(seconds: float) -> dict[str, bool]:
        time.sleep(seconds)  # noqa: ASYNC251 - the mistake whose effect is tested
        return {"done": True}

    @router.post("/v1/bodies")
    async def bodies(request: Request) -> dict[str, int]:
        return {"bytes": len(await request.body())}

    return router


def main(port: int, database: str, jwks: dict[str, Any]) -> None:
    """Serve until told to stop."""
    seen: set[str] = set()

    async def trouble(key: str) -> None:
        if key.startswith("slow-once") and key not in seen:
            seen.add(key)
            await asyncio.sleep(SLOW_SECONDS)  # the work that is simulated

    async def keys() -> dict[str, Any]:
        return jwks

    app = counter.build(
        Platform(),
        database,
        trouble=trouble,
        port=port,
        fetch_keys=keys,
        publisher=Collector(),
    )
    app.include_router(routes())
    serve(app)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], orjson.loads(sys.argv[3]))
