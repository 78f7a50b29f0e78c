"""The watcher in a test: a clock moved by hand, rounds made by hand, real services that go away."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import uvicorn
from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse
from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

from deploy.stacks.embedded.ports import free_ports
from deploy.watch.observability.panels import Panel, Series, Tab, Unit
from deploy.watch.observability.queries import Aggregate, Rate
from deploy.watch.observability.queries import Gauge as GaugeQuery
from deploy.watch.ops.app import build
from deploy.watch.ops.settings import OpsSettings
from deploy.watch.ops.targets import Resolve, by_dns
from services.chassis.foundation.settings import Platform
from tests.support.service import Tokens

NOON = 1_795_251_600.0  # 21 November 2026, 12:00 in Moscow
TABS = (
    Tab(
        "flow",
        "Весь путь",
        (
            Panel(
                key="requests",
                title="Запросы",
                unit=Unit.PER_SECOND,
                description="Сколько.",
                series=(Series(Rate("http_requests_total", ("service",)), "{{service}}"),),
            ),
            Panel(
                key="up",
                title="Реплики",
                unit=Unit.COUNT,
                description="Кто отвечает.",
                series=(
                    Series(GaugeQuery("up", ("service",), aggregate=Aggregate.SUM), "{{service}}"),
                ),
            ),
        ),
    ),
)


@dataclass
class Clock:
    """Unix seconds, moved by hand."""

    now: float = NOON

    def __call__(self) -> float:
        """What time it is."""
        return self.now


class Serving(uvicorn.Server):
    """A server inside the test's own loop: signals stay the test runner's."""

    def capture_signals(self) -> Any:
        """Nothing to capture."""
        return nullcontext()


@dataclass
class Service:
    """A small service over real HTTP, as the watcher sees it."""

    port: int = field(default_factory=lambda: free_ports(1)[0])
    ready: dict[str, Any] = field(default_factory=lambda: {"status": "ready", "checks": {}})
    status: int = 200
    slow: float = 0.0
    text: str | None = None
    account: int = 200

    def __post_init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter("http_requests", "Requests.", ["route"], registry=self.registry)
        self.requests.labels("/v1/x").inc()
        Gauge("build_info", "Version.", ["version"], registry=self.registry).labels("9.9.9").set(1)
        self._server: Serving | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Serve, on the same port as before."""
        config = uvicorn.Config(self._app(), port=self.port, log_config=None, lifespan="off")
        self._server = Serving(config)
        # a port that is taken fails the test here; the server would end the whole run
        listening = socket.create_server(("127.0.0.1", self.port))
        self._task = asyncio.create_task(self._server.serve(sockets=[listening]))
        while not self._server.started:  # noqa: ASYNC110 - uvicorn has no event to wait for
            await asyncio.sleep(0.01)  # until the server listens

    async def stop(self) -> None:
        """Go away."""
        if self._server and self._task:
            self._server.should_exit = True
            self._server.force_exit = True
            await self._task
            self._server = None

    def _app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/readyz")
        async def readyz() -> Any:
            await asyncio.sleep(self.slow)  # as slow as the test wants it
            return JSONResponse(self.ready, self.status)

        @app.get("/v1/account")
        async def account() -> Response:
            return Response(status_code=self.account)

        @app.get("/metrics")
        async def metrics() -> Response:
            body = generate_latest(self.registry).decode() if self.text is None else self.text
            return Response(body, media_type="text/plain")

        return app


@dataclass
class Watching:
    """The running watcher as its readers see it."""

    app: FastAPI
    client: httpx2.AsyncClient
    tokens: Tokens
    clock: Clock

    async def rounds(self, count: int = 1) -> None:
        """So many rounds, five seconds apart."""
        for _ in range(count):
            self.clock.now += 5
            await self.app.state.rounds.once()

    async def get(self, path: str, *roles: str, **params: Any) -> httpx2.Response:
        """A page, or what its API says to somebody with these roles."""
        headers = self.tokens.headers("someone", *roles) if roles else {}
        return await self.client.get(path, params=params, headers=headers)

    async def status(self) -> dict[str, Any]:
        """`/status.json`, with components by key."""
        answer = await self.client.get("/status.json")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found | {"components": {c["key"]: c for c in found["components"]}}


@asynccontextmanager
async def watching(
    data_dir: Path,
    targets: Mapping[str, Sequence[str]],
    *,
    clock: Clock | None = None,
    resolve: Resolve = by_dns,
    tabs: Sequence[Tab] = TABS,
    volumes: str = "",
    measured: str = "",
    identity: str = "http://127.0.0.1:9",
) -> AsyncIterator[Watching]:
    """The watcher over these addresses; it looks only when told to."""
    text = ",".join(f"{name}={'|'.join(urls)}" for name, urls in targets.items())
    settings = OpsSettings(
        targets=text,
        data_dir=data_dir,
        volumes=volumes,
        measured=measured,
        platform=Platform(auth_jwks_url=f"{identity}/v1/jwks.json"),
    )
    tokens, clock = Tokens(), clock or Clock()
    app = build(
        settings, fetch_keys=tokens.fetch, clock=clock, resolve=resolve, tabs=tabs, by_hand=True
    )
    async with app.router.lifespan_context(app):
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://ops") as client:
            yield Watching(app, client, tokens, clock)
