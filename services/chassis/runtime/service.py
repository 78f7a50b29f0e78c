"""One call gives a service everything it stands on: app, transactions, relay, consumer, timers.

`Runtime` holds the parts, `Runtime.app` puts them under a FastAPI lifespan: the API is up while
Kafka is not, and everything started is stopped in bounded time.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial

import structlog
import uvicorn
from fastapi import APIRouter, FastAPI

from services.chassis.database import idempotency
from services.chassis.database.client import Indexes, Mongo
from services.chassis.foundation.faults import redacted
from services.chassis.foundation.settings import Platform, ServiceSettings
from services.chassis.foundation.tasks import raise_if_cancelled, stop_all
from services.chassis.http import openapi, problems
from services.chassis.http.auth import FetchKeys, TokenVerifier, fetch_from
from services.chassis.http.health import VERSION, install_docs
from services.chassis.http.health import router as health_router
from services.chassis.http.limits import Limited, Limits, Permits
from services.chassis.http.limits.connections import allow_files, listening, server_options
from services.chassis.http.middleware import RequestMiddleware
from services.chassis.http.rates import Rates
from services.chassis.kafka import deadletters
from services.chassis.kafka.dispatcher import Dispatcher, Handlers, build_broker
from services.chassis.kafka.publisher import KafkaPublisher
from services.chassis.kafka.relay import Relay
from services.chassis.kafka.supervisor import Supervisor
from services.chassis.runtime.gauges import Gauges, Measure, measure_loop, repeat_all
from services.chassis.telemetry.journey import travelling
from services.chassis.telemetry.logging import configure
from services.chassis.telemetry.metrics import Metrics
from services.chassis.telemetry.pool import PoolListener
from services.chassis.telemetry.tracing import exporting, journey_from
from services.chassis.work import inbox, outbox, timers
from services.chassis.work.outbox import Outbox, Publisher
from services.chassis.work.timers import TimerHandler, TimerLoop, Timers
from services.chassis.work.transactions import Transactions

log = structlog.get_logger(__name__)

Background = Callable[[], Awaitable[None]]
_INDEXES: Sequence[Indexes] = (
    outbox.INDEXES,
    inbox.INDEXES,
    timers.INDEXES,
    deadletters.INDEXES,
    idempotency.INDEXES,
)
_STOP_SECONDS = 5.0
_NOT_STARTED = 3  # the exit code that uvicorn has for it


@dataclass
class ServiceSpec:
    """What a service hands over to be run."""

    router: APIRouter
    handlers: Handlers = field(default_factory=dict)
    timer_handlers: Mapping[str, TimerHandler] = field(default_factory=dict)
    indexes: Indexes = field(default_factory=dict)
    prepare: Sequence[Background] = ()
    """Run once, in order, before the service is ready: buckets, catalogues, demo data."""
    background: Sequence[Background] = ()
    """Run until stop, started again when they fail."""
    measures: Sequence[Measure] = ()
    """Set gauges from the store; run every few seconds, less often when they take long."""
    close: Sequence[Background] = ()
    """Run at stop: clients to close."""


class Runtime:
    """The chassis of one running service."""

    def __init__(
        self,
        name: str,
        settings: ServiceSettings,
        *,
        fetch_keys: FetchKeys | None = None,
        publisher: Publisher | None = None,
    ) -> None:
        """Build the parts; nothing is connected yet. Keys and publisher are test seams."""
        platform = settings.platform
        self.name = name
        self.settings = settings
        self.metrics = Metrics()
        self.metrics.build_info.labels(VERSION).set(1)
        self.mongo = Mongo(
            platform.mongo_url,
            settings.database,
            max_pool=platform.mongo_max_pool,
            listeners=[PoolListener(self.metrics)],
        )
        self.outbox = Outbox(self.mongo)
        self.timers = Timers(self.mongo)
        self.transactions = Transactions(name, self.mongo, self.outbox, self.timers)
        self.tokens = TokenVerifier(
            fetch_keys or fetch_from(platform.auth_jwks_url, self.metrics),
            issuer=platform.auth_issuer,
            audience=platform.auth_audience,
        )
        self.publisher = publisher or KafkaPublisher(platform.kafka_bootstrap, client_id=name)
        self.relay = Relay(self.mongo, self.outbox, self.publisher, self.metrics)
        self.dispatcher = Dispatcher(name, {}, self.mongo, self.metrics)
        self.supervisor = Supervisor(self._broker, self.metrics)
        self.gauges = Gauges(
            self.metrics,
            self.outbox,
            self.relay,
            self.timers,
            lambda: self.dispatcher,
            ping=self.mongo.ping,
        )
        self.limits = Limits.of(settings)
        self.permits = Permits(self.limits)
        self.metrics.requests_in_progress.set_function(lambda: self.permits.taken)
        self.rates = Rates(
            public_checks=platform.public_checks_per_minute,
            creations=platform.creations_per_minute,
            refused=self.metrics.requests_shed.labels("rate").inc,
        )
        self.measures: Sequence[Measure] = self.gauges.measures
        self.started = False

    @property
    def consuming(self) -> bool:
        """Whether the consumer runs (a service that hears nothing is always fine)."""
        return self.supervisor.connected or not self.dispatcher.handlers

    def _broker(self):  # type: ignore[no-untyped-def] # FastStream's broker type is generic noise here
        return build_broker(self.settings.platform, self.dispatcher)

    def app(
        self, parts: ServiceSpec, *, title: str, description: str, max_body: int = 1 << 20
    ) -> FastAPI:
        """The service as an ASGI app whose lifespan runs the loops.

        `max_body` is the largest request body in bytes.
        """
        self.dispatcher = Dispatcher(self.name, parts.handlers, self.mongo, self.metrics)
        self.metrics.timer_kinds.update(parts.timer_handlers)
        self.measures = (*self.gauges.measures, *parts.measures)

        @asynccontextmanager
        async def lifespan(_: FastAPI) -> AsyncIterator[None]:
            await self.prepare(parts)
            tasks = [
                asyncio.create_task(self._forever(loop), name=_name(loop))
                for loop in self._loops(parts)
            ]
            self.started = True
            log.info("service started", version=VERSION)
            try:
                yield
            finally:
                self.started = False
                await self._stop(tasks, parts.close)

        app = FastAPI(
            title=title,
            description=description,
            version=VERSION,
            lifespan=lifespan,
            docs_url=None,
            redoc_url=None,
            servers=[{"url": f"/api/{self.name}", "description": "Through the gateway."}],
            responses=openapi.RESPONSES,
            # it would lead out of the gateway's prefix, to whatever `Host` says
            redirect_slashes=False,
        )
        app.state.runtime = self
        problems.install(app)
        openapi.install(app)
        app.include_router(health_router())
        app.include_router(parts.router)
        install_docs(app, title)
        app.add_middleware(
            Limited,
            limits=self.limits,
            permits=self.permits,
            metrics=self.metrics,
            identify=self.tokens.subject,
        )
        app.add_middleware(RequestMiddleware, metrics=self.metrics, max_body=max_body)
        return app

    async def prepare(self, parts: ServiceSpec) -> None:
        """Indexes, events to publish again, and the service's own steps, before anything runs."""
        for indexes in (*_INDEXES, parts.indexes):
            await self.mongo.ensure(indexes)
        if self.settings.platform.outbox_republish:
            count = await self.outbox.republish()
            log.info("the broker forgets: events will be published again", events=count)
        for step in parts.prepare:
            with travelling(journey_from(None, None, "start")):
                await step()

    def _loops(self, parts: ServiceSpec) -> list[Background]:
        loops: list[Background] = [
            self.tokens.run,
            self.relay.run,
            partial(repeat_all, self.measures),
            partial(measure_loop, self.metrics, self.permits.late),
        ]
        if parts.handlers:
            loops += [self.supervisor.run, self._replays]
        for kind, handler in parts.timer_handlers.items():  # one kind must not starve another
            loops.append(TimerLoop(self.timers, {kind: handler}, self.metrics).run)
        return [*loops, *parts.background]

    @staticmethod
    async def _forever(loop: Background) -> None:
        while True:
            try:
                await loop()
            except Exception:
                raise_if_cancelled()  # it failed while it was being stopped
                log.exception("a background loop failed; starting it again")
            raise_if_cancelled()
            await asyncio.sleep(1.0)

    async def _replays(self) -> None:
        while True:
            if not await self.dispatcher.replay_one():
                raise_if_cancelled()
                await asyncio.sleep(1.0)

    async def _stop(self, tasks: Sequence[asyncio.Task[None]], close: Sequence[Background]) -> None:
        await stop_all(tasks, within=_STOP_SECONDS)
        await asyncio.gather(*(self._close(step) for step in close))
        if isinstance(self.publisher, KafkaPublisher):
            await self.publisher.close()
        self.mongo.close()

    @staticmethod
    async def _close(step: Background) -> None:
        try:
            async with asyncio.timeout(2):
                await step()
        except Exception as error:
            log.warning("a client did not close in time", error=redacted(error))


