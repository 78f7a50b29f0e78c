"""The gateway from a client's side: calls that explain themselves when they are refused.

An answer that says «come back», or none, is come back for, when repeating the request can change
nothing more than the request itself: it only reads, or carries an Idempotency-Key, or was refused
before anything was begun. It refuses to repeat anything else: nobody knows whether it took effect.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import time
from collections import Counter
from collections.abc import Mapping
from typing import Any, Self

import httpx2

PHONE_WAIT = 20.0
CODE = r"\b(\d{6}(?:\d{4})?)\b"
"""Ten digits while somebody guesses at the codes of a number."""
PATIENCE = 30.0
_COME_BACK = frozenset({429, 502, 503, 504})
_READS = frozenset({"GET", "HEAD"})
# Refused before anything was begun: by a service that is full or waits for an event, by a gateway
# that reached nobody. So is everything that was asked too often (429).
_NOTHING_BEGUN = frozenset({"overloaded", "gateway-503", "profile-not-received", "doctor-unknown"})
_TOO_MANY = 429


class DemoFailedError(Exception):
    """The journey is not as it should be; the message says where and why."""


class RefusedError(DemoFailedError):
    """The platform refused a step; `code` and `problem` are its own words."""

    def __init__(self, method: str, address: str, status: int, problem: Mapping[str, Any]) -> None:
        self.status = status
        self.problem = problem
        self.code = str(problem.get("code", ""))
        fields = "".join(
            f"\n    {e['pointer']}: {e['detail']} ({e['code']})" for e in problem.get("errors", ())
        )
        super().__init__(
            f"{method} {address} → {status} {self.code}: {problem.get('detail')} "
            f"(trace {problem.get('trace_id')}){fields}"
        )


class MessageMissingError(DemoFailedError):
    """A message did not arrive."""

    def __init__(self, address: str, pattern: str, within: float, seen: list[str]) -> None:
        super().__init__(
            f"{address} got no message like {pattern!r} within {within:.0f} s; got {seen}"
        )


class Gateway:
    """One caller of the platform: anonymous, or with the tokens of an account."""

    def __init__(
        self,
        base_url: str,
        *,
        client: httpx2.AsyncClient | None = None,
        repeated: Counter[str] | None = None,
    ) -> None:
        """Take the gateway's address; callers share one connection pool through `client`.

        `repeated` counts what was asked again, by the code of the answer before.
        """
        self.base_url = base_url
        self.repeated: Counter[str] = Counter() if repeated is None else repeated
        self._client = client or httpx2.AsyncClient(timeout=30.0, base_url=base_url)
        self._token: str | None = None
        self._refresh: str | None = None

    def caller(self) -> Gateway:
        """Another, anonymous caller over the same connections."""
        return Gateway(self.base_url, client=self._client, repeated=self.repeated)

    def hold(self, tokens: Mapping[str, Any]) -> Self:
        """Call with these tokens from now on."""
        self._token = tokens["access_token"]
        self._refresh = tokens["refresh_token"]
        return self

    async def renew(self) -> None:
        """Exchange the refresh token: the new access token carries the present level."""
        self.hold(await self.post("identity", "/tokens/refresh", {"refresh_token": self._refresh}))

    async def call(
        self, method: str, service: str, path: str, *, once: bool = False, **request: Any
    ) -> httpx2.Response:
        """One call to `/api/<service>/v1<path>`; `once` adds an Idempotency-Key.

        Raises:
            RefusedError: any answer but a 2xx.
        """
        headers = dict(request.pop("headers", {}))
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        if once:
            headers["Idempotency-Key"] = secrets.token_hex(16)
        address = f"/api/{service}/v1{path}"
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                answer = await self._client.request(method, address, headers=headers, **request)
            except httpx2.TransportError:  # a replica died while it was being sent a body
                if not (once or method in _READS) or time.monotonic() > deadline:
                    raise
                self.repeated["broke-off"] += 1
                await asyncio.sleep(1.0)
                continue
            if answer.is_success:
                return answer
            refused = RefusedError(method, address, answer.status_code, _problem(answer))
            wait = _come_back_after(answer)
            harmless = once or method in _READS or _nothing_begun(refused)
            if wait is None or not harmless or time.monotonic() + wait > deadline:
                raise refused
            self.repeated[refused.code] += 1
            await asyncio.sleep(wait)

    async def get(self, service: str, path: str, **params: Any) -> Any:
        """The body of a GET."""
        return (await self.call("GET", service, path, params=params)).json()

    async def post(
        self, service: str, path: str, body: Any = None, *, once: bool = False, **request: Any
    ) -> Any:
        """The body of the answer to a POST (None where there is none)."""
        answer = await self.call("POST", service, path, once=once, json=body, **request)
        return answer.json() if answer.content else None

    async def page(self, address: str, content: bytes | None = None) -> httpx2.Response:
        """Any address as a browser would open it, without tokens; `content` is posted to it."""
        method = "GET" if content is None else "POST"
        return await self._client.request(method, address, content=content, follow_redirects=True)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def _problem(answer: httpx2.Response) -> Mapping[str, Any]:
    try:
        found: Mapping[str, Any] = answer.json()
    except ValueError:
        return {"detail": answer.text[:200]}
    return found


def _nothing_begun(refused: RefusedError) -> bool:
    return refused.status == _TOO_MANY or refused.code in _NOTHING_BEGUN


def _come_back_after(answer: httpx2.Response) -> float | None:
    """Seconds until the same request is welcome again; None when it was not invited."""
    invited = answer.headers.get("Retry-After", "")
    if answer.status_code not in _COME_BACK or not invited.isdecimal():
        return None
    return float(invited)


class Phone:
    """A demo phone (or mailbox): what the embedded SMS centre and mail catcher have for it."""

    def __init__(self, gateway: Gateway, address: str) -> None:
        """Take the number or mailbox; messages from before now are not looked at."""
        self._gateway = gateway
        self.address = address
        self._cursor: str | None = None
        self._kept: list[dict[str, Any]] = []

    async def skip(self) -> None:
        """Forget everything that is there already."""
        self._cursor = (await self._read(0))["cursor"]
        self._kept.clear()

    async def wait_for(self, pattern: str, *, within: float = PHONE_WAIT) -> re.Match[str]:
        """The first message not yet taken whose text matches; waits by long poll, not by sleep.

        Raises:
            DemoFailedError: it did not come in time; says what did.
        """
        return (await self._taken(pattern, within))[1]

    async def files_of(self, pattern: str, *, within: float = PHONE_WAIT) -> list[str]:
        """The names of what is attached to the first such letter.

        Raises:
            DemoFailedError: it did not come in time; says what did.
        """
        return list((await self._taken(pattern, within))[0]["attachments"])

    async def _taken(self, pattern: str, within: float) -> tuple[dict[str, Any], re.Match[str]]:
        deadline = time.monotonic() + within
        seen: list[str] = []
        while True:
            for message in list(self._kept):
                words = " ".join(str(message.get(k) or "") for k in ("subject", "title", "text"))
                found = re.search(pattern, words)
                if found:
                    self._kept.remove(message)
                    return message, found
                seen.append(words[:80])
            left = deadline - time.monotonic()
            if left <= 0:
                raise MessageMissingError(self.address, pattern, within, seen[-5:])
            answer = await self._read(min(left, 20.0))
            self._cursor = answer["cursor"]
            self._kept.extend(answer["items"])

    async def _read(self, wait: float) -> dict[str, Any]:
        params: dict[str, Any] = {"to": self.address, "wait": f"{wait:.1f}"}
        if self._cursor is not None:
            params["since"] = self._cursor
        answer = await self._gateway._client.get("/inbox/api/messages", params=params)  # noqa: SLF001 - the phone lives at the same gateway
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found
