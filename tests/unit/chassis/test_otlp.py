"""Spans on their way to a collector, one that is away included (O2)."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence

import pytest
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from services.chassis.telemetry.journey import travelling
from services.chassis.telemetry.otlp import Collector
from services.chassis.telemetry.tracing import (
    Kind,
    Value,
    exporting,
    journey_from,
    linked_journey,
    span,
)
from tests.support.eventually import eventually
from tests.support.tools.otlp import Receiver, receiver
from tests.support.tools.spans import listening

GIVEN = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.fixture
def got() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


def collector_at(endpoint: str) -> Collector:
    return Collector.at(endpoint, service="test", version="1", ratio=1.0)


def one(name: str = "work") -> None:
    with travelling(journey_from(GIVEN, None, "request:1")), span(name, Kind.SERVER):
        pass


async def test_spans_arrive_with_everything_they_say(got: Receiver) -> None:
    collector = collector_at(got.endpoint)
    about: dict[str, Value] = {"timer.kind": "deadline", "timer.attempt": 2}
    journey = linked_journey("c", "deadline:1", GIVEN)
    with exporting(collector), travelling(journey), span("timer", **about) as told:
        told.failed("backed-off")
    collector.stop()
    (seen,) = got.spans
    assert (seen.service, seen.name, seen.kind, seen.failed) == ("test", "timer", "INTERNAL", True)
    assert seen.parent_id == ""
    assert seen.links == ("4bf92f3577b34da6a3ce929d0e0e4736",)
    assert seen.attributes == {
        "timer.kind": "deadline",
        "timer.attempt": 2,
        "error.type": "backed-off",
    }
    assert got.paths == {"/v1/traces"}


async def test_they_are_sent_while_the_service_runs(got: Receiver) -> None:
    collector = collector_at(got.endpoint)
    with exporting(collector):
        one()
        await eventually(lambda: len(got.spans) == 1)
    collector.stop()


def test_a_collector_that_is_away_costs_dropped_spans_and_one_line() -> None:
    """O2: no work waits for it, and stopping takes bounded time."""
    with listening() as said:
        collector = collector_at("http://127.0.0.1:9")
        with exporting(collector):
            started = time.perf_counter()
            for _ in range(20_000):
                one()
            took = time.perf_counter() - started
        before = time.perf_counter()
        collector.stop(within=2.0)
        stopped = time.perf_counter() - before
    assert collector.dropped > 10_000
    assert took < 10  # half a millisecond each: it blocks nowhere
    assert stopped < 5
    complaints = [x for x in said.lines if x["level"] in {"warning", "error"}]
    assert len(complaints) <= 1


class Hanging(SpanExporter):
    """A collector that took a request and never answers."""

    def __init__(self) -> None:
        self.let_go = threading.Event()

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        del spans
        self.let_go.wait(30)
        return SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        """It hangs all the same."""


def test_what_waits_is_bounded_and_every_span_that_did_not_arrive_is_counted() -> None:
    """O2: neither memory nor stopping depends on a collector that hangs."""
    exporter = Hanging()
    collector = Collector(exporter, Resource.get_empty(), ratio=1.0)
    with listening() as said:
        with exporting(collector):
            for _ in range(5_000):
                one()
        assert collector.dropped == 5_000 - 4_096
        started = time.perf_counter()
        collector.stop(within=0.2)
        assert time.perf_counter() - started < 2
    exporter.let_go.set()
    assert [line["spans"] for line in said.of("spans were dropped")] == [5_000]


async def test_one_that_comes_back_gets_spans_again(got: Receiver) -> None:
    got.refuse = True
    with listening() as said:
        collector = collector_at(got.endpoint)
        with exporting(collector):
            one("lost")
            await eventually(lambda: collector.dropped >= 1)
            got.refuse = False
            one("kept")
        collector.stop(within=20)
    assert [s.name for s in got.spans] == ["kept"]
    assert [x["event"] for x in said.lines if x["service"] == "test"][:2] == [
        "the collector does not take spans; they are dropped until it does",
        "the collector takes spans again",
    ]
