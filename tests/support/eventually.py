"""Waiting for what is to become true, instead of sleeping."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar, overload

T = TypeVar("T")


@overload
async def eventually(
    check: Callable[[], Awaitable[T | None]], *, within: float = 40.0, every: float = 0.02
) -> T: ...
@overload
async def eventually(
    check: Callable[[], T | None], *, within: float = 40.0, every: float = 0.02
) -> T: ...
async def eventually(
    check: Callable[[], T | None] | Callable[[], Awaitable[T | None]],
    *,
    within: float = 40.0,
    every: float = 0.02,
) -> T:
    """The first truthy result of `check`; assertion errors inside count as «not yet».

    Raises:
        AssertionError: it did not become true in time; says what was seen last.
    """
    deadline = time.monotonic() + within
    seen: object = None
    while time.monotonic() < deadline:
        try:
            found = check()
            result = await found if inspect.isawaitable(found) else found
            if result:
                return result
            seen = result
        except AssertionError as error:
            seen = error
        await asyncio.sleep(every)  # between two looks
    message = f"not within {within} s; last seen: {seen!r}"
    raise AssertionError(message)
