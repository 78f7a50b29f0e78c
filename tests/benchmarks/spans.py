"""One span with six attributes, microseconds: ours against OpenTelemetry's tracer.

Without an exporter, as most installations run, and on the way to a batch processor whose exporter
takes everything at once. The traceparent comes from a caller, as in a service.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from opentelemetry import context, trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from services.chassis.telemetry.journey import travelling
from services.chassis.telemetry.otlp import Collector
from services.chassis.telemetry.tracing import Kind, Value, exporting, journey_from, span
from tests.benchmarks.row import Row

ROUNDS, SPANS = 15, 3_000  # fewer than a queue holds
UNIT = "µs"
GIVEN = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
ATTRIBUTES: dict[str, Value] = {
    "messaging.system": "kafka",
    "messaging.operation.type": "process",
    "messaging.destination.name": "identity.events",
    "messaging.kafka.offset": 5,
    "event.type": "identity.profile-rejected.v1",
}


class Taking(SpanExporter):
    """Takes everything and keeps nothing."""

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        del spans
        return SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        """Nothing to end."""


async def run() -> list[Row]:
    """Both kinds, round about, so that a noisy neighbour slows both."""
    with _received():
        quiet = _measured({"ours (baseline)": _ours, "OpenTelemetry's API": _theirs(_silent())})
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(BatchSpanProcessor(Taking(), max_queue_size=4096))
        collector = Collector(Taking(), Resource.get_empty(), ratio=1.0)
        with exporting(collector):
            loud = _measured(
                {
                    "ours (baseline)": _ours,
                    "OpenTelemetry's SDK": _theirs(provider.get_tracer("bench")),
                }
            )
        collector.stop()
        provider.shutdown()
    return [*_rows("no exporter", quiet), *_rows("batch processor", loud)]


@contextmanager
def _received() -> Iterator[None]:
    token = context.attach(TraceContextTextMapPropagator().extract({"traceparent": GIVEN}))
    with travelling(journey_from(GIVEN, "c", "e")):
        yield
    context.detach(token)


def _silent() -> trace.Tracer:
    return trace.get_tracer("bench")


def _ours() -> None:
    with span("work", Kind.CONSUMER, **ATTRIBUTES) as told:
        told.set(outcome="handled")


def _theirs(tracer: trace.Tracer) -> Callable[[], None]:
    def one() -> None:
        with tracer.start_as_current_span(
            "work", kind=trace.SpanKind.CONSUMER, attributes=ATTRIBUTES
        ) as told:
            told.set_attribute("outcome", "handled")

    return one


def _measured(ways: dict[str, Callable[[], None]]) -> dict[str, list[float]]:
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            started = time.perf_counter()
            for _ in range(SPANS):
                way()
            taken[name].append((time.perf_counter() - started) / SPANS * 1e6)
    return taken


def _rows(group: str, taken: dict[str, list[float]]) -> list[Row]:
    baseline = next(iter(taken.values()))
    return [
        Row(
            name,
            statistics.median(rounds),
            UNIT,
            statistics.median(r / b for r, b in zip(rounds, baseline, strict=True)),
            group,
        )
        for name, rounds in taken.items()
    ]
