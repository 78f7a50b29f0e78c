"""One trace and one readable path from an approval to the SMS, seen from outside (O2, X14)."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from deploy.watch.journey.__main__ import main as journey_command
from deploy.world.demo.gateway import Gateway
from deploy.world.demo.person import Person
from deploy.world.demo.scenario import Scenario
from deploy.world.demo.steps import Steps
from tests.support.eventually import eventually
from tests.support.stack import PlatformStack
from tests.support.tools.otlp import Receiver, Seen

_APPROVAL = "POST /v1/reviews/{application_id}/approval"
_OURS = ("identity", "certificates", "scheduling", "notifier", "documents", "partners", "gateway")


@pytest.fixture
async def played(gateway: Gateway, everything: PlatformStack) -> Scenario:
    """From registration to the certificate in the citizen's hands."""
    journey = Scenario(gateway, Steps(quiet=True))
    await journey.become_confirmed()
    await journey.apply()
    await journey.review()
    await journey.receive()
    return journey


def told(everything: PlatformStack) -> str:
    """All that our programs have logged."""
    logs = everything.directory / "logs"
    return "".join(p.read_text() for n in _OURS for p in sorted(logs.glob(f"{n}*.log")))


def printed(wanted: str, logs: Path, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    assert journey_command([wanted, "--logs", str(logs)]) == 0
    return capsys.readouterr().out


async def test_an_approval_can_be_followed_to_the_sms(
    played: Scenario,
    everything: PlatformStack,
    spans: Receiver,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """O2: by the logs alone, and as one trace; X14: neither tells of a person."""
    logs = everything.directory / "logs"
    outcome = played.outcome
    text = printed(outcome.application["id"], logs, capsys)
    _is_the_whole_path(text)
    assert journey_command([outcome.number, "--logs", str(logs)]) == 1  # it opens the public check
    approval = next(part for part in text.split("journey ") if _APPROVAL in part)
    trace_id = approval.splitlines()[0].strip()  # nobody sent an id of his own
    await eventually(lambda: _is_one_trace(spans.of(trace_id)), within=40)
    _names_nobody(played.citizen.person, bytes(spans.raw), told(everything))


def _is_the_whole_path(text: str) -> None:
    """Each step, below the one that caused it."""
    steps = [
        rf"certificates +{re.escape(_APPROVAL)} .* 200",
        r"event certificates\.application-approved\.v2 .* published after",
        r"documents .* hears certificates\.application-approved\.v2 .* handled",
        r"documents .* timer seal .* done",
        r"→ tsa stamp .* ok",
        r"→ s3 put_object .* ok",
        r"event documents\.document-sealed\.v1 .* published after",
        r"certificates .* hears documents\.document-sealed\.v1 .* handled",
        r"event certificates\.certificate-issued\.v1 .* published after",
        r"notifier .* hears certificates\.certificate-issued\.v1 .* handled",
        r"timer send-",
        r"event notifier\.message-delivered\.v1",
    ]
    place = text.index(_APPROVAL) - 40
    for step in steps:
        found = re.compile(step).search(text, max(0, place))
        assert found, f"{step} does not follow in:\n{text}"
        place = found.start()
    for target in ("sms", "smtp", "push"):
        assert f"→ {target} send" in text
    assert "not in these logs" not in text


def _is_one_trace(found: list[Seen]) -> bool:
    names = {(s.service, s.name) for s in found}
    assert names >= {
        ("certificates", _APPROVAL),
        ("certificates", "transaction"),
        ("certificates", "send certificates.events"),
        ("documents", "process certificates.events"),
        ("documents", "timer seal"),
        ("documents", "tsa stamp"),
        ("documents", "s3 put_object"),
        ("documents", "send documents.events"),
        ("certificates", "process documents.events"),
        ("notifier", "process certificates.events"),
        ("notifier", "smtp send"),
        ("notifier", "sms send"),
        ("notifier", "push send"),
    }
    by_id = {span.span_id: span for span in found}
    assert len(by_id) == len(found)
    (root,) = [span for span in found if not span.parent_id]
    assert (root.name, root.kind) == (_APPROVAL, "SERVER")
    assert root.attributes["http.response.status_code"] == 200
    assert {span.parent_id for span in found} - {""} <= set(by_id)
    for span in found:
        if span.name == "tsa stamp":
            assert (span.kind, by_id[span.parent_id].name) == ("CLIENT", "timer seal")
        if span.kind == "CONSUMER":
            assert by_id[span.parent_id].name == "transaction"
            assert span.attributes["messaging.system"] == "kafka"
    return True


def _names_nobody(person: Person, exported: bytes, logged: str) -> None:
    """Neither what the citizen typed nor how to reach him."""
    profile = person.profile
    secrets = [person.phone[1:], person.email, person.password, profile["snils"], profile["inn"]]
    secrets += [profile["oms"], profile["last_name"], profile["middle_name"]]
    secrets += [profile["birth_date"], profile["passport"]["number"]]
    for secret in secrets:
        assert secret.encode() not in exported
        assert secret not in logged
        escaped = json.dumps(secret)[1:-1]
        assert escaped not in logged


async def test_every_line_of_the_services_is_json_with_its_place(
    played: Scenario, everything: PlatformStack
) -> None:
    """O2: the files are for machines, whatever the terminal shows."""
    assert played.outcome.number
    for name in _OURS[:5]:
        for line in (everything.directory / "logs" / f"{name}.log").read_text().splitlines():
            said = json.loads(line)
            assert said["service"] == name
            assert {"timestamp", "level", "event"} <= said.keys()
            if said["event"] in {"request", "event handled", "event recorded", "timer run"}:
                assert len(said["trace_id"]) == 32
                assert said["correlation_id"]
                assert said["causation_id"]
