"""A line to MongoDB that breaks at a commit, and what the server does with what was left open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from services.chassis.database.client import Mongo
from tests.support.eventually import eventually

_COMMIT = b"commitTransaction"


class Line:
    """Carries bytes to the server; `breaks` is at how many of the next commits it breaks."""

    def __init__(self, host: str, port: int, *, answer: bool) -> None:
        """`answer`: the commit arrives, and its answer is lost."""
        self._server = (host, port)
        self._answer = answer
        self.breaks = 0
        self.open = 0

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either side ends it."""
        self.open += 1
        there, back = await asyncio.open_connection(*self._server)
        lost = asyncio.Event()

        async def answers() -> None:
            while (data := await there.read(1 << 16)) and not lost.is_set():
                writer.write(data)
            writer.close()

        async def questions() -> None:
            while data := await reader.read(1 << 16):
                if _COMMIT in data and self.breaks:
                    self.breaks -= 1
                    lost.set()
                if not lost.is_set() or self._answer:
                    back.write(data)
                if lost.is_set() and not self._answer:
                    break
            back.close()

        await asyncio.gather(answers(), questions(), return_exceptions=True)
        self.open -= 1


@asynccontextmanager
async def line_to(mongo_url: str, *, answer: bool) -> AsyncIterator[tuple[Line, str]]:
    """The line, and the address of the server at its near end."""
    address = urlsplit(mongo_url)
    line = Line(address.hostname or "127.0.0.1", address.port or 27017, answer=answer)
    near = await asyncio.start_server(line.carry, "127.0.0.1", 0)
    port = near.sockets[0].getsockname()[1]
    place = address.netloc.rpartition("@")
    netloc = f"{place[0]}{place[1]}127.0.0.1:{port}"
    try:
        yield line, address._replace(netloc=netloc).geturl()
    finally:
        near.close()
        await eventually(lambda: not line.open)


@asynccontextmanager
async def abandoned_soon(mongo: Mongo, *, seconds: int = 1) -> AsyncIterator[None]:
    """MongoDB ends what a killed process left open after so many seconds."""
    admin = mongo.client.admin
    before = await admin.command("getParameter", 1, transactionLifetimeLimitSeconds=1)
    await admin.command("setParameter", 1, transactionLifetimeLimitSeconds=seconds)
    try:
        yield
    finally:
        limit = before["transactionLifetimeLimitSeconds"]
        await admin.command("setParameter", 1, transactionLifetimeLimitSeconds=limit)
