"""The HTTP adapter of the SMS centre and the push service: signed bodies, idempotency key.

One adapter for both: they differ only in the body. It tries once; trying again is not its business.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeAlias

import orjson
import structlog
from httpx2 import codes

from services.chassis.telemetry.calls import outbound_call
from services.chassis.telemetry.metrics import Metrics
from services.notifier.delivery.domain.message import Outcome, Verdict
from services.notifier.delivery.gateways import Outgoing, note
from services.notifier.delivery.gateways.posting import Answer, NoAnswerError, NotSentError, Poster

log = structlog.get_logger(__name__)

Body: TypeAlias = Callable[[Outgoing], dict[str, Any]]

_CONNECT_SECONDS = 3.0
_LONGEST_RETRY_AFTER = 3600
_DIGITS = 9  # of a number of seconds: more of them only make it longer
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
    ) -> None:
        """`target` names the provider in what is told of calls; `timeout` is one attempt in all."""
        # Copied for each body: signing in one call lets other threads go first, and waits for them.
        self._signature = hmac.new(secret.encode(), digestmod="sha256")
        self._body = body
        self._metrics = metrics
        self._target = target
        self._timeout = timeout
        soon = min(timeout / 2, _CONNECT_SECONDS)  # so that «certainly not sent» is known in time
        self._poster = Poster(url, connect_seconds=soon, content_type="application/json")

    async def send(self, outgoing: Outgoing) -> Outcome:
        """Post one message."""
        about = {"http.request.method": "POST"}
        with outbound_call(self._target, self._metrics, "send", about) as call:
            return note(call, await self._post(outgoing))

    async def _post(self, outgoing: Outgoing) -> Outcome:
        body = orjson.dumps(self._body(outgoing))
        signature = self._signature.copy()
        signature.update(body)
        headers = {
            "Idempotency-Key": outgoing.id,
            "X-Signature": f"sha256={signature.hexdigest()}",
        }
        try:
            async with asyncio.timeout(self._timeout):
                answer = await self._poster.post(body, headers)
        except NotSentError:
            return Outcome(Verdict.NOT_TAKEN, "provider-unreachable")
        except (NoAnswerError, TimeoutError) as error:
            log.info("a provider did not answer", error=type(error).__name__)
            return Outcome(Verdict.UNKNOWN, "provider-timeout")
        return classified(answer)

    async def close(self) -> None:
        """Drop the connections."""
        self._poster.close()


def classified(answer: Answer) -> Outcome:
    """What the answer means for the message."""
    status = answer.status
    if codes.is_success(status):
        return Outcome(Verdict.ACCEPTED, "accepted", provider_id=_provider_id(answer))
    if status in _LATER:
        return Outcome(Verdict.NOT_TAKEN, "provider-busy", retry_after=_retry_after(answer))
    if status in _OURS_TO_MEND or codes.is_redirect(status):
        # Nothing is wrong with the message: it must outlive a wrong secret or address.
        log.error("a provider refuses us", status=status)
        return Outcome(Verdict.NOT_TAKEN, "provider-refuses-us")
    if codes.is_server_error(status) or status == codes.REQUEST_TIMEOUT:
        return Outcome(Verdict.UNKNOWN, "provider-error")
    return Outcome(Verdict.REFUSED, "recipient-refused", address_gone=status == _GONE)


def _provider_id(answer: Answer) -> str | None:
    try:
        return str(orjson.loads(answer.body)["provider_id"])[:128]
    except (ValueError, KeyError, TypeError):
        return None  # taken all the same


def _retry_after(answer: Answer) -> timedelta | None:
    value = answer.headers.get(b"retry-after", b"")
    if not value.isdigit():
        return None
    return timedelta(seconds=min(int(value[:_DIGITS]), _LONGEST_RETRY_AFTER))
