"""The client of a time-stamp authority over HTTP: one POST per token, kept-alive connections.

It never retries and never waits longer than its bound: whoever seals decides what to do next.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

import httpx2

from services.sealing.errors import TimestampUnavailableError
from services.sealing.trust import TrustStore
from services.sealing.tsa import messages
from services.sealing.tsa.connections import Connections

_HEADERS = {
    "content-type": "application/timestamp-query",
    "accept": "application/timestamp-reply",
}
_OK = 200
_NONCE_BITS = 63


class HttpAnswer(Protocol):
    """The two things that matter of an HTTP answer."""

    @property
    def status_code(self) -> int:
        """The status."""

    @property
    def content(self) -> bytes:
        """The body."""


class HttpClient(Protocol):
    """Whoever can POST: `Connections` of this package, or `httpx2.AsyncClient`."""

    async def post(
        self, url: str, *, content: bytes, headers: Mapping[str, str], timeout: float
    ) -> HttpAnswer:
        """Send a body, give the answer within `timeout` seconds."""


def timestamp_client(connections: int = 32) -> Connections:
    """The lean HTTP client for `HttpTimestamps`; close it with `aclose()`.

    With a distant authority more connections keep more documents on their way.
    """
    return Connections(connections)


class HttpTimestamps:
    """Tokens from an authority at a URL. The HTTP client belongs to the caller."""

    def __init__(
        self, client: HttpClient, url: str, trust: TrustStore, timeout_seconds: float = 5.0
    ) -> None:
        self._client = client
        self._url = url
        self._trust = trust
        self._timeout = timeout_seconds
        self.certificate_end: datetime | None = None
        """Until when the authority's certificate lives, by its last token."""

    async def token(self, imprint: bytes) -> bytes:
        """A checked token over a SHA-256 digest, DER.

        Raises:
            TimestampUnavailableError: if there is no answer in time or an HTTP error.
            TimestampError: (or a kind of it) if the answer may not be used.
        """
        nonce = secrets.randbits(_NONCE_BITS)
        body = await self._post(messages.request(imprint, nonce))
        checked = messages.check_response(body, imprint=imprint, nonce=nonce, trust=self._trust)
        self.certificate_end = checked.certificate_end
        return checked.encoded

    async def _post(self, body: bytes) -> bytes:
        try:
            response = await self._client.post(
                self._url, content=body, headers=_HEADERS, timeout=self._timeout
            )
        except (OSError, httpx2.HTTPError) as error:
            msg = f"Служба штампов времени не ответила: {type(error).__name__}."
            raise TimestampUnavailableError(msg) from error
        if response.status_code != _OK:
            msg = f"Служба штампов времени ответила {response.status_code}."
            raise TimestampUnavailableError(msg)
        return response.content
