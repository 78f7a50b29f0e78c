"""ClamAV's daemon as far as `INSTREAM` goes: right, or wrong in the ways in which daemons are.

`real` is the daemon itself, where it is installed.
"""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.eventually import eventually
from tests.support.tools.needs import needs

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR" + rb"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The file that every scanner reports, and that does nothing."""

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def received(reader: asyncio.StreamReader) -> bytes:
    """The bytes of one scan."""
    assert await reader.readexactly(10) == b"zINSTREAM\x00"
    content = b""
    while size := struct.unpack("!I", await reader.readexactly(4))[0]:
        content += await reader.readexactly(size)
    return content


async def honest(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A daemon that knows one piece of malware."""
    found = EICAR in await received(reader)
    writer.write(b"stream: Eicar-Signature FOUND\x00" if found else b"stream: OK\x00")


def saying(answer: bytes) -> Answer:
    """A daemon that says this, whatever it is sent."""

    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await received(reader)
        writer.write(answer)

    return say


async def dying(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A daemon that is killed in the middle of a file."""
    await reader.readexactly(12)
    writer.transport.abort()


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A daemon that takes everything and never answers."""
    await received(reader)
    await reader.read()


@dataclass
class Daemon:
    """A daemon whose manners can be changed while it runs."""

    answer: Answer = honest
    address: str = ""
    asked: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self.asked += 1
        with contextlib.suppress(OSError, EOFError):
            await self.answer(reader, writer)
            await writer.drain()
        writer.close()


@asynccontextmanager
async def daemon(answer: Answer = honest) -> AsyncIterator[Daemon]:
    """One that listens on a free port."""
    made = Daemon(answer)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    made.address = f"tcp://127.0.0.1:{port}"
    try:
        yield made
    finally:
        server.close()


@asynccontextmanager
async def real(directory: Path) -> AsyncIterator[str]:
    """The real one, with a list of a single piece of malware: nothing has to be downloaded."""
    program = str(needs("clamd"))
    socket = directory / "clamd.ctl"
    (directory / "one.ndb").write_text(f"Eicar-Test:0:*:{EICAR.hex()}\n")
    config = directory / "clamd.conf"
    config.write_text(f"Foreground yes\nLocalSocket {socket}\nDatabaseDirectory {directory}\n")
    process = await asyncio.create_subprocess_exec(
        program, "--config-file", str(config), stdout=asyncio.subprocess.DEVNULL
    )
    try:
        await eventually(socket.is_socket)
        yield f"unix://{socket}"
    finally:
        process.kill()
        await process.wait()
