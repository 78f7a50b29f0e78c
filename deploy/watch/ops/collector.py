"""Asks every replica for `/readyz` and `/metrics`, side by side, in bounded time.

What is `measured` has metrics and no health: the gateway is no service that citizens know of.

A replica that left its host name's addresses is asked a while longer: one that crashed must be
seen as missing, not vanish from the picture.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx2
import structlog

from deploy.watch.observability.scrapes import Scrapes
from deploy.watch.ops.health import Answer, Condition, ServiceHealth, by_service, condition_of
from deploy.watch.ops.targets import Replica, Resolve, Targets, by_dns, replicas

log = structlog.get_logger(__name__)

Health = dict[str, ServiceHealth]
T = TypeVar("T")

_ASK_SECONDS = 3.0
_REMEMBER_SECONDS = 120.0
_VERSION = re.compile(r'^build_info\{[^}\n]*version="([^"\n]*)"', re.MULTILINE)


@dataclass
class Collector:
    """One round asks everybody once."""

    targets: Targets
    scrapes: Scrapes
    clock: Callable[[], float] = time.time
    resolve: Resolve = by_dns
    measured: Targets = field(default_factory=dict)
    ask_seconds: float = _ASK_SECONDS
    _seen: dict[Replica, float] = field(default_factory=dict)
    _client: httpx2.AsyncClient = field(
        default_factory=lambda: httpx2.AsyncClient(timeout=_ASK_SECONDS, trust_env=False)
    )

    async def round(self) -> Health:
        """Ask everybody; what each service is like now."""
        now = self.clock()
        wanted = await self._replicas(now)
        said = await asyncio.gather(*(self._ask(replica) for replica in wanted))
        for replica, (_, text) in zip(wanted, said, strict=True):  # in one order in every round
            if text is None or not self._kept(now, replica, text):
                self.scrapes.missed(now, replica.service, replica.instance)
        return by_service(self.targets, (answer for answer, _ in said if answer))

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _replicas(self, now: float) -> list[Replica]:
        wanted = (*self.targets.items(), *self.measured.items())
        found = await asyncio.gather(*(replicas(name, urls, self.resolve) for name, urls in wanted))
        self._seen |= {replica: now for of in found for replica in of}
        self._seen = {r: at for r, at in self._seen.items() if now - at <= _REMEMBER_SECONDS}
        return sorted(self._seen)

    async def _ask(self, replica: Replica) -> tuple[Answer | None, str | None]:
        if replica.service not in self.targets:
            return None, await self._bounded(self._metrics(replica))
        ready, text = await asyncio.gather(
            self._bounded(self._readiness(replica)), self._bounded(self._metrics(replica))
        )
        if ready is None:
            return Answer(replica, Condition.AWAY), text
        version = _VERSION.search(text or "")
        condition, checks = ready
        return Answer(replica, condition, checks, version.group(1) if version else None), text

    def _kept(self, now: float, replica: Replica, text: str) -> bool:
        try:
            self.scrapes.add(now, replica.service, replica.instance, text)
        except ValueError:
            log.warning("metrics that cannot be read", replica=replica.instance)
            return False
        return True

    async def _readiness(self, replica: Replica) -> tuple[Condition, dict[str, Any]]:
        answer = await self._client.get(replica.url("/readyz"))
        said = answer.json()
        checks = said.get("checks") if isinstance(said, dict) else None
        return condition_of(answer.status_code, said), checks if isinstance(checks, dict) else {}

    async def _metrics(self, replica: Replica) -> str:
        answer = await self._client.get(replica.url("/metrics"))
        answer.raise_for_status()
        return answer.text

    async def _bounded(self, asking: Awaitable[T]) -> T | None:
        try:
            async with asyncio.timeout(self.ask_seconds):
                return await asking
        except (httpx2.HTTPError, OSError, TimeoutError, ValueError):
            return None  # not there, or not one of ours: the round says so
