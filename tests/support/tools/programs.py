"""A program beside a test: gone when its block is left, however that happens."""

from __future__ import annotations

import asyncio
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any


@asynccontextmanager
async def program(*command: str, **options: Any) -> AsyncIterator[Process]:
    """Start it; `options` as of `asyncio.create_subprocess_exec`."""
    process = await asyncio.create_subprocess_exec(*command, **options)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
