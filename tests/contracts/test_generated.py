"""The AsyncAPI document, the page, and the command that writes them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from contracts.tools.asyncapi import document
from contracts.tools.page import page
from contracts.tools.snapshots import GENERATED, ROOT, example_of
from contracts.topics import BY_TYPE, TOPICS

PUBLISHED = json.loads((Path(__file__).parent / "asyncapi-3.0.0.json").read_text(encoding="utf-8"))


def test_document_satisfies_the_published_structure_of_asyncapi() -> None:
    """Against the schema that the AsyncAPI initiative publishes."""
    assert [e.message for e in Draft7Validator(PUBLISHED).iter_errors(document())] == []


def test_the_published_structure_refuses_nonsense() -> None:
    """The check above, seen failing."""
    broken = document() | {"operations": {"x": {"action": "shout"}}}
    assert not Draft7Validator(PUBLISHED).is_valid(broken)


def _references(node: Any) -> list[str]:
    if isinstance(node, list):
        return [ref for item in node for ref in _references(item)]
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [ref for value in node.values() for ref in _references(value)]
    return []


def test_every_reference_leads_somewhere() -> None:
    """JSON Schema does not look where references point."""
    whole = document()
    references = set(_references(whole))
    assert references
    for reference in references:
        node: Any = whole
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]
        assert node


def test_document_says_what_the_registry_says() -> None:
    """Channels, operations per system and messages, no more and no less."""
    whole = document()
    assert set(whole["channels"]) == {t.name for t in TOPICS}
    assert set(whole["components"]["messages"]) == set(BY_TYPE)
    expected = {f"{t.producer}.sends.{t.name}" for t in TOPICS}
    expected |= {f"{c}.hears.{t.name}" for t in TOPICS for c in t.consumers}
    assert set(whole["operations"]) == expected
    for topic in TOPICS:
        for consumer, events in topic.consumers.items():
            heard = whole["operations"][f"{consumer}.hears.{topic.name}"]["messages"]
            prefix = f"#/channels/{topic.name}/messages/"
            assert [m["$ref"] for m in heard] == [prefix + event.__name__ for event in events]


def test_messages_carry_example_and_headers() -> None:
    """A reader can copy a whole record."""
    for event_type, message in document()["components"]["messages"].items():
        (example,) = message["examples"]
        assert example["payload"] == example_of(event_type)
        assert example["headers"]["ce_type"] == event_type
        assert Draft7Validator(message["headers"]).is_valid(example["headers"])
        assert Draft7Validator(message["payload"]).is_valid(example["payload"])


class _Page(HTMLParser):
    """Collects what a browser would follow or run."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the tag, its id and where it leads."""
        self.tags.append(tag)
        for name, value in attrs:
            if name in {"href", "src"} and value:
                self.links.append(value)
            if name == "id" and value:
                self.ids.append(value)


def _parsed() -> _Page:
    parser = _Page()
    parser.feed(page())
    return parser


def test_page_runs_nothing_and_loads_nothing() -> None:
    """No script, no style sheet, no image, no foreign host."""
    parsed = _parsed()
    assert not {"script", "link", "img", "iframe"} & set(parsed.tags)
    assert [link for link in parsed.links if "://" in link] == []


def test_links_of_the_page_exist() -> None:
    """Anchors are on the page; files are where the gateway serves them from."""
    parsed = _parsed()
    assert len(parsed.ids) == len(set(parsed.ids))
    for link in parsed.links:
        if link.startswith("#"):
            assert link[1:] in parsed.ids
        elif link.startswith("schemas/"):
            assert (ROOT / link).exists()
        else:
            assert (GENERATED / link).exists()


def test_page_shows_every_topic_and_event() -> None:
    """Each has its place."""
    ids = set(_parsed().ids)
    assert {t.name for t in TOPICS} | set(BY_TYPE) <= ids


COMMENT = "    comment: Annotated[str, Field(max_length=1000)] | None = None\n"
"""A line of contracts/partners.py that tests change."""


