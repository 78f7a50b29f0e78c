"""An SMTP connection past its greeting: commands in one go where the server takes them so.

aiosmtplib connects, secures and logs in; from there on a letter is two writes instead of four
(PIPELINING, RFC 2920), without a lock and a timer for each line. Time is bounded by the caller.
"""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

import aiosmtplib

_CODE = re.compile(rb"[2-5][0-9]{2}")
MOST_BYTES = 16 * 1024
"""Of answers that nobody has taken yet."""
OK, GO_ON, NO, LEAVING, PERMANENT = 250, 354, 400, 421, 500


@dataclass(frozen=True)
class MailServer:
    """Where mail goes out and as whom."""

    host: str
    port: int
    sender: str
    security: str = "none"
    username: str | None = None
    password: str | None = field(default=None, repr=False)


class ClosedError(Exception):
    """The server ended the connection, or said what is no answer."""


class Session(asyncio.Protocol):
    """Asks and hears the codes of the answers, in order."""

    def __init__(self, transport: asyncio.Transport, *, pipelining: bool) -> None:
        self._transport = transport
        self._pipelining = pipelining
        self._came = b""
        self._codes: deque[int] = deque()
        self._waiting: asyncio.Future[None] | None = None
        self._open = not transport.is_closing()
        transport.set_protocol(self)

    @classmethod
    async def open(cls, server: MailServer, *, timeout: float) -> Session:
        """Connect, secure and log in.

        Raises:
            aiosmtplib.SMTPException: it cannot be had; ClosedError, where it closed at once.
        """
        client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.username,
            password=server.password,
            use_tls=server.security == "tls",
            start_tls=server.security == "starttls",
            timeout=timeout,
        )
        await client.connect()
        try:
            if client.is_ehlo_or_helo_needed:
                await client.ehlo()
            pipelining = client.supports_extension("pipelining")
        except BaseException:
            client.close()
            raise
        if client.transport is None:
            raise ClosedError
        return cls(cast("asyncio.Transport", client.transport), pipelining=pipelining)

    @property
    def usable(self) -> bool:
        """Nothing is asked on it, and nothing unasked was said."""
        return self._open and self._waiting is None and not self._codes and not self._came

    def close(self) -> None:
        """End it, without a word."""
        self._open = False
        self._transport.close()

    async def ask(self, commands: Sequence[bytes]) -> list[int]:
        """The codes of the answers, up to the first that is a no, or later.

        Raises:
            ClosedError: the server is gone.
        """
        if self._pipelining:
            self._write(b"".join(b"%b\r\n" % command for command in commands))
        codes: list[int] = []
        for command in commands:
            if not self._pipelining:
                self._write(b"%b\r\n" % command)
            codes.append(await self._answer())
            if codes[-1] == LEAVING or (codes[-1] >= NO and not self._pipelining):
                break
        return codes

    async def letter(self, letter: bytes) -> int:
        """The server's word on a letter, whose last line is ended, after it said to go on.

        Raises:
            ClosedError: the server is gone, and nobody knows.
        """
        self._write(b"%b.\r\n" % letter.replace(b"\r\n.", b"\r\n.."))
        return await self._answer()

    def _write(self, said: bytes) -> None:
        if not self._open:
            raise ClosedError
        self._transport.write(said)

    async def _answer(self) -> int:
        while not self._codes:
            await self._more()
        return self._codes.popleft()

    async def _more(self) -> None:
        if not self._open:
            raise ClosedError
        self._waiting = asyncio.get_running_loop().create_future()
        try:
            await self._waiting
        except BaseException:  # whoever asks next would hear the answer to this
            self.close()
            raise
        finally:
            self._waiting = None

    def data_received(self, data: bytes) -> None:
        """Take the last line of each answer; those before it have a dash behind the code."""
        *lines, self._came = (self._came + data).split(b"\n")
        for line in lines:
            code = line[:3]
            if _CODE.fullmatch(code) is None:
                self.close()
            elif line[3:4] != b"-":
                self._codes.append(int(code))
        if len(self._came) + len(self._codes) > MOST_BYTES:
            self.close()
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """The server is gone."""
        self._open = False
        self._wake()

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)
