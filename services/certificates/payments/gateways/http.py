"""The acquirer over HTTP: `PUT` of what is wanted under its id, `GET` of how it stands."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import quote

import httpx2
from pydantic import TypeAdapter, ValidationError

from services.certificates.payments.domain.orders import GivenBack, NewOrder, Order
from services.certificates.payments.gateways import AcquirerError
from services.certificates.payments.gateways.signatures import HEADER, Way, signature
from services.chassis.foundation import clock
from services.chassis.telemetry.calls import outbound_call
from services.chassis.telemetry.metrics import Metrics
from services.chassis.telemetry.tracing import outgoing_headers

T = TypeVar("T")
_SECONDS = 5.0
_ORDER, _GIVEN_BACK = TypeAdapter(Order), TypeAdapter(GivenBack)


class HttpAcquirer:
    """Signed requests; an answer that is none is an accident, and the same is asked again."""

    def __init__(
        self,
        url: str,
        secret: str,
        metrics: Metrics,
        *,
        now: Callable[[], datetime] = clock.now,
        client: httpx2.AsyncClient | None = None,
    ) -> None:
        """`url` is the acquirer's; `client` is a seam of tests."""
        self._url, self._secret = url.rstrip("/"), secret
        self._metrics = metrics
        self._now = now
        self._client = client or httpx2.AsyncClient(timeout=_SECONDS, follow_redirects=False)

    async def order(self, wanted: NewOrder) -> Order:
        """Make the order, or find it made."""
        body = {
            "amount_kopecks": wanted.amount_kopecks,
            "purpose": wanted.purpose,
            "bill_number": wanted.bill_number,
            "expires_at": wanted.expires_at.isoformat(),
            "return_url": wanted.return_url,
        }
        return _said(
            _ORDER, await self._ask("order", "PUT", f"/v1/orders/{quote(wanted.id, safe='')}", body)
        )

    async def state_of(self, order_id: str) -> Order | None:
        """The order as it stands now; None where the acquirer has none of that id."""
        answer = await self._ask("state", "GET", f"/v1/orders/{quote(order_id, safe='')}")
        return None if answer.status_code == httpx2.codes.NOT_FOUND else _said(_ORDER, answer)

    async def give_back(self, refund_id: str, payment_id: str, amount_kopecks: int) -> GivenBack:
        """Have so much of a payment given back, or find it on its way."""
        body = {"payment_id": payment_id, "amount_kopecks": amount_kopecks}
        answer = await self._ask("refund", "PUT", f"/v1/refunds/{quote(refund_id, safe='')}", body)
        return _said(_GIVEN_BACK, answer)

    async def close(self) -> None:
        """Drop the connections."""
        await self._client.aclose()

    async def _ask(
        self, operation: str, method: str, path: str, body: dict[str, Any] | None = None
    ) -> httpx2.Response:
        content = json.dumps(body).encode() if body is not None else b""
        message = f"{method} {path}\n".encode() + content
        headers = {
            **outgoing_headers(),
            HEADER: signature(self._secret, Way.REQUEST, message, self._now()),
            "Content-Type": "application/json",
        }
        about = {"http.request.method": method}
        with outbound_call("acquirer", self._metrics, operation, about) as call:
            try:
                answer = await self._client.request(
                    method, self._url + path, content=content, headers=headers
                )
            except (httpx2.HTTPError, OSError) as error:
                call.failed(type(error).__name__)
                raise AcquirerError(type(error).__name__) from error
            if answer.status_code not in (httpx2.codes.OK, httpx2.codes.NOT_FOUND):
                call.failed(f"status-{answer.status_code}")
                raise AcquirerError(answer.status_code)
            return answer


def _said(adapter: TypeAdapter[T], answer: httpx2.Response) -> T:
    """What the answer says; anything beyond is ignored.

    Raises:
        AcquirerError: it says nothing of the kind.
    """
    if answer.status_code != httpx2.codes.OK:
        raise AcquirerError(answer.status_code)
    try:
        return adapter.validate_json(answer.content)
    except ValidationError as error:
        raise AcquirerError(type(error).__name__) from error
