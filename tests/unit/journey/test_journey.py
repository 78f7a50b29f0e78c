"""`make journey`: lines to journeys to trees to text (O2)."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from deploy import ROOT
from deploy.watch.journey.__main__ import main
from deploy.watch.journey.lines import find, parsed
from deploy.watch.journey.show import shown
from deploy.watch.journey.tree import tree

GOLDEN = Path(__file__).with_name("approval.txt")


def line(at: float, service: str, event: str, cause: str | None = None, **fields: Any) -> bytes:
    said = {
        "timestamp": f"2026-11-21T12:00:{at:09.6f}Z",
        "level": "info",
        "service": service,
        "event": event,
        "correlation_id": "c1",
        "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
        "causation_id": cause,
    } | fields
    return json.dumps(said).encode() + b"\n"


def recorded(at: float, cause: str, event_id: str, kind: str, about: str) -> bytes:
    service = kind.partition(".")[0]
    about_it = {"event_id": event_id, "type": kind, "aggregate_id": about, "seq": 1}
    return line(at, service, "event recorded", cause, **about_it)


def published(at: float, service: str, *events: tuple[str, str, float]) -> bytes:
    told = [
        {"event_id": e, "type": kind, "correlation_id": "c1", "waited_ms": waited}
        for e, kind, waited in events
    ]
    return line(at, service, "events published", correlation_id=None, events=told, ms=1.0)


def timer(at: float, service: str, kind: str, key: str, set_by: str, **fields: Any) -> bytes:
    return line(
        at, service, "timer run", f"{kind}:{key}", kind=kind, key=key, set_by=set_by, **fields
    )


APPROVAL = [
    recorded(0.030, "request:1", "e1", "certificates.application-approved.v2", "a1"),
    line(
        0.040,
        "certificates",
        "request",
        "request:1",
        method="POST",
        route="/v1/reviews/{application_id}/approval",
        status=200,
        ms=40.0,
        subject="doctor-1",
    ),
    published(0.050, "certificates", ("e1", "certificates.application-approved.v2", 18.0)),
    line(
        0.080,
        "documents",
        "event handled",
        "e1",
        event_id="e1",
        type="certificates.application-approved.v2",
        aggregate_id="a1",
        outcome="handled",
        ms=20.0,
    ),
    line(0.090, "documents", "outside call", "seal:d1", target="tsa", operation="stamp",
         outcome="failed", reason="TimeoutError", ms=5.0),
    timer(0.095, "documents", "seal", "d1", "e1", outcome="backed-off", attempt=1, ms=10.0),
    line(0.900, "documents", "outside call", "seal:d1", target="tsa", operation="stamp",
         outcome="ok", ms=30.0),
    line(0.950, "documents", "outside call", "seal:d1", target="s3", operation="put_object",
         outcome="ok", ms=12.5),
    recorded(0.990, "seal:d1", "e2", "documents.document-sealed.v1", "d1"),
    timer(1.000, "documents", "seal", "d1", "seal:d1", outcome="done", attempt=2, ms=150.0),
    published(1.010, "documents", ("e2", "documents.document-sealed.v1", 15.0)),
    line(1.050, "notifier", "a provider refuses us", "e2", level="error", status=401),
]  # fmt: skip


def reading(lines: Iterable[bytes]) -> Any:
    kept = list(lines)
    return lambda: iter(kept)


def text_of(lines: Iterable[bytes], wanted: str = "c1") -> str:
    journeys, _ = find(wanted, reading(lines))
    return "\n".join(shown(n, tree(found), colours=False) for n, found in journeys.items())


def test_an_approval_as_a_tree() -> None:
    """O2: times, causes, retries, and what has no end in the logs."""
    assert text_of(APPROVAL) + "\n" == GOLDEN.read_text()


def test_the_order_of_the_lines_does_not_matter() -> None:
    """Files are read one after the other."""
    assert text_of(reversed(APPROVAL)) == text_of(APPROVAL)


@pytest.mark.parametrize(
    "wanted",
    [
        "c1",
        "4bf92f3577b34da6a3ce929d0e0e4736",
        "request:1",
        "1",
        "e1",
        "e2",
        "a1",
        "d1",
        "doctor-1",
    ],
)
def test_it_is_found_by_whatever_stands_in_its_lines(wanted: str) -> None:
    journeys, count = find(wanted, reading(APPROVAL))
    assert list(journeys) == ["c1"]
    assert count == len(APPROVAL)


@pytest.mark.parametrize("wanted", ["c", "e3", "a", "request", "certificates.application"])
def test_a_part_of_an_id_is_none(wanted: str) -> None:
    assert find(wanted, reading(APPROVAL))[0] == {}


def test_several_journeys_of_one_thing_come_in_their_order() -> None:
    later = line(30, "certificates", "request", "request:9", correlation_id="c9", ids={"x": "a1"})
    other = line(20, "certificates", "request", "request:8", correlation_id="c8")
    journeys, _ = find("a1", reading([later, other, *APPROVAL]))
    assert list(journeys) == ["c1", "c9"]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\n",
        b"not json\n",
        b"{not json}\n",
        b'{"a": 1}\n',
        b"[1]\n",
        b"\xff\xfe{\x00\n",
        b'"text"\n',
        b'{"timestamp": "yesterday", "service": "s", "event": "e", "correlation_id": "c1"}\n',
        b'{"timestamp": 5, "service": "s", "event": "e", "correlation_id": "c1"}\n',
        b'{"timestamp":"2026-11-21T12:00:00Z","event":"events published","events":[1]}\n',
    ],
)
def test_garbage_is_stepped_over(raw: bytes) -> None:
    assert parsed(raw) == []
    assert text_of([raw, *APPROVAL]) == text_of(APPROVAL)


def test_strange_fields_do_not_break_the_tree() -> None:
    odd = [
        line(1, "s", "request", "request:1", status=None, ms="long", method=5),
        line(2, "s", "timer run", "k:1", set_by="k:1"),
        line(3, "s", "event handled", "e0", outcome=7),
        line(4, "s", "event recorded", "e0", event_id="e0"),
        line(5, "s", "timer run", None),
        line(6, "s", "something"),
    ]
    shown_text = text_of(odd)
    assert "journey c1" in shown_text
    assert "timer" in shown_text


@pytest.mark.parametrize(
    "prefix", [b"documents_1  | ", b"documents-1  | ", b"2026-11-21T12:00:00Z app[1]: "]
)
def test_prefixes_of_log_collectors_are_stepped_over(prefix: bytes) -> None:
    assert text_of(prefix + raw for raw in APPROVAL) == text_of(APPROVAL)


def test_the_command_reads_a_directory(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "certificates.log").write_bytes(b"".join(APPROVAL[:3]))
    (tmp_path / "documents.log").write_bytes(b"garbage\n" + b"".join(APPROVAL[3:]))
    assert main(["a1", "--logs", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert said == GOLDEN.read_text()
    assert "\x1b" not in said  # colours are for terminals


def test_the_command_reads_stdin(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = b"".join(b"documents_1 | " + one for one in APPROVAL)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
    assert main(["e1", "--logs", "-"]) == 0
    assert capsys.readouterr().out == GOLDEN.read_text()


def test_an_unknown_id_is_said_to_be_unknown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.log").write_bytes(b"".join(APPROVAL))
    assert main(["nobody", "--logs", str(tmp_path)]) == 1
    assert f"no line mentions «nobody» ({len(APPROVAL)} lines read" in capsys.readouterr().err


def test_what_the_gateway_alone_knows_is_printed_as_it_said_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A 502 has a `trace_id`, too, and reached no service that could have logged it."""
    said = (
        'ERROR\thttp.log.access\thandled request\t{"uuid": "g-1", "reason": "connection refused"}'
    )
    (tmp_path / "gateway.log").write_text(f"{said}\n")
    (tmp_path / "a.log").write_bytes(b"".join(APPROVAL))
    assert main(["g-1", "--logs", str(tmp_path)]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == [said]
    assert main(["refused", "--logs", str(tmp_path)]) == 1  # a word is no id


def test_logs_that_are_not_there_are_said_to_be_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["c1", "--logs", str(tmp_path / "none")]) == 1
    assert "no logs in" in capsys.readouterr().err


def test_no_id_is_a_question(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([""])
    assert "which id?" in capsys.readouterr().err


def test_a_reader_who_has_seen_enough_is_no_error(tmp_path: Path) -> None:
    """`make journey ID=… | head -5`."""
    (tmp_path / "all.log").write_bytes(b"".join(APPROVAL))
    command = [sys.executable, "-m", "deploy.watch.journey", "a1", "--logs", str(tmp_path)]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as program:
        assert program.stdout is not None
        assert program.stderr is not None
        program.stdout.close()
        said = program.stderr.read()
    assert (program.returncode, said) == (0, b"")
