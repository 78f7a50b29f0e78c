"""The key set of identity, which everything that identity signs is verified with.

The one thing a service asks another for: fetched in the background, cached, fetched again for an
unknown key. Refuses to know what is signed.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from services.chassis.foundation.errors import AccidentError
from services.chassis.foundation.faults import redacted
from services.chassis.foundation.tasks import repeat
from services.chassis.telemetry.calls import outbound_call
from services.chassis.telemetry.journey import known, travelling
from services.chassis.telemetry.metrics import Metrics
from services.chassis.telemetry.tracing import journey_from, outgoing_headers

log = structlog.get_logger(__name__)

ALGORITHMS = ["ES256"]
_REFRESH_SECONDS = 300.0
_RETRY_SECONDS = 2.0
_FIRST_RETRY_SECONDS = 0.3


class NoKeysError(AccidentError):
    """The key set has not been fetched yet: nothing can be verified."""

    def __init__(self) -> None:
        super().__init__("no key set yet")


class NotSignedError(Exception):
    """No token, or one that no key of the set signed."""


FetchKeys = Callable[[], Awaitable[dict[str, Any]]]


def fetch_from(url: str, metrics: Metrics | None = None) -> FetchKeys:
    """Fetch a JWKS document over HTTP; a call made by nobody's request is a journey of its own."""

    async def fetch() -> dict[str, Any]:
        journey = known() or journey_from(None, None, "keys")
        about = {"http.request.method": "GET"}
        with travelling(journey), outbound_call("jwks", metrics, "GET", about, patient=True):
            async with httpx2.AsyncClient(timeout=3.0) as client:
                answer = await client.get(url, headers=outgoing_headers())
                answer.raise_for_status()
                found: dict[str, Any] = answer.json()
                return found

    return fetch


class PublishedKeys:
    """The key set; `changed` is called whenever it is another than before."""

    def __init__(self, fetch: FetchKeys, *, changed: Callable[[], None] = lambda: None) -> None:
        self._fetch = fetch
        self._changed = changed
        self._published: dict[str, Any] | None = None
        self._keys: KeySet | None = None
        self._asked_at = -_RETRY_SECONDS

    async def run(self) -> None:
        """Keep the keys fresh until cancelled."""

        async def step() -> float:
            await self.refresh()
            return _REFRESH_SECONDS

        def failed(error: Exception, _: float) -> None:
            log.debug("the key set is not there yet", error=redacted(error))

        await repeat(step, failed, first=_FIRST_RETRY_SECONDS, longest=_RETRY_SECONDS)

    async def refresh(self) -> None:
        """Fetch the key set now.

        Anybody can bring this about, by a token that is none; so the same keys change nothing.
        """
        published = await self._fetch()
        if published == self._published:
            return
        self._keys = KeySet.import_key_set(published)  # type: ignore[arg-type] # a parsed JWKS document
        self._published = published
        self._changed()

    @property
    def ready(self) -> bool:
        """Whether anything can be verified."""
        return self._keys is not None

    def decode(self, token: str) -> dict[str, Any]:
        """The claims of a token that a known key signed; nothing else of them is looked at.

        Raises:
            NotSignedError: forged, or no token.
            NoKeysError: the key set is not there yet.
        """
        if self._keys is None:
            raise NoKeysError
        try:
            return jwt.decode(token, self._keys, algorithms=ALGORITHMS).claims
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise NotSignedError from error

    async def renewed(self) -> bool:
        """Fetch the keys because of a token that none of them fits, unless a moment ago.

        A key may be newer than our copy; whoever sends such tokens makes us fetch no more often.
        """
        if time.monotonic() - self._asked_at < _RETRY_SECONDS:
            return False
        self._asked_at = time.monotonic()
        try:
            await self.refresh()
        except Exception as error:
            log.info("the key set could not be refreshed", error=redacted(error))
        return True
