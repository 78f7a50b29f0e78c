"""One call gives a service everything it stands on: app, transactions, relay, consumer, timers.

A service makes `Resources`, builds its own parts on them and hands those over as a `ServiceSpec`;
`Runtime` is the whole. The API is up while Kafka is not, and everything started is stopped in
bounded time.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

import structlog
import uvicorn
from fastapi import APIRouter, FastAPI

from services.chassis.database import idempotency
from services.chassis.database.client import Indexes
from services.chassis.foundation.faults import redacted
from services.chassis.foundation.settings import Platform
from services.chassis.foundation.tasks import repeat, stop_all
from services.chassis.http.app import assemble
from services.chassis.http.facilities import find, provide
from services.chassis.http.health import VERSION, Health
from services.chassis.http.limits import Limits, Permits
from services.chassis.http.limits.connections import allow_files, listening, server_options
from services.chassis.http.rates import Rates
from services.chassis.kafka import deadletters
from services.chassis.kafka.dispatcher import Dispatcher, Handlers
from services.chassis.kafka.publisher import KafkaPublisher
from services.chassis.kafka.relay import Relay
from services.chassis.kafka.subscriber import build_broker
from services.chassis.kafka.supervisor import Supervisor
from services.chassis.runtime.garbage import collect_rarely
from services.chassis.runtime.gauges import Gauges, Measure, measure_loop, repeat_all
from services.chassis.runtime.resources import Resources
from services.chassis.telemetry.journey import travelling
from services.chassis.telemetry.logging import configure
from services.chassis.telemetry.tracing import exporting, journey_from
from services.chassis.work import inbox, outbox, timers
from services.chassis.work.timer_loop import TimerLoop
from services.chassis.work.timers import TimerHandler

log = structlog.get_logger(__name__)

K = TypeVar("K")
T = TypeVar("T")

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

    title: str
    description: str
    router: APIRouter
    handlers: Sequence[Handlers] = ()
    """Of each feature. A service has one handler an event: two features that hear it would be two
    transactions, of which one may fail."""
    timer_handlers: Mapping[str, TimerHandler] = field(default_factory=dict)
    timer_concurrency: Mapping[str, int] = field(default_factory=dict)
    """How many of a kind run at a time, where it is not the usual number."""
    indexes: Sequence[Indexes] = ()
    facilities: Sequence[object] = ()
    """What its routes ask for by type: its use cases."""
    prepare: Sequence[Background] = ()
    """Run once, in order, before the service is ready: buckets, catalogues, keys."""
    background: Sequence[Background] = ()
    """Run until stop, started again when they fail."""
    measures: Sequence[Measure] = ()
    """Set gauges from the store; run every few seconds, less often when they take long."""
    close: Sequence[Background] = ()
    """Run at stop: clients to close."""
    max_body: int = 1 << 20
    """The largest request body in bytes."""
    max_bodies: Mapping[str, int] = field(default_factory=dict)
    """That of addresses which take more: files."""


class Runtime:
    """One running service: `app` is the service as an ASGI app whose lifespan runs the loops."""

    def __init__(self, resources: Resources, spec: ServiceSpec) -> None:
        settings, metrics = resources.settings, resources.metrics
        self.name = resources.name
        self.settings = settings
        self.spec = spec
        self.metrics = metrics
        self.mongo = resources.mongo
        self.outbox = resources.outbox
        self.timers = resources.timers
        self.transactions = resources.transactions
        self.tokens = resources.tokens
        self.publisher = resources.publisher
        self.relay = Relay(self.mongo, self.outbox, self.publisher, metrics)
        self.dispatcher = Dispatcher(self.name, merged(spec.handlers), self.mongo, metrics)
        self.supervisor = Supervisor(
            lambda: build_broker(settings.platform, self.dispatcher), metrics
        )
        metrics.timer_kinds.update(spec.timer_handlers)
        self.gauges = Gauges(
            metrics, self.outbox, self.relay, self.timers, self.dispatcher, ping=self.mongo.ping
        )
        self.measures: Sequence[Measure] = (*self.gauges.measures, *spec.measures)
        limits = Limits.of(settings)
        self.permits = Permits(limits)
        metrics.requests_in_progress.set_function(lambda: self.permits.taken)
        self.rates = Rates(
            public_checks=settings.platform.public_checks_per_minute,
            creations=settings.platform.creations_per_minute,
            refused=metrics.requests_shed.labels("rate").inc,
        )
        self.started = False
        self.app = assemble(
            name=self.name,
            title=spec.title,
            description=spec.description,
            router=spec.router,
            lifespan=self._lifespan,
            health=self._health(),
            metrics=metrics,
            mongo=self.mongo,
            tokens=self.tokens,
            rates=self.rates,
            limits=limits,
            permits=self.permits,
            max_body=spec.max_body,
            max_bodies=spec.max_bodies,
        )
        provide(self.app, self, *spec.facilities)

    @property
    def consuming(self) -> bool:
        """Whether the consumer runs (a service that hears nothing is always fine)."""
        return self.supervisor.connected or not self.dispatcher.handlers

    def _health(self) -> Health:
        return Health(
            name=self.name,
            ping=self.mongo.ping,
            consuming=lambda: self.consuming,
            keys=lambda: self.tokens.ready,
            started=lambda: self.started,
            shedding=lambda: self.permits.shedding,
            render=self.metrics.render,
        )

    @asynccontextmanager
    async def _lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        await self.prepare()
        tasks = [
            asyncio.create_task(self._forever(loop), name=_name(loop)) for loop in self._loops()
        ]
        self.started = True
        log.info("service started", version=VERSION)
        try:
            yield
        finally:
            self.started = False
            await self._stop(tasks)

    async def ensure(self) -> None:
        """See that collections and indexes are there: all that a command on the server needs."""
        await self.mongo.ensure(merged([*_INDEXES, *self.spec.indexes]))

    async def prepare(self) -> None:
        """Indexes, events to publish again, and the service's own steps, before anything runs."""
        await self.ensure()
        if self.settings.platform.outbox_republish:
            count = await self.outbox.republish()
            log.info("the broker forgets: events will be published again", events=count)
        for step in self.spec.prepare:
            with travelling(journey_from(None, None, "start")):
                await step()

    def _loops(self) -> list[Background]:
        loops: list[Background] = [
            self.tokens.run,
            self.relay.run,
            partial(repeat_all, self.measures),
            partial(measure_loop, self.metrics, self.permits.late),
        ]
        if self.dispatcher.handlers:
            loops += [self.supervisor.run, self._replays]
        for kind, handler in self.spec.timer_handlers.items():  # one kind must not starve another
            loop = TimerLoop(self.timers, {kind: handler}, self.metrics)
            loop.concurrency = self.spec.timer_concurrency.get(kind, loop.concurrency)
            loops.append(loop.run)
        return [*loops, *self.spec.background]

    @staticmethod
    async def _forever(loop: Background) -> None:
        async def step() -> float:
            await loop()
            return 1.0

        def failed(error: Exception, _: float) -> None:
            log.error("a background loop failed; starting it again", exc_info=error)

        await repeat(step, failed)

    async def _replays(self) -> None:
        async def step() -> float:
            return 0 if await self.dispatcher.replay_one() else 1.0

        def failed(error: Exception, _: float) -> None:
            log.error("dead letters could not be replayed", exc_info=error)

        await repeat(step, failed)

    async def _stop(self, tasks: Sequence[asyncio.Task[None]]) -> None:
        await stop_all(tasks, within=_STOP_SECONDS)
        await self.close()

    async def close(self) -> None:
        """Close every client."""
        await asyncio.gather(*(self._close(step) for step in self.spec.close))
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


class DeclaredTwiceError(Exception):
    """Two parts of a service declare the same thing, and one of them would silently win."""


def merged(declared: Sequence[Mapping[K, T]]) -> dict[K, T]:
    """All that features declare, each key once.

    Raises:
        DeclaredTwiceError: two of them have the same key.
    """
    found: dict[K, T] = {}
    for part in declared:
        if twice := found.keys() & part.keys():
            message = f"declared twice: {', '.join(sorted(map(str, twice)))}"
            raise DeclaredTwiceError(message)
        found |= part
    return found


def _name(loop: Background) -> str:
    return str(getattr(loop, "__qualname__", loop))


def serve(app: FastAPI) -> None:
    """Run a built service until it is told to stop (`__main__` of every service)."""
    runtime = find(app, Runtime)
    settings = runtime.settings
    configure(runtime.name, fmt=settings.platform.log_format, level=settings.platform.log_level)
    with _tracing(runtime.name, settings.platform):
        allow_files(settings.platform.http_connections)
        options = server_options(settings.platform)
        config = uvicorn.Config(app, host=settings.host, port=settings.port, **options)
        server = uvicorn.Server(config)
        collect_rarely()
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
