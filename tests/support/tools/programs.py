"""A program beside a test: gone when its block is left, however that happens."""

from __future__ import annotations

import asyncio
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any


@asynccontextmanager
async def program(*command: str, grace: float = 0, **options: Any) -> AsyncIterator[Process]:
    """Start it; `options` as of `asyncio.create_subprocess_exec`.

    With `grace` it is asked to end, and has so many seconds to do so.
    """
    process = await asyncio.create_subprocess_exec(*command, **options)
    try:
        yield process
    finally:
        if grace and process.returncode is None:
            process.terminate()
            with suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), grace)
        if process.returncode is None:
            process.kill()
        await process.wait()
