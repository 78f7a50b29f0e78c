"""O1, O2, X14: panels ask for what services declare, and say what they show."""

from __future__ import annotations

import re
import time

import pytest

from contracts.topics import SERVICES
from deploy.watch.observability.alerts import ALERTS
from deploy.watch.observability.panels import TABS, Panel, Tab, sample_names
from deploy.watch.observability.queries import Match, Query
from deploy.watch.observability.scrapes import Scrapes
from deploy.watch.ops.volumes import WatcherMetrics
from services.chassis.telemetry.metrics import Bound
from tests.support.tools.observability import boards, declared, leaves, samples

PANELS = [
    pytest.param(tab, panel, id=f"{tab.name}/{panel.key}") for tab in TABS for panel in tab.panels
]
# Of the scrape, and of the client library: declared by nobody of us.
_FOREIGN = {"up", "process_cpu_seconds_total", "process_resident_memory_bytes"}
_OF_THE_SCRAPE = {"service", "instance", "le"}


def check(query: Query) -> None:
    """Every name, label and value that it reads is declared."""
    for name, by, conditions in leaves(query):
        if name in _FOREIGN:
            continue
        labels = declared()[name]
        for label in {*by, *(match.label for match in conditions)} - _OF_THE_SCRAPE:
            assert label in labels, f"{name} has no label {label}"
        for match in conditions:
            _meets_something(name, match, labels.get(match.label))


def _meets_something(name: str, match: Match, values: Bound | tuple[str, ...] | None) -> None:
    listed = values if isinstance(values, tuple) else ()
    if listed:
        assert any(match.takes({match.label: value}) for value in listed), f"{name}{{{match}}}"
        words = match.value.split("|") if match.operator.endswith("~") else [match.value]
        assert set(words) <= set(listed), f"{name}{{{match}}}"


@pytest.mark.parametrize(("tab", "panel"), PANELS)
def test_it_asks_for_what_is_declared(tab: Tab, panel: Panel) -> None:
    for series in panel.series:
        check(series.query)


def test_alerts_ask_for_what_is_declared() -> None:
    for alert in ALERTS:
        check(alert.condition)


@pytest.mark.parametrize(("tab", "panel"), PANELS)
def test_it_says_what_it_shows(tab: Tab, panel: Panel) -> None:
    assert re.search("[А-Яа-я]", panel.title)
    assert re.search("[а-я]", panel.description)
    assert panel.description.endswith(".")
    assert panel.section
    for series in panel.series:
        for label in re.findall(r"\{\{(\w+)\}\}", series.legend):
            assert any(label in by for _, by, _ in leaves(series.query)), series.legend


def test_there_is_a_tab_for_the_flow_and_one_for_each_service() -> None:
    assert [tab.name for tab in TABS] == ["flow", *SERVICES]
    for tab in TABS:
        keys = [panel.key for panel in tab.panels]
        assert len(set(keys)) == len(keys), tab.name


def test_a_services_tab_shows_its_own_series_only() -> None:
    for tab in TABS[1:]:
        others = [board for name, board in boards().items() if name != tab.name]
        foreign = {n for board in others for row in board.declared.values() for n in samples(row)}
        for panel in tab.panels:
            for series in panel.series:
                for name, _, conditions in leaves(series.query):
                    mine = any(m == Match("service", "=", tab.name) for m in conditions)
                    assert mine or name not in foreign, f"{tab.name}/{panel.key}: {name}"


def test_every_metric_of_ours_is_on_a_panel_or_in_an_alert() -> None:
    """A metric that nobody looks at is either missing from a panel or should not be there."""
    shown = sample_names() | {name for alert in ALERTS for name in alert.condition.names()}
    for board in (*boards().values(), WatcherMetrics()):
        for row in board.declared.values():
            assert samples(row) & shown, f"nobody looks at {row.name}"


def test_a_tab_is_answered_in_a_blink() -> None:
    """What `/ops` costs: all panels of the widest tab for one moment, for ten replicas."""
    text = _everything()
    scrapes = Scrapes(names=sample_names())
    for step in range(30):
        for service in SERVICES:
            for instance in ("a", "b"):
                scrapes.add(
                    step * 5.0, service, f"{service}-{instance}", text.replace(" 0.0", f" {step}")
                )
    best = min(_seconds(tab, scrapes, now) for tab in TABS for now in (143.0, 144.0))
    assert best < 1, "a second is twenty times what it takes: this catches a quadratic mistake"


def _everything() -> str:
    lines = []
    for name, labels in declared().items():
        values = {
            label: (v[0] if isinstance(v, tuple) and v else "x") for label, v in labels.items()
        }
        written = ",".join(f'{label}="{value}"' for label, value in values.items())
        for le in ("0.1", "0.5", "1.0", "+Inf") if name.endswith("_bucket") else ("",):
            inside = ",".join(filter(None, (written, f'le="{le}"' if le else "")))
            lines.append(f"{name}{{{inside}}} 0.0" if inside else f"{name} 0.0")
    return "\n".join(lines) + "\n"


def _seconds(tab: Tab, scrapes: Scrapes, now: float) -> float:
    started = time.perf_counter()
    for panel in tab.panels:
        for series in panel.series:
            series.query.at(scrapes, now)
    return time.perf_counter() - started