def _name(loop: Background) -> str:
    return str(getattr(loop, "__qualname__", loop))


def serve(app: FastAPI) -> None:
    """Run a built service until it is told to stop (`__main__` of every service)."""
    runtime: Runtime = app.state.runtime
    settings = runtime.settings
    configure(runtime.name, fmt=settings.platform.log_format, level=settings.platform.log_level)
    with _tracing(runtime.name, settings.platform):
        allow_files(settings.platform.http_connections)
        options = server_options(settings.platform)
        config = uvicorn.Config(app, host=settings.host, port=settings.port, **options)
        server = uvicorn.Server(config)
        with suppress(KeyboardInterrupt):  # it has stopped in good order, and says so once more
            server.run(listening(config))
        if not server.started:
            sys.exit(_NOT_STARTED)


@contextmanager
def _tracing(service: str, platform: Platform) -> Iterator[None]:
    """Spans of the block go to the collector that the settings name, if they name one."""
    if not platform.otlp_endpoint:
        yield
        return
    from services.chassis.telemetry.otlp import Collector  # noqa: PLC0415 - see its docstring

    collector = Collector.at(
        platform.otlp_endpoint, service=service, version=VERSION, ratio=platform.trace_ratio
    )
    try:
        with exporting(collector):
            yield
    finally:
        collector.stop()
