"""The HTTP adapter of the SMS centre and the push service: signed bodies, idempotency key.

One adapter for both: they differ only in the body. It tries once; trying again is not its business.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any, TypeAlias

import httpx2
import orjson
import structlog

from services.chassis.telemetry.calls import outbound_call
from services.chassis.telemetry.metrics import Metrics
from services.notifier.delivery.domain.message import Outcome, Verdict
from services.notifier.delivery.gateways import Outgoing, note

log = structlog.get_logger(__name__)

Body: TypeAlias = Callable[[Outgoing], dict[str, Any]]

_CONNECT_SECONDS = 3.0
_KEEP_ALIVE_SECONDS = 4.0  # less than servers keep a connection: a stale one is an unknown outcome
_LONGEST_RETRY_AFTER = 3600
_OURS_TO_MEND = frozenset({401, 403, 404, 405})
_LATER = frozenset({425, 429, 503})
_GONE = 410


def sms_body(outgoing: Outgoing) -> dict[str, Any]:
    """What the SMS centre takes."""
    return {"id": outgoing.id, "to": outgoing.to, "text": outgoing.content.text}


def push_body(outgoing: Outgoing) -> dict[str, Any]:
    """What the push service takes."""
    content = outgoing.content
    return {
        "id": outgoing.id,
        "to": outgoing.to,
        "title": content.title,
        "body": content.text,
        "url": content.link,
    }


class SignedHttp:
    """Posts messages to one address; HMAC-SHA256 of the body proves who sends."""

    def __init__(
        self,
        url: str,
        secret: str,
        body: Body,
        metrics: Metrics,
        *,
        target: str,
        timeout: float,
        connections: int,
    ) -> None:
        """`target` is its name in metrics and traces: sms or push; `timeout` in seconds, in all."""
        self._url = url
        self._secret = secret.encode()
        self._body = body
        self._metrics = metrics
        self._target = target
        self._timeout = timeout
        soon = min(timeout / 2, _CONNECT_SECONDS)  # so that «certainly not sent» is known in time
        self._client = httpx2.AsyncClient(
            timeout=httpx2.Timeout(timeout, connect=soon, pool=soon),
            limits=httpx2.Limits(
                max_connections=connections,
                max_keepalive_connections=connections,
                keepalive_expiry=_KEEP_ALIVE_SECONDS,
            ),
        )

    async def send(self, outgoing: Outgoing) -> Outcome:
        """Post one message."""
        about = {"http.request.method": "POST"}
        with outbound_call(self._target, self._metrics, "send", about) as call:
            return note(call, await self._post(outgoing))

    async def _post(self, outgoing: Outgoing) -> Outcome:
        body = orjson.dumps(self._body(outgoing))
        signature = hmac.new(self._secret, body, sha256).hexdigest()
        try:
            async with asyncio.timeout(self._timeout):  # in all: httpx2 counts from byte to byte
                answer = await self._client.post(
                    self._url,
                    content=body,
                    headers={
                        "Content-Type": "application/json",
                        "Idempotency-Key": outgoing.id,
                        "X-Signature": f"sha256={signature}",
                    },
                )
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout):
            return Outcome(Verdict.NOT_TAKEN, "provider-unreachable")
        except (httpx2.TransportError, TimeoutError) as error:
            log.info("a provider did not answer", error=type(error).__name__)
            return Outcome(Verdict.UNKNOWN, "provider-timeout")
        return _classified(answer)

    async def close(self) -> None:
        """Drop the connections."""
        await self._client.aclose()


def _classified(answer: httpx2.Response) -> Outcome:
    status = answer.status_code
    if answer.is_success:
        return Outcome(Verdict.ACCEPTED, "accepted", provider_id=_provider_id(answer))
    if status in _LATER:
        return Outcome(Verdict.NOT_TAKEN, "provider-busy", retry_after=_retry_after(answer))
    if status in _OURS_TO_MEND or answer.is_redirect:
        # Nothing is wrong with the message: it must outlive a wrong secret or address.
        log.error("a provider refuses us", status=status)
        return Outcome(Verdict.NOT_TAKEN, "provider-refuses-us")
    if answer.is_server_error or status == httpx2.codes.REQUEST_TIMEOUT:
        return Outcome(Verdict.UNKNOWN, "provider-error")
    return Outcome(Verdict.REFUSED, "recipient-refused", address_gone=status == _GONE)


def _provider_id(answer: httpx2.Response) -> str | None:
    try:
        return str(orjson.loads(answer.content)["provider_id"])[:128]
    except (ValueError, KeyError, TypeError):
        return None  # taken all the same


def _retry_after(answer: httpx2.Response) -> timedelta | None:
    value = answer.headers.get("Retry-After", "")
    if not value.isdecimal():
        return None
    return timedelta(seconds=min(int(value), _LONGEST_RETRY_AFTER))
