"""One trace through everything: contexts, spans, calls outside (O2)."""

from __future__ import annotations

import subprocess
import sys

import pytest

from services.chassis.foundation.errors import AccidentError, NotFoundError
from services.chassis.telemetry.journey import (
    Journey,
    TraceContext,
    current,
    new_traceparent,
    travelling,
)
from services.chassis.telemetry.tracing import (
    Kind,
    journey_from,
    linked_journey,
    outgoing_headers,
    recorded,
    span,
)
from tests.support.tools.spans import keeping

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
GIVEN = f"00-{TRACE}-{SPAN}-01"


def failing(error: Exception) -> None:
    """Work that fails."""
    with span("work"):
        raise error


@pytest.mark.parametrize(
    ("traceparent", "sampled"),
    [
        (GIVEN, True),
        (f"00-{TRACE}-{SPAN}-00", False),
        (f"00-{TRACE}-{SPAN}-03", True),  # other flags are not ours to read
        (f"00-{TRACE}-{SPAN}-02", False),
        (f"cc-{TRACE}-{SPAN}-01", True),  # a later version: its first parts are these
        (f"cc-{TRACE}-{SPAN}-01-what-the-future-will-be-like", True),
    ],
)
def test_a_valid_traceparent_is_understood(traceparent: str, *, sampled: bool) -> None:
    """O2, W3C Trace Context 3.2.2."""
    assert TraceContext.parse(traceparent) == TraceContext(TRACE, SPAN, sampled)


@pytest.mark.parametrize(
    "traceparent",
    [
        None,
        "",
        "garbage",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-01-more",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}",
        f"00-{TRACE[:-1]}-{SPAN}-01",
        f" {GIVEN}",
        f"{GIVEN}\n",
    ],
)
def test_an_invalid_traceparent_begins_a_new_trace(traceparent: str | None) -> None:
    """O2: never passed on, never half believed."""
    assert TraceContext.parse(traceparent) is None
    journey = journey_from(traceparent, None, "request:1")
    made = TraceContext.parse(journey.traceparent)
    assert made is not None
    assert journey.fresh
    assert journey.correlation_id == made.trace_id != TRACE


def test_a_trace_from_outside_goes_on() -> None:
    journey = journey_from(GIVEN, "asked-for", "request:1")
    with keeping() as kept, travelling(journey), span("outer", Kind.SERVER):
        assert current().trace_id == TRACE
        assert current().correlation_id == "asked-for"
    ended = kept.named("outer")
    assert ended.context.trace_id == TRACE
    assert ended.parent == TraceContext(TRACE, SPAN, sampled=True)


def test_spans_are_children_of_what_runs_around_them() -> None:
    with keeping() as kept, travelling(journey_from(None, None, "request:1")) as journey:
        with span("outer"), span("inner"):
            inside = current().traceparent
        assert current() == journey
    outer, inner = kept.named("outer"), kept.named("inner")
    assert outer.parent is None  # the trace begins with it
    assert inner.parent == outer.context
    assert inside == str(inner.context)
    assert outer.started <= inner.started <= inner.ended <= outer.ended


def test_what_is_not_sampled_is_passed_on_and_not_told() -> None:
    with keeping() as kept, travelling(journey_from(GIVEN[:-2] + "00", None, "request:1")):
        with span("quiet"):
            assert current().traceparent == GIVEN[:-2] + "00"
        recorded("quiet, too", Kind.PRODUCER, current().traceparent, 1, {})
    assert kept.spans == []


@pytest.mark.parametrize(("ratio", "least", "most"), [(0, 0, 0), (0.5, 50, 150), (1, 200, 200)])
def test_the_ratio_decides_for_new_traces_only(ratio: float, least: int, most: int) -> None:
    with keeping(ratio):
        made = [journey_from(None, None, "x").traceparent for _ in range(200)]
        assert least <= sum(t is not None and t.endswith("-01") for t in made) <= most
        assert journey_from(GIVEN, None, "x").traceparent == GIVEN


def test_without_an_exporter_nothing_changes() -> None:
    journey = journey_from(GIVEN, None, "request:1")
    with travelling(journey), span("nobody"):
        assert current() is journey


def test_an_endpoint_that_is_not_set_imports_nothing() -> None:
    """O2: OpenTelemetry's SDK takes a third of a second of every start."""
    program = """import sys, services.chassis.runtime.service
print([m for m in sys.modules if m.startswith('opentelemetry.sdk')])"""
    seen = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
    )
    assert seen.stdout.strip() == "[]"


def test_a_timer_set_for_later_follows_the_trace_that_set_it() -> None:
    """O2: a link, not a child: a trace that is open for days is of no use to anybody."""
    with keeping() as kept, travelling(linked_journey("corr", "deadline:1", GIVEN)), span("timer"):
        assert current().correlation_id == "corr"
    ended = kept.named("timer")
    assert ended.context.trace_id != TRACE
    assert ended.parent is None
    assert ended.follows == TraceContext(TRACE, SPAN, sampled=True)
    assert linked_journey("corr", "deadline:1", GIVEN[:-2] + "00").traceparent[-2:] == "00"  # type: ignore[index] # it has one
    assert linked_journey("corr", "deadline:1", "garbage").follows is None


def test_an_error_leaves_its_type_and_nothing_it_quotes() -> None:
    with keeping() as kept, pytest.raises(AccidentError):
        failing(AccidentError("for +79160000000"))
    ended = kept.named("work")
    assert ended.span.error == "AccidentError"
    assert "+7916" not in repr(ended)


def test_a_refusal_is_no_failure() -> None:
    with keeping() as kept, pytest.raises(NotFoundError):
        failing(NotFoundError("нет"))
    assert kept.named("work").span.error is None


def test_our_own_services_are_called_with_the_journey() -> None:
    with travelling(Journey("corr", None, GIVEN)):
        assert outgoing_headers() == {"x-request-id": "corr", "traceparent": GIVEN}


def test_new_ids_are_valid() -> None:
    assert all(TraceContext.parse(new_traceparent()) for _ in range(100))
