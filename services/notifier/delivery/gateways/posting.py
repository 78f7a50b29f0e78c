"""POST to one address over kept connections, as light as it goes: asyncio and llhttp (httptools).

A general client costs ten times as much for each request, and fan-out is what this is for. It knows
one method, follows no redirect, asks for no compression and keeps no cookies. Nothing is tried
twice here: once a request was written, an answer that does not come, or not whole, is unknown.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from services.notifier.delivery.gateways.connections import Kept

MOST_BYTES = 64 * 1024
"""Of one answer, head and all."""
_KEEP_ALIVE_SECONDS = 4.0  # less than servers keep a connection: a stale one is an unknown outcome
_FRAMING = frozenset({b"content-length", b"transfer-encoding"})
_FINAL = 200
_PORTS = {"http": 80, "https": 443}


class NotSentError(Exception):
    """Nobody could be asked: certainly nothing arrived."""


class NoAnswerError(Exception):
    """It was asked, and there is no answer that could be read."""


@dataclass(frozen=True)
class Answer:
    """What came back. Names of headers are in small letters."""

    status: int
    headers: Mapping[bytes, bytes]
    body: bytes


class _Connection(asyncio.Protocol):
    """One exchange after another."""

    def __init__(self) -> None:
        self._waiting: asyncio.Future[Answer] | None = None
        self._alive = False
        self._forget()

    @property
    def usable(self) -> bool:
        """Nobody waits on it, and the server has not ended it."""
        return self._alive and self._waiting is None

    def close(self) -> None:
        """End it."""
        if self._alive:
            self._alive = False
            self._transport.close()

    async def exchange(self, request: bytes) -> Answer:
        """Ask, and wait for the whole answer.

        Raises:
            NoAnswerError: it did not come, or not as an answer.
        """
        self._forget()
        waiting: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting = waiting
        try:
            self._transport.write(request)
            return await waiting
        except BaseException:
            self.close()
            raise
        finally:
            self._waiting = None

    def _forget(self) -> None:
        self._parser = HttpResponseParser(self)
        self._headers: dict[bytes, bytes] = {}
        self._body: list[bytes] = []
        self._size = 0
        self._headed = False

    # what asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._alive = True

    def data_received(self, data: bytes) -> None:
        self._size += len(data)
        if self._waiting is None or self._waiting.done() or self._size > MOST_BYTES:
            self._broken("more than was asked for")
            return
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade) as error:
            self._broken(type(error).__name__)

    def connection_lost(self, exc: Exception | None) -> None:
        """The end of the connection is the end of an answer that has no other."""
        self._alive = False
        if exc is None and self._headed and not self._headers.keys() & _FRAMING:
            self.on_message_complete()
        self._broken(type(exc).__name__ if exc else "closed")

    def _broken(self, why: str) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(NoAnswerError(why))
        self.close()

    # what the parser calls

    def on_message_begin(self) -> None:
        """A second one in the bytes of the first: its rest would pass for the next answer."""
        if self._waiting is None or self._waiting.done():
            self._broken("more than was asked for")

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.lower()] = value

    def on_headers_complete(self) -> None:
        self._headed = self._parser.get_status_code() >= _FINAL

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        if not self._headed:  # 100, 103: the answer is still to come
            self._headers = {}
            return
        if self._waiting is None or self._waiting.done():
            self._broken("more than was asked for")
            return
        status = self._parser.get_status_code()
        self._waiting.set_result(Answer(status, self._headers, b"".join(self._body)))
        if not self._parser.should_keep_alive():
            self.close()


class Poster:
    """Posts bodies to one address. How many at a time is its callers' business."""

    def __init__(self, url: str, *, connect_seconds: float, content_type: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname:
            message = "no address that one could post to"
            raise ValueError(message)
        self._host, self._port = parts.hostname, parts.port or _PORTS[parts.scheme]
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        self._connect_seconds = connect_seconds
        self._kept: Kept[_Connection] = Kept(seconds=_KEEP_ALIVE_SECONDS)
        target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        self._head = (
            f"POST {target} HTTP/1.1\r\nHost: {parts.netloc.rpartition('@')[2]}\r\n"
            f"User-Agent: moe-zdorovie\r\nAccept: */*\r\nContent-Type: {content_type}\r\n"
        ).encode("ascii")

    async def post(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        """One request and its answer, whatever the status. The caller bounds the time.

        Raises:
            NotSentError: no connection could be had.
            NoAnswerError: what came of the request is not known.
        """
        own = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        request = b"%b%bContent-Length: %d\r\n\r\n%b" % (
            self._head,
            own.encode("ascii"),
            len(body),
            body,
        )
        connection = self._kept.take() or await self._connect()
        answer = await connection.exchange(request)
        self._kept.give(connection)
        return answer

    async def _connect(self) -> _Connection:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._connect_seconds):
                _, made = await loop.create_connection(
                    _Connection, self._host, self._port, ssl=self._tls
                )
        except (OSError, TimeoutError) as error:
            raise NotSentError(type(error).__name__) from error
        return made

    def close(self) -> None:
        """Drop the connections that nobody uses."""
        for connection in self._kept.all():
            connection.close()
