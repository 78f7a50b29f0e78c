"""A few kept-alive HTTP/1.1 connections for small POSTs, because stamps are on the hot path.

Sealing needs two stamps per document, and a general HTTP client spends more time on a request
than the whole document takes (measured: 240–400 documents per CPU-second with httpx2, 700 with
this). No redirects, proxies, cookies or decompression; answers are small. Any
client with the same `post`, such as `httpx2.AsyncClient`, may take its place.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

import httptools

_LARGEST_ANSWER = 64 * 1024
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer."""

    status_code: int
    content: bytes


class Connections:
    """At most `limit` connections, each with one request at a time."""

    def __init__(self, limit: int = 32) -> None:
        self._gate = asyncio.Semaphore(limit)
        self._idle: dict[tuple[str, str, int], list[_Connection]] = {}
        self._closed = False

    async def post(
        self, url: str, *, content: bytes, headers: Mapping[str, str], timeout: float
    ) -> Answer:
        """Send a body and wait for the answer, `timeout` seconds in all.

        Raises:
            TimeoutError: if there is no answer in time.
            OSError: if there is no connection, it breaks, or the other side speaks no HTTP.
        """
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname:
            msg = f"not an HTTP address: {url}"
            raise OSError(msg)
        where = parts.scheme, parts.hostname, parts.port or _PORTS[parts.scheme]
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = f"POST {target} HTTP/1.1\r\nHost: {parts.netloc}\r\n{lines}"
        message = f"{head}Content-Length: {len(content)}\r\n\r\n".encode("latin-1") + content
        async with asyncio.timeout(timeout), self._gate:
            return await self._exchange(where, message)

    async def aclose(self) -> None:
        """Close what is idle; what is under way closes when it is done."""
        self._closed = True
        for connections in self._idle.values():
            while connections:
                connections.pop().close()

    async def _exchange(self, where: tuple[str, str, int], message: bytes) -> Answer:
        idle = self._idle.setdefault(where, [])
        while idle:
            kept = idle.pop()
            try:
                return await self._use(kept, idle, message)
            except ConnectionError:
                # the other side may close an idle connection just now; asking twice does no harm
                continue
        scheme, host, port = where
        _, fresh = await asyncio.get_running_loop().create_connection(
            _Connection, host, port, ssl=ssl.create_default_context() if scheme == "https" else None
        )
        return await self._use(fresh, idle, message)

    async def _use(
        self, connection: _Connection, idle: list[_Connection], message: bytes
    ) -> Answer:
        try:
            answer = await connection.send(message)
        except BaseException:  # also when given up: a late answer must not meet the next request
            connection.close()
            raise
        if connection.reusable and not self._closed:
            idle.append(connection)
        else:
            connection.close()
        return answer


class _Connection(asyncio.Protocol):
    """One connection; httptools calls the `on_` methods."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[Answer] | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._body = bytearray()
        self.reusable = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(ConnectionResetError(str(exc or "closed by the other side")))

    async def send(self, message: bytes) -> Answer:
        if self._transport is None or self._transport.is_closing() or not self.reusable:
            msg = "the connection is closed"
            raise ConnectionResetError(msg)
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(message)
        return await self._waiting

    def close(self) -> None:
        self.reusable = False
        if self._transport is not None:
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._fail(ConnectionError(f"not HTTP: {error}"))
            self.close()

    def on_body(self, body: bytes) -> None:
        self._body += body
        if len(self._body) > _LARGEST_ANSWER:
            self._fail(ConnectionError("the answer is too large"))
            self.close()

    def on_message_complete(self) -> None:
        answer = Answer(self._parser.get_status_code(), bytes(self._body))
        self.reusable = self.reusable and self._parser.should_keep_alive()
        self._body.clear()
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(answer)

    def _fail(self, error: Exception) -> None:
        self.reusable = False
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(error)