@pytest.fixture
def workshop(tmp_path: Path) -> Path:
    """A copy of the contracts that a test may break."""
    shutil.copytree(ROOT, tmp_path / "contracts", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def _run(workshop: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (sys.executable, "-m", "contracts.tools", *arguments),
        cwd=workshop,
        check=False,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_committed_files_are_current(workshop: Path) -> None:
    """What CI runs; regenerating a current tree changes nothing."""
    check = _run(workshop, "--check")
    assert (check.returncode, check.stderr) == (0, "")
    assert "0 changed" in _run(workshop).stdout


def test_check_names_each_drift(workshop: Path) -> None:
    """Stale, missing and orphaned files are named, and regenerating mends the first two."""
    contracts = workshop / "contracts"
    _replace(contracts / "generated" / "index.html", "<main>", "<main >")
    (contracts / "schemas" / "ehr.appointment-accepted.v1.json").unlink()
    orphan = contracts / "examples" / "ehr.appointment-lost.v1.json"
    orphan.write_text("{}", encoding="utf-8")
    check = _run(workshop, "--check")
    assert check.returncode == 1
    assert "generated/index.html: out of date" in check.stderr
    assert "schemas/ehr.appointment-accepted.v1.json: missing" in check.stderr
    assert "ehr.appointment-lost.v1.json: an example of no event type" in check.stderr
    orphan.unlink()
    assert _run(workshop).returncode == 0
    assert _run(workshop, "--check").returncode == 0


def test_an_optional_field_is_drift_and_then_published(workshop: Path) -> None:
    """The allowed change: the check asks for a regeneration, which succeeds."""
    contracts = workshop / "contracts"
    _replace(
        contracts / "partners.py",
        COMMENT,
        COMMENT + "    room: str | None = None\n",
    )
    check = _run(workshop, "--check")
    assert check.returncode == 1
    assert "ehr.appointment-accepted.v1.json: out of date" in check.stderr
    assert _run(workshop).returncode == 0
    schema = json.loads(
        (contracts / "schemas" / "ehr.appointment-accepted.v1.json").read_text(encoding="utf-8")
    )
    assert "room" in schema["properties"]["data"]["properties"]


def test_a_breach_is_refused_and_nothing_is_overwritten(workshop: Path) -> None:
    """Neither checking nor generating lets it through; deleting the snapshot by hand does."""
    contracts = workshop / "contracts"
    snapshot = contracts / "schemas" / "ehr.appointment-accepted.v1.json"
    before = snapshot.read_bytes()
    _replace(
        contracts / "partners.py",
        COMMENT,
        COMMENT.replace("comment", "room").replace(" | None = None", ""),
    )
    for arguments in (["--check"], []):
        refused = _run(workshop, *arguments)
        assert refused.returncode == 1
        assert "ehr.appointment-accepted.v1.data.comment" in refused.stderr
        assert "[field-renamed]" in refused.stderr
        assert "[field-newly-required]" in refused.stderr
        assert snapshot.read_bytes() == before
    snapshot.unlink()
    assert _run(workshop).returncode == 0


def test_a_missing_example_is_named(workshop: Path) -> None:
    """One sentence instead of a traceback."""
    (workshop / "contracts" / "examples" / "post.letter-accepted.v1.json").unlink()
    refused = _run(workshop, "--check")
    assert refused.returncode == 1
    assert "examples/post.letter-accepted.v1.json is missing" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_against_a_commit(workshop: Path) -> None:
    """A deleted and regenerated snapshot still breaks what an earlier commit promised."""
    git = ("git", "-c", "user.name=t", "-c", "user.email=t@example.org")
    for arguments in (("init", "-q"), ("add", "."), ("commit", "-qm", "release")):
        subprocess.run((*git, *arguments), cwd=workshop, check=True)
    contracts = workshop / "contracts"
    _replace(contracts / "partners.py", COMMENT, "    comment: str\n")
    (contracts / "schemas" / "ehr.appointment-accepted.v1.json").unlink()
    assert _run(workshop).returncode == 0
    assert _run(workshop, "--check").returncode == 0
    against = _run(workshop, "--check", "--against", "HEAD")
    assert against.returncode == 1
    assert "[optional-to-required]" in against.stderr
    assert "git:" in _run(workshop, "--check", "--against", "no-such-commit").stderr
