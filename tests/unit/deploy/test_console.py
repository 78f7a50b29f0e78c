"""Lines are whole and prefixed; colours are for terminals."""

from __future__ import annotations

import io

from deploy.embedded.console import Console


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
