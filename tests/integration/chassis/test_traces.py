"""The chassis's steps hang together: one trace, one journey, one line each (O2)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from contracts.identity import ProfileRejected
from contracts.partners import IdentityChecked
from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from services.chassis.telemetry.journey import TraceContext, travelling
from services.chassis.telemetry.tracing import Kind, journey_from
from services.chassis.work.timer_loop import TimerLoop
from tests.support.eventually import eventually
from tests.support.service import Collector, Tokens, an_event, deliver, keyed, running
from tests.support.tools import counter
from tests.support.tools.spans import keeping, listening

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
GIVEN = f"00-{TRACE}-{SPAN}-01"
ASKED = "c0ffee" + "a" * 26


async def test_a_request_and_its_event_are_one_trace_and_one_journey(
    platform: Platform, database: str, tokens: Tokens, collector: Collector
) -> None:
    """O2: request → transaction → outbox → Kafka, with the caller's own ids."""
    app = counter.build(platform, database, fetch_keys=tokens.fetch, publisher=collector)
    with listening("counter") as said, keeping() as kept:
        async with running(app) as client:
            headers = tokens.headers("anna") | keyed()
            headers |= {"traceparent": GIVEN, "X-Request-Id": ASKED}
            answer = await client.post("/v1/counts/a", headers=headers)
            await eventually(lambda: collector.events(ProfileRejected))
            await eventually(lambda: said.of("events published"))
    assert answer.headers["x-request-id"] == ASKED
    (event,) = collector.events(ProfileRejected)
    ours = [s for s in kept.spans if s.context.trace_id == TRACE]
    request, transaction, sent = (
        next(s for s in ours if s.span.name == name)
        for name in ("POST /v1/counts/{key}", "transaction", "send identity.events")
    )
    assert request.parent == TraceContext(TRACE, SPAN, sampled=True)
    assert transaction.parent == request.context
    assert sent.parent == transaction.context == TraceContext.parse(event.traceparent)
    assert request.span.kind is Kind.SERVER
    assert request.span.attributes["http.route"] == "/v1/counts/{key}"

    mine = [x for x in said.lines if x.get("correlation_id") == ASKED]
    (asked,) = [x for x in mine if x["event"] == "request"]
    (recorded,) = [x for x in mine if x["event"] == "event recorded"]
    assert (asked["status"], asked["subject"], asked["trace_id"]) == (201, "anna", TRACE)
    assert recorded["event_id"] == event.id
    assert recorded["causation_id"] == asked["causation_id"] == event.causationid
    (published,) = said.of("events published")
    assert [e["correlation_id"] for e in published["events"]] == [ASKED]


async def test_probes_leave_neither_spans_nor_lines(
    platform: Platform, database: str, tokens: Tokens, collector: Collector
) -> None:
    app = counter.build(platform, database, fetch_keys=tokens.fetch, publisher=collector)
    with listening() as said, keeping() as kept:
        async with running(app) as client:
            for path in ("/healthz", "/readyz", "/metrics"):
                await client.get(path)
    assert said.of("request") == []
    assert [s for s in kept.spans if s.span.kind is Kind.SERVER] == []


async def test_an_event_goes_on_in_the_trace_of_its_producer(
    platform: Platform, database: str, tokens: Tokens, collector: Collector
) -> None:
    """O2: the consumer is a child of the work that recorded the event; a second time says so."""
    app = counter.build(platform, database, fetch_keys=tokens.fetch, publisher=collector)
    event = an_event(counter.checked("a"), aggregate_id="a").model_copy(
        update={"traceparent": GIVEN}
    )
    async with counter.prepared(app):
        with listening() as said, keeping() as kept:
            assert await deliver(app, event) == "handled"
            assert await deliver(app, event) == "duplicate"
    assert [x["outcome"] for x in said.of("event handled")] == ["handled", "duplicate"]
    assert {x["causation_id"] for x in said.lines} == {event.id}
    first, second = (s for s in kept.spans if s.span.name == "process registry.events")
    assert first.parent == second.parent == TraceContext(TRACE, SPAN, sampled=True)
    assert first.span.attributes["event.type"] == IdentityChecked.TYPE
    assert second.span.error is None  # nothing is wrong with a duplicate


async def test_timers_due_at_once_go_on_and_later_ones_are_linked(
    platform: Platform, database: str, tokens: Tokens, collector: Collector
) -> None:
    """O2: see `tracing` for why."""
    app = counter.build(platform, database, fetch_keys=tokens.fetch, publisher=collector)
    runtime = find(app, Runtime)
    now = datetime.now(UTC)

    async def due(_: object) -> None:
        return

    loop = TimerLoop(runtime.timers, {"count": due}, runtime.metrics)
    async with counter.prepared(app):
        with listening() as said, keeping() as kept:
            with travelling(journey_from(GIVEN, "corr", "request:1")):
                await app.state.counter.later("now", now)
                await app.state.counter.later("later", now + timedelta(days=3))
            leased = await loop.lease(now + timedelta(days=4), 5)
            assert leased is not None
            for document in leased:
                await loop.handle(document)
    runs = {x["key"]: x for x in said.of("timer run")}
    assert {x["correlation_id"] for x in runs.values()} == {"corr"}
    assert {x["set_by"] for x in runs.values()} == {"request:1"}
    assert runs["now"]["trace_id"] == TRACE
    assert runs["later"]["trace_id"] != TRACE
    at_once, later = (s for s in kept.spans if s.span.name == "timer count")
    first, second = (s for s in kept.spans if s.span.name == "transaction")
    assert at_once.parent == first.context
    assert later.parent is None
    assert later.follows == second.context
