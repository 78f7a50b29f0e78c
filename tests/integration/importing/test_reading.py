"""K10: whoever has read enough of a large file leaves it at once."""

from __future__ import annotations

import asyncio

import orjson

from services.importing.reading import reading

_MUCH = orjson.dumps({"clinics": [{"id": "x" * 60}] * 150_000})


async def test_a_reading_that_is_left_in_the_middle_ends() -> None:
    """A turn is over, or a column is unknown: the process has more to say than a pipe holds."""
    async with asyncio.timeout(30), reading(_MUCH, None) as rows:
        await anext(rows)
        await asyncio.sleep(1)  # until it waits to be read
