"""Spans to a collector by OTLP over HTTP, where `OTEL_EXPORTER_OTLP_ENDPOINT` names one.

A bounded queue and one thread. A collector that is away costs dropped spans, which are counted and
told of once, and nothing else: no request waits, nothing is kept, and stopping takes bounded time.
Imported only where an endpoint is set: OpenTelemetry's packages take a third of a second.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence

import structlog
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags

from services.chassis.telemetry.journey import TraceContext
from services.chassis.telemetry.tracing import Ended

log = structlog.get_logger(__name__)

_QUEUE = 4096
_BATCH = 512
_EVERY_SECONDS = 1.0
_TIMEOUT_SECONDS = 3.0
_REST_SECONDS = 10.0
_FINE, _FAILED = Status(StatusCode.UNSET), Status(StatusCode.ERROR)
_SCOPE = InstrumentationScope("services.chassis.telemetry.tracing")


class Collector:
    """Takes spans (see `tracing.Exporter`) and sends them in batches from a thread of its own."""

    def __init__(
        self,
        exporter: SpanExporter,
        resource: Resource,
        *,
        ratio: float,
        rest: float = _REST_SECONDS,
    ) -> None:
        """Start the thread. `ratio` of new traces is recorded; after a failure it rests."""
        self.ratio = ratio
        self.dropped = 0
        self._exporter = exporter
        self._resource = resource
        self._queue: deque[Ended] = deque()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._rest = rest
        self._away = False
        self._thread = threading.Thread(target=self._run, name="otlp", daemon=True)
        self._thread.start()

    @classmethod
    def at(
        cls,
        endpoint: str,
        *,
        service: str,
        version: str,
        ratio: float,
        rest: float = _REST_SECONDS,
    ) -> Collector:
        """One that sends to the collector at this base address (`http://host:4318`)."""
        resource = Resource.create(
            {
                "service.name": service,
                "service.namespace": "moe-zdorovie",
                "service.version": version,
            }
        )
        address = f"{endpoint.rstrip('/')}/v1/traces"
        exporter = OTLPSpanExporter(endpoint=address, timeout=_TIMEOUT_SECONDS)
        return cls(exporter, resource, ratio=ratio, rest=rest)

    def take(self, ended: Ended) -> None:
        """Queue a span; with a full queue it is dropped."""
        if len(self._queue) >= _QUEUE or self._stopping.is_set():
            self.dropped += 1
            return
        self._queue.append(ended)
        if len(self._queue) >= _BATCH:
            self._wake.set()

    def stop(self, within: float = 2.0) -> None:
        """Send what is queued, for so many seconds at most; what is left is dropped."""
        self._stopping.set()
        self._wake.set()
        self._thread.join(within)
        self._exporter.shutdown()
        if self._queue or self.dropped:
            log.info("spans were dropped", spans=len(self._queue) + self.dropped)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.wait(_EVERY_SECONDS)
            self._wake.clear()
            self._send_all()
            if self._away:
                self._stopping.wait(self._rest)  # meanwhile the queue fills and drops
        self._send_all()

    def _send_all(self) -> None:
        while self._queue:
            batch = [self._queue.popleft() for _ in range(min(_BATCH, len(self._queue)))]
            if not self._sent([self._readable(ended) for ended in batch]):
                self.dropped += len(batch)
                return

    def _sent(self, spans: Sequence[ReadableSpan]) -> bool:
        try:
            taken = self._exporter.export(spans) is SpanExportResult.SUCCESS
        except Exception:  # whatever a library raises in this thread, no span is worth an end of it
            taken = False
        if taken == self._away:
            self._away = not taken
            if taken:
                log.info("the collector takes spans again", dropped=self.dropped)
            else:
                log.warning("the collector does not take spans; they are dropped until it does")
        return taken

    def _readable(self, ended: Ended) -> ReadableSpan:
        # made directly, without the SDK's tracer: the ids are decided by our own context, and the
        # tracer's locks and checks cost several times as much as the rest of a span
        span = ended.span
        attributes = dict(span.attributes)
        if span.error is not None:
            attributes["error.type"] = span.error
        return ReadableSpan(
            span.name,
            context=_context(ended.context),
            parent=_context(ended.parent, remote=True) if ended.parent else None,
            resource=self._resource,
            attributes=attributes,
            links=(Link(_context(ended.follows, remote=True)),) if ended.follows else (),
            kind=SpanKind[span.kind],
            status=_FAILED if span.error else _FINE,
            start_time=ended.started,
            end_time=ended.ended,
            instrumentation_scope=_SCOPE,
        )


def _context(parsed: TraceContext, *, remote: bool = False) -> SpanContext:
    return SpanContext(
        int(parsed.trace_id, 16),
        int(parsed.span_id, 16),
        is_remote=remote,
        trace_flags=TraceFlags(TraceFlags.SAMPLED),
    )
