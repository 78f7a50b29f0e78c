"""What is on its way: copies that events bring, and that a request may come before.

«Not here yet» is no conflict. A request waits a moment, outside of any transaction; what has not
come by then is refused with 503 and `Retry-After`, and the same request is welcome again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

from services.chassis.foundation.errors import RefusalError

PATIENCE = timedelta(seconds=1.5)
_GLANCE_SECONDS = 0.05
_RETRY_SECONDS = 2


class NotHereYetError(RefusalError):
    """What the request needs has not arrived in this service."""

    code = "not-here-yet"
    status = 503
    title = "Данные ещё не поступили"
    passing = True

    def __init__(self, detail: str) -> None:
        super().__init__(detail, retry_after=_RETRY_SECONDS)


async def arrived(look: Callable[[], Awaitable[bool]], *, within: timedelta = PATIENCE) -> bool:
    """Whether it is here, at once or within that time.

    Any replica may hear the event, so only the database knows.
    """
    until = time.monotonic() + within.total_seconds()
    while not await look():
        if time.monotonic() >= until:
            return False
        await asyncio.sleep(_GLANCE_SECONDS)
    return True
