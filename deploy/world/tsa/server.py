"""HTTP around the authorities of the demo: stamps, and the desk where certificates are issued.

`POST /` is a time-stamp request. `POST /ca/certificates` takes a PKCS#10 request and gives the
certificate with its chain (PEM), `POST /ca/revocations` takes a certificate and puts it on the
list; both read PEM or DER. `GET /healthz` says that it is alive.

A bare asyncio protocol over httptools, because a framework costs more than the signature.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import cast

import httptools

from deploy.world.pki.desk import Desk, RefusedError
from deploy.world.tsa.authority import Authority

_LARGEST_REQUEST = 16 * 1024
_IDLE_SECONDS = 75.0
_QUERY = b"application/timestamp-query"
_REPLY = b"application/timestamp-reply"
_PEM = b"application/x-pem-file"
_PLAIN = b"text/plain; charset=utf-8"


class TimestampProtocol(asyncio.Protocol):
    """One connection; requests may follow each other."""

    def __init__(self, authority: Authority, desk: Desk | None) -> None:
        self._authority = authority
        self._desk = desk
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpRequestParser(self)
        self._idle: asyncio.TimerHandle | None = None
        self._reset()

    def _reset(self) -> None:
        self._url, self._type, self._body, self._too_large = b"", b"", bytearray(), False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to answer."""
        self._transport = cast("asyncio.Transport", transport)
        self._keep_alive()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """Stop the idle clock."""
        if self._idle:
            self._idle.cancel()

    def data_received(self, data: bytes) -> None:
        """Feed the parser; broken HTTP ends the connection."""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._respond(HTTPStatus.BAD_REQUEST, b"text/plain", b"not HTTP\n", close=True)

    def on_url(self, url: bytes) -> None:
        """A part of the target."""
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header."""
        if name.lower() == b"content-type":
            self._type = value.split(b";")[0].strip().lower()

    def on_body(self, body: bytes) -> None:
        """A part of the body; what is too large is not kept."""
        if len(self._body) + len(body) > _LARGEST_REQUEST:
            self._too_large = True
        else:
            self._body += body

    def on_message_complete(self) -> None:
        """Answer, and be ready for the next request."""
        status, kind, body = self._answer(self._parser.get_method())
        self._respond(status, kind, body, close=not self._parser.should_keep_alive())
        self._reset()
        self._keep_alive()

    def _answer(self, method: bytes) -> tuple[HTTPStatus, bytes, bytes]:
        if method == b"GET":
            if self._url.split(b"?")[0] == b"/healthz":
                return HTTPStatus.OK, b"application/json", b'{"status":"ok"}'
            return HTTPStatus.NOT_FOUND, b"text/plain", b"POST an RFC 3161 request\n"
        if method != b"POST":
            return HTTPStatus.METHOD_NOT_ALLOWED, b"text/plain", b"POST or GET /healthz\n"
        if self._too_large:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, b"text/plain", b"too large\n"
        path = self._url.split(b"?")[0]
        return self._at_the_desk(path) if path.startswith(b"/ca/") else self._stamped()

    def _stamped(self) -> tuple[HTTPStatus, bytes, bytes]:
        if self._type != _QUERY:
            return HTTPStatus.UNSUPPORTED_MEDIA_TYPE, b"text/plain", _QUERY + b" expected\n"
        return HTTPStatus.OK, _REPLY, self._authority.answer(bytes(self._body))

    def _at_the_desk(self, path: bytes) -> tuple[HTTPStatus, bytes, bytes]:
        """Certificates are given for requests, and put on the list."""
        if self._desk is None or path not in {b"/ca/certificates", b"/ca/revocations"}:
            return HTTPStatus.NOT_FOUND, b"text/plain", b"no such desk\n"
        try:
            if path == b"/ca/certificates":
                return HTTPStatus.CREATED, _PEM, self._desk.issue(bytes(self._body))
            self._desk.revoke(bytes(self._body))
        except RefusedError as refused:
            return HTTPStatus.UNPROCESSABLE_ENTITY, _PLAIN, f"{refused}\n".encode()
        return HTTPStatus.OK, _PLAIN, "Сертификат в списке отозванных.\n".encode()

    def _respond(self, status: HTTPStatus, kind: bytes, body: bytes, *, close: bool) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        self._transport.write(
            b"HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n%s\r\n%s"
            % (
                status.value,
                status.phrase.encode(),
                kind,
                len(body),
                b"Connection: close\r\n" if close else b"",
                body,
            )
        )
        if close:
            self._transport.close()

    def _keep_alive(self) -> None:
        if self._idle:
            self._idle.cancel()
        if self._transport:
            loop = asyncio.get_running_loop()
            self._idle = loop.call_later(_IDLE_SECONDS, self._transport.close)


async def serve(
    authority: Authority, host: str, port: int, desk: Desk | None = None
) -> asyncio.Server:
    """A listening server; port 0 takes a free one. Without a desk nothing is issued."""
    loop = asyncio.get_running_loop()
    return await loop.create_server(lambda: TimestampProtocol(authority, desk), host, port)
