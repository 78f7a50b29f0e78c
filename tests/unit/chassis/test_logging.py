"""One stream of whole, bounded lines for our own loggers and libraries' (O2, X14)."""

from __future__ import annotations

import io
import logging
import os
import threading
import time

import orjson
import pytest
import structlog

from services.chassis.telemetry import steps
from services.chassis.telemetry.journey import Journey, travelling
from services.chassis.telemetry.logging import configure
from tests.support.tools.spans import listening


def test_no_value_makes_a_line_of_a_megabyte() -> None:
    """Of a stuck record, a journey, an error: each is cut and says how long it was."""
    with listening() as said, travelling(Journey("c" * 2**20)):
        structlog.get_logger("x").error("stuck", error="e" * 2**20, count=3)
    assert len(said.text) < 5_000
    (line,) = said.of("stuck")
    assert line["error"].endswith("(1048576 characters)")
    assert line["correlation_id"].startswith("ccc")
    assert line["count"] == 3


@pytest.mark.parametrize("value", ["half a character: \ud83d", 2**64], ids=["text", "number"])
@pytest.mark.parametrize("fmt", ["json", "console"])
def test_whatever_a_value_is_there_is_a_line(fmt: str, value: object) -> None:
    stream = io.BytesIO()
    with listening():
        configure("test", fmt=fmt, stream=stream)
        structlog.get_logger("x").info("odd", value=value)
        logging.getLogger("library").warning("odd %s", value)
    assert [b"odd" in line for line in stream.getvalue().splitlines()] == [True, True]


class Hesitant(io.BytesIO):
    """Lets other threads in between two halves of a write."""

    def write(self, data: bytes) -> int:  # type: ignore[override] # bytes is all that comes
        half = len(data) // 2
        super().write(data[:half])
        time.sleep(0.0005)
        return half + super().write(data[half:])


def test_a_line_is_whole_whoever_writes_at_the_same_time() -> None:
    def ours(number: int) -> None:
        for _ in range(20):
            structlog.get_logger(f"ours.{number}").info("said", text="т" * 50)

    def theirs() -> None:
        for _ in range(20):
            logging.getLogger("library").warning("trouble")

    stream = Hesitant()
    with listening():
        configure("test", stream=stream)
        threads = [threading.Thread(target=ours, args=(n,)) for n in range(2)]
        threads += [threading.Thread(target=theirs) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    lines = [orjson.loads(line) for line in stream.getvalue().splitlines()]
    assert len(lines) == 80
    assert {line["logger"] for line in lines} == {"ours.0", "ours.1", "library"}
    assert {line["service"] for line in lines} == {"test"}


def test_a_line_for_people_goes_the_same_way() -> None:
    stream = io.BytesIO()
    with listening():
        configure("test", fmt="console", stream=stream)
        structlog.get_logger("x").info("сказано", count=3)
        logging.getLogger("library").warning("trouble")
    ours, theirs = stream.getvalue().decode().splitlines()
    assert "сказано" in ours
    assert "count=3" in ours
    assert "trouble" in theirs


def test_a_pipe_that_nobody_reads_costs_lines_and_nothing_else() -> None:
    read, write = os.pipe()
    os.close(read)
    with listening(), os.fdopen(write, "wb", buffering=0) as pipe:
        configure("test", stream=pipe)
        structlog.get_logger("x").info("lost")
        logging.getLogger("library").warning("lost")


def test_what_libraries_tell_below_a_warning_is_not_written() -> None:
    """X14: fontTools tells at INFO which letters a document has, pymongo at DEBUG what it sends."""
    with listening(level="DEBUG") as said:
        logging.getLogger("fontTools.subset").info("Glyph names: [...]")
        logging.getLogger("pymongo.command").debug("a name")
        logging.getLogger("some.library").warning("trouble")
    assert [line["event"] for line in said.lines] == ["trouble"]


def test_a_reader_that_went_away_costs_lines_and_nothing_else() -> None:
    with listening() as said:
        said.stream.close()
        with steps.running("seal", "d1", 1, None) as run:
            run.outcome = "done"
    assert run.outcome == "done"
