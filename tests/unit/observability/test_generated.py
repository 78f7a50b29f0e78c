"""O1, X14: what is committed is what the code says, and Grafana and Prometheus can read it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml as reader

from contracts.topics import SERVICES
from deploy import ROOT
from deploy.gateway import metrics as gateway
from deploy.stacks.containers.compose_files import CADDYFILE
from deploy.tools.check import CHECKS
from deploy.watch.observability.__main__ import main, runbooks, stale, wanted
from deploy.watch.observability.alerts import ALERTS
from deploy.watch.observability.as_yaml import document
from deploy.watch.observability.grafana import panel_url, steps
from deploy.watch.observability.panels import TABS, Tab, Threshold, Unit
from deploy.watch.observability.panels.model import bad, warn

BOARDS = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))
    for path in (ROOT / "deploy/watch/grafana/dashboards").glob("*.json")
}


def test_what_is_committed_is_current(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert stale(ROOT / "deploy" / "watch", wanted()) == []
    assert any("deploy.watch.observability --check" in " ".join(check.command) for check in CHECKS)
    assert main([], tmp_path) == 0
    assert main(["--check"], tmp_path) == 0
    changed = tmp_path / "grafana/dashboards/flow.json"
    changed.write_text(changed.read_text(encoding="utf-8").replace("Весь путь", "x"))
    (tmp_path / "prometheus/rules/old.yml").write_text("groups: []\n")
    capsys.readouterr()
    assert main(["--check"], tmp_path) == 1
    said = capsys.readouterr().out
    assert "flow.json" in said
    assert "old.yml" in said
    assert main([], tmp_path) == 0
    assert main(["--check"], tmp_path) == 0


def test_there_is_a_dashboard_for_the_flow_and_one_for_each_service() -> None:
    assert set(BOARDS) == {"flow", *SERVICES, "runbooks"}


UNITS = {
    Unit.COUNT: "short",
    Unit.PER_SECOND: "cps",
    Unit.PER_HOUR: "short",
    Unit.SECONDS: "s",
    Unit.SHARE: "percentunit",
    Unit.BYTES: "bytes",
    Unit.YES_NO: "bool_yes_no",
}


@pytest.mark.parametrize("tab", TABS, ids=lambda tab: tab.name)
def test_a_dashboard_shows_what_its_panels_say(tab: Tab) -> None:
    """In their order, under their headings."""
    shown = [panel for panel in BOARDS[tab.name]["panels"] if panel["type"] != "row"]
    for panel, seen in zip(tab.panels, shown, strict=True):
        assert (seen["type"], seen["title"], seen["description"]) == (
            "timeseries",
            panel.title,
            panel.description,
        )
        assert [(t["refId"], t["expr"], t["legendFormat"]) for t in seen["targets"]] == [
            (letter, series.query.promql("$__rate_interval"), series.legend)
            for letter, series in zip("ABCDEFG", panel.series, strict=False)
        ]
        look = seen["fieldConfig"]["defaults"]
        assert (look["unit"], look["min"]) == (UNITS[panel.unit], 0)
        beyond = {step["value"] for step in look["thresholds"]["steps"]} - {None}
        assert beyond == {threshold.value for threshold in panel.thresholds}
        style = "dashed" if panel.thresholds else "off"
        assert look["custom"]["thresholdsStyle"]["mode"] == style
        assert seen["options"]["legend"]["showLegend"]
    sections = [panel["title"] for panel in BOARDS[tab.name]["panels"] if panel["type"] == "row"]
    assert sections == list(dict.fromkeys(panel.section for panel in tab.panels))


@pytest.mark.parametrize("name", sorted(BOARDS))
def test_a_dashboard_is_one_that_grafana_takes(name: str) -> None:
    board = BOARDS[name]
    assert board["uid"] == f"mz-{name}"
    assert board["schemaVersion"] >= 39
    ids = [panel["id"] for panel in board["panels"]]
    assert len(set(ids)) == len(ids)
    for panel in board["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        for target in panel.get("targets", ()):
            assert target["datasource"]["uid"] == "${datasource}"
    assert not _overlapping([panel["gridPos"] for panel in board["panels"]])
    (variable,) = board["templating"]["list"]
    assert (variable["name"], variable["type"]) == ("datasource", "datasource")


def _overlapping(places: list[dict[str, int]]) -> bool:
    cells = [
        (x, y)
        for p in places
        for x in range(p["x"], p["x"] + p["w"])
        for y in range(p["y"], p["y"] + p["h"])
    ]
    return len(set(cells)) != len(cells)


def test_every_link_leads_somewhere() -> None:
    known = {
        f"/d/{board['uid']}?viewPanel={panel['id']}"
        for board in BOARDS.values()
        for panel in board["panels"]
    }
    links = [
        (panel, link)
        for board in BOARDS.values()
        for panel in board["panels"]
        for link in panel.get("links", ())
    ]
    assert {link["title"].removeprefix("Что делать: ") for _, link in links} == {
        alert.name for alert in ALERTS
    }
    for _, link in links:
        assert link["url"] in known
    for alert in ALERTS:
        tab, key = alert.panel
        for service in SERVICES if not (tab or alert.service) else (tab or alert.service,):
            assert service
            assert panel_url(service, key) in known


def test_the_runbooks_can_be_read_in_grafana() -> None:
    shown = {panel["title"]: panel["options"]["content"] for panel in BOARDS["runbooks"]["panels"]}
    assert shown == runbooks()


def test_only_the_usual_window_follows_the_zoom() -> None:
    expressions = [
        target["expr"]
        for board in BOARDS.values()
        for panel in board["panels"]
        for target in panel.get("targets", ())
    ]
    assert any("[$__rate_interval]" in expr for expr in expressions)
    assert any("[1h]" in expr for expr in expressions)
    assert not any("[2m]" in expr for expr in expressions)
    assert len(expressions) >= sum(len(tab.panels) for tab in TABS)


def test_thresholds_are_colours_upwards() -> None:
    def said(thresholds: Iterable[Threshold]) -> list[dict[str, Any]]:
        return [step.to_json() for step in steps(thresholds)]

    assert said([bad(0.02), warn(0.005)]) == [
        {"color": "green", "value": None},
        {"color": "orange", "value": 0.005},
        {"color": "red", "value": 0.02},
    ]
    assert said([warn(0.98, below=True), bad(0.9, below=True)]) == [
        {"color": "red", "value": None},
        {"color": "orange", "value": 0.9},
        {"color": "green", "value": 0.98},
    ]
    assert said([]) == [{"color": "green", "value": None}]


def test_a_file_is_read_by_people_and_by_yaml() -> None:
    shared = {"a": 1}
    value = {
        "z": 'a "quoted" \\ word: {{ $value }} #not a comment' + " long" * 40,
        "words": ["yes", "null", "5m", "x", ""],
        "inside": [shared, shared],
    }
    text = document(value, "head")
    assert reader.safe_load(text) == value
    assert [line[0] for line in text.splitlines() if line[0].isalpha()] == ["z", "w", "i"]
    assert "&" not in text, "nothing by reference"
    assert text.count("\n") == 1 + 1 + 6 + 3, "a text is one line"


def test_the_rules_are_told_apart_by_severity_and_lead_to_a_runbook() -> None:
    rules = [
        rule
        for path in sorted((ROOT / "deploy/watch/prometheus/rules").glob("*.yml"))
        for group in reader.safe_load(path.read_text(encoding="utf-8"))["groups"]
        for rule in group["rules"]
    ]
    assert len(rules) == len(ALERTS)
    for rule in rules:
        silent = rule["alert"] == "Watchdog"
        assert rule["labels"]["severity"] in ({"none"} if silent else {"page", "ticket"})
        assert (ROOT / rule["annotations"]["runbook"]).is_file()
        assert rule["annotations"]["dashboard"].startswith("/d/mz-")


def test_prometheus_asks_every_replica_of_every_service() -> None:
    config = reader.safe_load(
        (ROOT / "deploy/watch/prometheus/prometheus.yml").read_text(encoding="utf-8")
    )
    jobs = {job["job_name"]: job for job in config["scrape_configs"]}
    (names,) = jobs["services"]["dns_sd_configs"]
    assert set(names["names"]) == {*SERVICES, "ops"}
    assert names["port"] == 8000
    assert config["rule_files"] == ["rules/*.yml"]


def test_prometheus_asks_the_gateway_where_it_tells() -> None:
    config = reader.safe_load(
        (ROOT / "deploy/watch/prometheus/prometheus.yml").read_text(encoding="utf-8")
    )
    job = next(job for job in config["scrape_configs"] if job["job_name"] == gateway.NAME)
    (static,) = job["static_configs"]
    assert static == {"targets": ["gateway:2020"], "labels": {"service": gateway.NAME}}
    assert ":2020 {" in CADDYFILE.read_text(encoding="utf-8")
    (kept,) = job["metric_relabel_configs"]
    assert kept["action"] == "keep"
    assert re.fullmatch(kept["regex"], gateway.EVERY)
    assert re.fullmatch(kept["regex"], ""), "what is not of HTTP has no handler"
    assert not re.fullmatch(kept["regex"], "subroute"), "the same requests once more"


def test_alertmanager_names_nobody() -> None:
    text = (ROOT / "deploy/watch/alertmanager/alertmanager.yml").read_text(encoding="utf-8")
    config = reader.safe_load(text)
    names = {alert.name for alert in ALERTS}
    for rule in config["inhibit_rules"]:
        for matcher in (*rule["source_matchers"], *rule["target_matchers"]):
            assert set(matcher.split('"')[1].split("|")) <= names
    receivers = {receiver["name"] for receiver in config["receivers"]}
    assert {
        config["route"]["receiver"],
        *(r["receiver"] for r in config["route"]["routes"]),
    } == receivers
    assert "@" not in text
    assert "://" not in text


def test_what_always_fires_goes_to_a_machine_and_to_nobody_else() -> None:
    """A beat a minute: who hears none knows that nobody would be told of anything."""
    text = (ROOT / "deploy/watch/alertmanager/alertmanager.yml").read_text(encoding="utf-8")
    config = reader.safe_load(text)
    first, *others = config["route"]["routes"]
    assert first["matchers"] == ['alertname="Watchdog"']
    assert "continue" not in first
    assert (first["receiver"], first["group_interval"]) == ("watchdog", "1m")
    assert "watchdog" not in {route["receiver"] for route in (config["route"], *others)}
    inhibited = [m for rule in config["inhibit_rules"] for m in rule["target_matchers"]]
    assert not any("Watchdog" in matcher for matcher in inhibited)
