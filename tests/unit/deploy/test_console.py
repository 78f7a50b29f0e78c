"""Lines are whole and prefixed; colours are for terminals."""

from __future__ import annotations

import io
import json

import pytest

from deploy.stacks.embedded.console import Console
from deploy.stacks.embedded.readable import readable


def test_no_colours_when_the_output_is_not_a_terminal() -> None:
    stream = io.StringIO()
    console = Console(stream)
    console.line("identity", "started")
    console.complain("gone")
    console.table("up", [("Addresses", [("http://x", "what")])])
    assert "\x1b" not in stream.getvalue()
    assert "identity     │ started" in stream.getvalue()


def test_each_process_keeps_its_colour() -> None:
    stream = io.StringIO()
    console = Console(stream, colours=True)
    console.line("identity", "one")
    console.line("documents", "two")
    console.line("identity", "three")
    first, second, third = stream.getvalue().splitlines()
    assert first.split("identity")[0] == third.split("identity")[0]
    assert first.split("identity")[0] != second.split("documents")[0]


def test_a_reader_that_went_away_does_not_stop_the_stack() -> None:
    stream = io.StringIO()
    console = Console(stream)
    stream.close()
    console.say("still here")


REQUEST = (
    '{"timestamp":"2026-11-21T12:00:00.123456Z","level":"info","service":"identity",'
    '"event":"request","logger":"http","method":"GET","route":"/v1/x","status":200,"ms":4.1,'
    '"correlation_id":"4bf92f3577b34da6a3ce929d0e0e4736","trace_id":"t","causation_id":"request:1"}'
)


def test_a_json_line_is_shown_as_a_person_reads_it() -> None:
    """O2: the files have the lines, the terminal what matters of them."""
    stream = io.StringIO()
    Console(stream).line("identity", REQUEST)
    said = stream.getvalue()
    assert (
        "info    request method=GET route=/v1/x status=200 ms=4.1 correlation_id=4bf92f35" in said
    )
    assert ":00.123" in said
    assert "{" not in said


def test_raw_lines_are_shown_as_they_are() -> None:
    stream = io.StringIO()
    Console(stream, raw=True).line("identity", REQUEST)
    assert stream.getvalue() == f"identity     │ {REQUEST}\n"


@pytest.mark.parametrize(
    "line", ["", "tsa: listening", "{not json", '{"a":1}', "[1]", '{"event":5,"timestamp":"x"}']
)
def test_other_lines_pass_as_they_are(line: str) -> None:
    assert readable(line) == line


def test_a_stack_trace_keeps_its_lines_and_each_is_prefixed() -> None:
    stream = io.StringIO()
    said = {"timestamp": "now", "event": "boom", "level": "error", "exception": "Trace\n  line"}
    Console(stream).line("identity", json.dumps(said))
    assert stream.getvalue().splitlines() == [
        "identity     │ now error   boom",
        "identity     │ Trace",
        "identity     │   line",
    ]


def test_many_published_events_are_counted() -> None:
    events = [{"event_id": f"e{n}", "type": "x.v1", "correlation_id": "c"} for n in range(30)]
    said = {"timestamp": "now", "event": "events published", "level": "info", "events": events}
    assert "events=30×[x.v1]" in readable(json.dumps(said))
