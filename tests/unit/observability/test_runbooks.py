"""O3, X14: at three in the morning every alert has its page, and nothing on it is invented."""

from __future__ import annotations

import importlib.util
import re

import pytest

from contracts.topics import SERVICES
from deploy import ROOT
from deploy.watch.observability.__main__ import runbooks
from deploy.watch.observability.alerts import ALERTS
from deploy.watch.observability.panels import tab
from deploy.watch.observability.rules import runbook
from tests.support.tools.observability import declared
from tests.support.tools.runbooks import searches

TEXTS = runbooks()
NAMES = {alert.name for alert in ALERTS}
_HEADINGS = (
    "## Что это значит для граждан",
    "## Куда смотреть",
    "## Что делать",
    "## Когда звать дальше",
    "## Чего не делать",
)
_PANEL = re.compile(r"«([^»]+)» \(`([a-z<>]+)/([a-z0-9-]+)`\)")
EACH = pytest.mark.parametrize("name", sorted(TEXTS))


def test_every_alert_has_a_runbook_and_every_runbook_an_alert() -> None:
    assert set(TEXTS) == NAMES
    for alert in ALERTS:
        assert (ROOT / runbook(alert)).is_file()


@EACH
def test_it_says_what_to_know(name: str) -> None:
    text = TEXTS[name]
    positions = [text.find(heading) for heading in _HEADINGS]
    assert -1 not in positions, _HEADINGS[positions.index(-1)]
    assert positions == sorted(positions)
    urgent = {str(alert.severity) for alert in ALERTS if alert.name == name}
    assert ("Срочность: сейчас" in text) is ("page" in urgent)


@EACH
def test_it_names_panels_that_exist(name: str) -> None:
    text = TEXTS[name]
    named = _PANEL.findall(text)
    assert named, "which panel?"
    for title, where, key in named:
        for service in SERVICES if where == "<service>" else (where,):
            assert tab(service).panel(key).title == title
    keys = {(where, key) for _, where, key in named}
    for alert in ALERTS:
        if alert.name == name:
            own, key = alert.panel
            wanted = {(own or alert.service, key), ("<service>", key), ("flow", key)}
            assert wanted & keys, f"the panel that the alert leads to, {alert.panel}"


@EACH
def test_its_commands_exist(name: str) -> None:
    text = TEXTS[name]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"make ([a-z]+)", text):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"make {target}"
    for module in re.findall(r"(?:-m|…) ((?:services|deploy)\.[a-z_.]+)", text):
        assert importlib.util.find_spec(module), module
    for path in re.findall(r"(?:-f |`)(deploy/[\w./-]+)", text):
        known = (ROOT / path).exists() or (
            path.endswith("/.env") and (ROOT / f"{path}.example").exists()
        )
        assert known, path
    for service in _compose_services(text):
        assert re.search(rf"^  {service}:$", _COMPOSE, re.MULTILINE), service
    for setting in re.findall(r"`([A-Z][A-Z0-9_]{4,})[=`]", text):
        assert setting in _SETTINGS, f"setting {setting}"


_COMPOSE = (ROOT / "deploy" / "stacks" / "compose" / "compose.yml").read_text(encoding="utf-8")


def _settings() -> str:
    env = (ROOT / "deploy/stacks/compose/.env.example").read_text(encoding="utf-8")
    read = (path.read_text(encoding="utf-8") for path in (ROOT / "services").rglob("settings.py"))
    fields = {
        word.upper() for text in read for word in re.findall(r"^    (\w+):", text, re.MULTILINE)
    }
    return _COMPOSE + env + " ".join(fields)


_SETTINGS = _settings()


def _compose_services(text: str) -> set[str]:
    verbs = r"(?:ps -a|ps|restart|exec|start|stop|logs(?: --tail \d+)?)"
    return set(re.findall(rf"compose/dc {verbs} ([a-z][a-z0-9]*)", text))


@EACH
def test_what_it_looks_for_in_the_logs_is_said_there(name: str) -> None:
    """A search for words that nobody writes finds nothing and misleads.

    A sentence stands in the code as it is quoted; a field with its value is put together at run
    time. Either way a test brings the line about and finds it by the page's own search.
    """
    made = searches(TEXTS[name])
    assert len(made) == TEXTS[name].count("| grep "), "a search that this test does not read"
    for words in (words for search in made for words in search.alternatives):
        assert words.startswith('"') or " " not in words or f'"{words}' in _SOURCES, words
    if made:
        assert f'found_by("{name}", ' in _TESTS, "no test finds the line as the page does"


@EACH
def test_its_commands_reach_the_containers_of_make_up(name: str) -> None:
    """Compose by itself looks at another project; its first version knows no `--since`."""
    text = TEXTS[name]
    assert not re.search(r"docker[ -]compose", text), "deploy/stacks/compose/dc"
    for options in re.findall(r"compose/dc logs((?: --[a-z-]+(?: \d+)?)*)", text):
        assert set(options.split()) - {"--tail", "50", "--no-color", "--no-log-prefix"} == set()
    assert "compose/dc up" not in text, "it would make anew what the shell's settings changed"


_SOURCES = "".join(
    path.read_text(encoding="utf-8")
    for folder in ("services", "deploy/watch/ops")
    for path in sorted((ROOT / folder).rglob("*.py"))
)
_TESTS = "".join(
    path.read_text(encoding="utf-8")
    for level in ("unit", "component", "integration", "e2e")
    for path in sorted((ROOT / "tests" / level).rglob("test_*.py"))
)


@EACH
def test_its_metrics_and_other_alerts_exist(name: str) -> None:
    text = TEXTS[name]
    for metric in re.findall(r"\b([a-z]+(?:_[a-z]+)+_(?:total|seconds|bucket))\b", text):
        assert metric in declared(), metric
    for word in re.findall(r"\b([A-Z][a-z]+(?:[A-Z][a-z]+)+)\b", text):
        assert word in NAMES | _WORDS, f"no alert is called {word}"


# Capitals in the middle that are no alert of ours.
_WORDS = {"MongoDB", "MongoClient", "OOMKilled", "OperationFailure", "Retry", "RetryAfter"} | {
    "FileNotFoundError",
    "PermissionError",
    "TimeoutError",
}
