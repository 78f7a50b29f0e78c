"""Spans to a collector by OTLP over HTTP, where `OTEL_EXPORTER_OTLP_ENDPOINT` names one.

OpenTelemetry's batch processor: a bounded queue and one thread. A collector that is away costs
dropped spans, which are counted and told of once, and nothing else: no request waits, nothing is
kept, and stopping takes bounded time.
Imported only where an endpoint is set: OpenTelemetry's packages take a third of a second.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

import structlog
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags

from services.chassis.telemetry.journey import TraceContext
from services.chassis.telemetry.tracing import Ended

log = structlog.get_logger(__name__)

_QUEUE = 4096
_BATCH = 512
_EVERY_SECONDS = 1.0
_TIMEOUT_SECONDS = 3.0
_FINE, _FAILED = Status(StatusCode.UNSET), Status(StatusCode.ERROR)
_SCOPE = InstrumentationScope("services.chassis.telemetry.tracing")


class _Counted(SpanExporter):
    """Counts what an exporter sent and what was dropped, and says once when that changes."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter
        self._away = False
        self.sent = 0
        self.failed = 0
        self.refused = 0

    @property
    def dropped(self) -> int:
        return self.failed + self.refused

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        try:
            result = self._exporter.export(spans)
        except Exception:  # whatever a library raises in this thread, no span is worth an end of it
            result = SpanExportResult.FAILURE
        if result is SpanExportResult.SUCCESS:
            self.sent += len(spans)
        else:
            self.failed += len(spans)
        self._tell(away=result is not SpanExportResult.SUCCESS)
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()

    def _tell(self, *, away: bool) -> None:
        if away == self._away:
            return
        self._away = away
        if away:
            log.warning("the collector does not take spans; they are dropped until it does")
        else:
            log.info("the collector takes spans again", dropped=self.dropped)


class Collector:
    """Takes spans (see `tracing.Exporter`) and has them sent in batches from another thread.

    `ratio` of the new traces is recorded.
    """

    def __init__(self, exporter: SpanExporter, resource: Resource, *, ratio: float) -> None:
        self.ratio = ratio
        self._resource = resource
        self._taken = 0
        self._stopping = False
        self._exporter = _Counted(exporter)
        self._processor = BatchSpanProcessor(
            self._exporter,
            max_queue_size=_QUEUE,
            schedule_delay_millis=_EVERY_SECONDS * 1000,
            max_export_batch_size=_BATCH,
        )

    @classmethod
    def at(cls, endpoint: str, *, service: str, version: str, ratio: float) -> Collector:
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
        return cls(exporter, resource, ratio=ratio)

    @property
    def dropped(self) -> int:
        """How many spans found the queue full or the collector away."""
        return self._exporter.dropped

    @property
    def _waiting(self) -> int:
        return self._taken - self._exporter.sent - self._exporter.failed

    def take(self, ended: Ended) -> None:
        """Queue a span; with a full queue it is dropped."""
        # asked here, because the processor itself would drop the oldest and count nothing
        if self._stopping or self._waiting >= _QUEUE:
            self._exporter.refused += 1
            return
        self._taken += 1
        self._processor.on_end(self._readable(ended))

    def stop(self, within: float = 2.0) -> None:
        """Send what is queued, for so many seconds at most; what is left is dropped."""
        self._stopping = True
        # the processor's own shutdown waits for half a minute and cannot be told otherwise
        last = threading.Thread(target=self._processor.shutdown, name="otlp-stop", daemon=True)
        last.start()
        last.join(within)
        if last.is_alive():
            self._exporter.shutdown()
        if lost := self.dropped + self._waiting:
            log.info("spans were dropped", spans=lost)

    def _readable(self, ended: Ended) -> ReadableSpan:
        # made directly, without the SDK's tracer: the ids are decided by our own context, and the
        # tracer costs twice as much as all the rest of a span (`tests.benchmarks.spans`)
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
