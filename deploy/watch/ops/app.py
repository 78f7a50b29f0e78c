"""Builds the watcher: one HTTP application with the rounds beside it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin

import structlog
from fastapi import FastAPI

from deploy.watch.observability.panels import TABS, Tab
from deploy.watch.observability.scrapes import Scrapes
from deploy.watch.ops import api, pages
from deploy.watch.ops.accounts import Accounts
from deploy.watch.ops.collector import Collector
from deploy.watch.ops.deps import Ops
from deploy.watch.ops.points import Points
from deploy.watch.ops.settings import OpsSettings
from deploy.watch.ops.status import StatusBoard
from deploy.watch.ops.store import Store
from deploy.watch.ops.targets import Resolve, by_dns
from deploy.watch.ops.volumes import Volumes, WatcherMetrics
from services.chassis.foundation.tasks import repeat, stop_all
from services.chassis.http.app import Service
from services.chassis.http.auth import TokenVerifier
from services.chassis.http.facilities import provide
from services.chassis.http.keys import FetchKeys, fetch_from
from services.chassis.telemetry.metrics import Metrics

log = structlog.get_logger(__name__)

WATCHER = "ops"
"""What Prometheus calls it."""
_MAX_BODY = 64 << 10
_STALE_ROUNDS = 6
_STOP_SECONDS = 5.0


class Rounds:
    """Polls the services and works out the status page and the panels, one round at a time."""

    def __init__(
        self, ops: Ops, collector: Collector, volumes: Volumes, settings: OpsSettings
    ) -> None:
        self._ops, self._collector, self._volumes = ops, collector, volumes
        self._seconds = settings.poll_seconds
        self._instance = f"{settings.host}:{settings.port}"

    async def once(self) -> None:
        """Poll everybody once and work everything out."""
        ops, scrapes = self._ops, self._collector.scrapes
        started = ops.clock()
        ops.health, _ = await asyncio.gather(self._collector.round(), self._volumes.measure())
        ops.board.looked(ops.health, ops.now())
        scrapes.add(started, WATCHER, self._instance, ops.metrics.render().decode())
        await ops.points.compute(scrapes, scrapes.newest or ops.clock())

    async def run(self) -> None:
        """Rounds until cancelled; one that fails does not end them."""

        async def step() -> float:
            started = time.monotonic()
            await self.once()
            return max(0.1, self._seconds - (time.monotonic() - started))

        def failed(error: Exception, _: float) -> None:
            log.error("a round failed", exc_info=error)

        await repeat(step, failed, first=self._seconds, longest=self._seconds)


def build(
    settings: OpsSettings,
    *,
    fetch_keys: FetchKeys | None = None,
    clock: Callable[[], float] = time.time,
    resolve: Resolve = by_dns,
    tabs: Sequence[Tab] = TABS,
    by_hand: bool = False,
) -> FastAPI:
    """The application; its arguments are what a test replaces. `by_hand`: no rounds by itself."""
    platform = settings.platform
    started = datetime.fromtimestamp(clock(), UTC)
    store = Store(settings.data_dir / "ops.sqlite3")
    board = StatusBoard(
        store,
        started,
        confirm=settings.confirm_polls,
        stale_after=timedelta(seconds=settings.poll_seconds * _STALE_ROUNDS),
    )
    metrics = Metrics()
    names = frozenset[str]().union(*(panel.names() for tab in tabs for panel in tab.panels))
    collector = Collector(
        settings.watched,
        Scrapes(settings.keep_seconds, names),
        clock=clock,
        resolve=resolve,
        measured=settings.measured_only,
    )
    ops = Ops(
        tokens=TokenVerifier(
            fetch_keys or fetch_from(platform.auth_jwks_url, metrics),
            issuer=platform.auth_issuer,
            audience=platform.auth_audience,
        ),
        accounts=Accounts(urljoin(platform.auth_jwks_url, "account")),  # beside its keys
        store=store,
        board=board,
        points=Points(tabs, steps=max(2, round(settings.keep_seconds / settings.poll_seconds))),
        step=settings.poll_seconds,
        clock=clock,
        health={},
        metrics=WatcherMetrics(),
    )
    rounds = Rounds(ops, collector, Volumes(settings.places, ops.metrics), settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        loops = [ops.tokens.run] if by_hand else [ops.tokens.run, rounds.run]
        tasks = [asyncio.create_task(loop()) for loop in loops]
        try:
            yield
        finally:
            await stop_all(tasks, within=_STOP_SECONDS)
            await collector.close()
            store.close()

    # Its only readers are its own pages: no API document.
    app = Service(
        metrics=metrics,
        max_body=_MAX_BODY,
        title="Наблюдение",
        openapi_url=None,
        lifespan=lifespan,
    )
    provide(app, ops, ops.tokens)
    app.state.rounds = rounds
    app.include_router(pages.router)
    app.include_router(api.router)
    app.mount("/ops/assets", pages.Assets(directory=pages.PAGE), name="ops-assets")
    return app
