"""Each step of a journey leaves one structured line with the ids to follow it by (O2, X14)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from contracts.certificates import CertificateIssued
from contracts.documents import DocumentSealed, SealingFailed
from contracts.envelope import Data
from contracts.identity import ProfileRejected
from contracts.scheduling import TalonIssued
from services.chassis.foundation.errors import AccidentError
from services.chassis.telemetry import steps
from services.chassis.telemetry.journey import Journey, travelling
from services.chassis.telemetry.tracing import Kind
from tests.support.service import an_event, as_record
from tests.support.tools.spans import keeping, listening

GIVEN = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
JOURNEY = Journey("corr", "request:1", GIVEN)
IDS = {
    "correlation_id": "corr",
    "causation_id": "request:1",
    "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
}


def rejected() -> Any:
    return an_event(ProfileRejected(account_id="a1", mismatches=()), aggregate_id="a1", seq=3)


def kept(**over: Any) -> dict[str, Any]:
    """An event in the outbox."""
    now = datetime.now(UTC)
    return {
        "_id": "e1",
        "type": ProfileRejected.TYPE,
        "topic": "identity.events",
        "correlationid": "corr",
        "traceparent": GIVEN,
        "recorded_at": now - timedelta(seconds=2),
    } | over


def test_a_recorded_event_names_itself_and_what_it_is_about() -> None:
    event = rejected()
    with listening("identity") as said, travelling(JOURNEY):
        steps.tell_recorded([event], 0.0123)
    (line,) = said.lines
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "level": "info",
        "service": "identity",
        "event": "event recorded",
        "logger": "steps",
        "event_id": event.id,
        "type": ProfileRejected.TYPE,
        "aggregate_id": "a1",
        "seq": 3,
        "ids": {"account_id": "a1"},
        "ms": 12.3,
        **IDS,
    }


@pytest.mark.parametrize("said", [CertificateIssued, DocumentSealed, SealingFailed, TalonIssued])
def test_of_an_event_only_ids_are_told(said: type[Data]) -> None:
    """X14: neither what is under `pii` nor a printed number, which opens the public check."""
    fields = steps._ids_of(said)
    assert fields
    assert all(name.endswith("_id") for name in fields)


def test_many_published_events_share_a_line_and_keep_their_journeys() -> None:
    documents = [kept(_id=f"e{n}", correlationid=f"c{n}") for n in range(120)]
    with listening() as said:
        steps.tell_published(documents, 0)
    lines = said.of("events published")
    assert [len(line["events"]) for line in lines] == [50, 50, 20]
    told = [e for line in lines for e in line["events"]]
    assert [(e["event_id"], e["correlation_id"]) for e in told[:2]] == [("e0", "c0"), ("e1", "c1")]
    assert 2000 <= told[0]["waited_ms"] < 60_000


def test_an_event_of_an_older_version_has_no_journey_and_is_told_of_all_the_same() -> None:
    old = kept()
    del old["correlationid"], old["traceparent"]
    with listening() as said, keeping() as spans:
        steps.tell_published([old], 0)
    assert said.lines[0]["events"][0]["correlation_id"] is None
    assert spans.spans == []


def test_publishing_is_a_span_in_the_trace_of_the_event() -> None:
    with keeping() as spans:
        steps.tell_published([kept()], 5)
    ended = spans.named("send identity.events")
    assert ended.span.kind is Kind.PRODUCER
    assert ended.context.trace_id == IDS["trace_id"]
    assert ended.started == 5
    assert ended.span.attributes["messaging.message.id"] == "e1"


@pytest.mark.parametrize(
    ("outcome", "failed"),
    [("handled", False), ("duplicate", False), ("dead-letter", True)],
)
def test_a_handled_event_says_what_came_of_it(outcome: str, *, failed: bool) -> None:
    event = rejected()
    with (
        listening() as said,
        keeping() as spans,
        travelling(JOURNEY),
        steps.handling(event, "notifier", as_record(event)) as run,
    ):
        run.outcome = outcome
    (line,) = said.lines
    assert (line["event"], line["outcome"], line["event_id"]) == (
        "event handled",
        outcome,
        event.id,
    )
    span = spans.named("process identity.events").span
    assert (span.error is not None) is failed
    assert span.attributes["messaging.consumer.group.name"] == "notifier"


def test_an_event_that_is_to_come_again_says_why() -> None:
    def handle() -> None:
        with steps.handling(event, "notifier", as_record(event)):
            raise away

    event, away = rejected(), AccidentError("MongoDB is away")
    with listening() as said, pytest.raises(AccidentError):
        handle()
    (line,) = said.lines
    assert (line["level"], line["outcome"]) == ("warning", "backed-off")
    assert line["error"] == "AccidentError: MongoDB is away"


def test_a_timer_says_who_set_it() -> None:
    with listening() as said, travelling(JOURNEY), steps.running("seal", "d1", 2, "e1") as run:
        run.outcome = "done"
    (line,) = said.lines
    assert (line["event"], line["kind"], line["key"], line["set_by"], line["attempt"]) == (
        "timer run",
        "seal",
        "d1",
        "e1",
        2,
    )
