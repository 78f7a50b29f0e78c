"""Grafana dashboards out of the panels: one for the flow, one a service, one with the runbooks.

Everything that Grafana would invent (ids, uids) follows from names, so that a dashboard imported
twice is the same dashboard and a change in the file is a change somebody made.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

from deploy.watch.observability.alerts import ALERTS, Alert
from deploy.watch.observability.as_yaml import document
from deploy.watch.observability.panels import TABS, Level, Panel, Tab, Threshold, Unit

SCHEMA_VERSION = 41
TAG = "moe-zdorovie"
_RUNBOOKS = "runbooks"
_COLUMNS, _WIDTH, _HEIGHT = 3, 8, 8
_COLOURS = {Level.WARN: "orange", Level.BAD: "red"}
_CALM = "green"
_SOURCE = {"type": "prometheus", "uid": "${datasource}"}
_UNITS = {
    Unit.COUNT: "short",
    Unit.PER_SECOND: "cps",
    Unit.PER_HOUR: "short",
    Unit.SECONDS: "s",
    Unit.SHARE: "percentunit",
    Unit.BYTES: "bytes",
    Unit.YES_NO: "bool_yes_no",
}


def uid(tab: str) -> str:
    """The dashboard's name in Grafana's addresses."""
    return f"mz-{tab}"


def panel_id(key: str) -> int:
    """The panel's number in Grafana, from its key."""
    return zlib.crc32(key.encode()) % 1_000_000 + 1


def panel_url(tab: str, key: str) -> str:
    """Where Grafana shows one panel alone."""
    return f"/d/{uid(tab)}?viewPanel={panel_id(key)}"


def files(runbooks: Mapping[str, str]) -> dict[str, str]:
    """File name → text, below grafana/; `runbooks` are the texts by name of the alert."""
    boards = {f"{tab.name}.json": _dashboard(tab) for tab in TABS}
    boards["runbooks.json"] = _book(runbooks)
    found = {
        f"dashboards/{name}": json.dumps(board, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
        for name, board in boards.items()
    }
    return found | _provisioning()


def _dashboard(tab: Tab) -> dict[str, Any]:
    return _frame(tab.name, f"Моё здоровье: {tab.title}", list(_laid_out(tab)))


def _frame(name: str, title: str, panels: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "annotations": {"list": []},
        "editable": False,
        "graphTooltip": 1,  # one cross-hair over all panels
        "id": None,
        "links": [_to_dashboards(), _to_runbooks()],
        "panels": panels,
        "refresh": "15s",
        "schemaVersion": SCHEMA_VERSION,
        "tags": [TAG],
        "templating": {"list": [_datasource()]},
        "time": {"from": "now-1h", "to": "now"},
        "timepicker": {},
        "timezone": "browser",
        "title": title,
        "uid": uid(name),
        "version": 1,
    }


def _to_dashboards() -> dict[str, Any]:
    return {
        "asDropdown": True,
        "icon": "external link",
        "includeVars": True,
        "keepTime": True,
        "tags": [TAG],
        "targetBlank": False,
        "title": "Другие панели",
        "type": "dashboards",
    }


def _to_runbooks() -> dict[str, Any]:
    return {
        "icon": "doc",
        "keepTime": False,
        "targetBlank": True,
        "title": "Что делать",
        "tooltip": "Runbooks всех оповещений",
        "type": "link",
        "url": f"/d/{uid(_RUNBOOKS)}",
    }


def _datasource() -> dict[str, Any]:
    return {
        "hide": 0,
        "label": "Prometheus",
        "name": "datasource",
        "query": "prometheus",
        "refresh": 1,
        "type": "datasource",
    }


def _laid_out(tab: Tab) -> Iterable[dict[str, Any]]:
    y, column, heading = 0, 0, ""
    for panel in tab.panels:
        if panel.section != heading:
            y += _HEIGHT if column else 0
            heading, column = panel.section, 0
            yield _heading(heading, y)
            y += 1
        yield _panel(tab, panel, {"h": _HEIGHT, "w": _WIDTH, "x": column * _WIDTH, "y": y})
        column += 1
        if column == _COLUMNS:
            y, column = y + _HEIGHT, 0


def _heading(title: str, y: int) -> dict[str, Any]:
    return {
        "collapsed": False,
        "gridPos": {"h": 1, "w": _COLUMNS * _WIDTH, "x": 0, "y": y},
        "id": panel_id(f"section {title}"),
        "panels": [],
        "title": title,
        "type": "row",
    }


def _panel(tab: Tab, panel: Panel, place: Mapping[str, int]) -> dict[str, Any]:
    return {
        "datasource": _SOURCE,
        "description": panel.description,
        "fieldConfig": {"defaults": _look(panel), "overrides": []},
        "gridPos": dict(place),
        "id": panel_id(panel.key),
        "links": [_to_runbook(alert) for alert in _alerts_of(tab, panel)],
        "options": {
            "legend": {"calcs": ["lastNotNull"], "displayMode": "table", "placement": "bottom"},
            "tooltip": {"mode": "multi", "sort": "desc"},
        },
        "targets": [
            {
                "datasource": _SOURCE,
                "editorMode": "code",
                "expr": series.query.promql("$__rate_interval"),
                "legendFormat": series.legend,
                "range": True,
                "refId": chr(ord("A") + position),
            }
            for position, series in enumerate(panel.series)
        ],
        "title": panel.title,
        "type": "timeseries",
    }


def _look(panel: Panel) -> dict[str, Any]:
    look: dict[str, Any] = {
        "color": {"mode": "palette-classic"},
        "custom": {
            "fillOpacity": 8,
            "lineWidth": 2,
            "showPoints": "never",
            "spanNulls": False,
            "thresholdsStyle": {"mode": "dashed" if panel.thresholds else "off"},
        },
        "min": 0,
        "thresholds": {"mode": "absolute", "steps": steps(panel.thresholds)},
        "unit": _UNITS[panel.unit],
    }
    if panel.unit is Unit.SHARE and not any(not t.below for t in panel.thresholds):
        look["max"] = 1
    return look


def steps(thresholds: Iterable[Threshold]) -> list[dict[str, Any]]:
    """Grafana's steps, each a colour from a value upwards."""
    ordered = sorted(thresholds, key=lambda t: t.value)
    below = [t for t in ordered if t.below]
    above = [t for t in ordered if not t.below]
    colours = [_COLOURS[t.level] for t in below] + [_CALM] + [_COLOURS[t.level] for t in above]
    values: list[float | None] = [None, *(t.value for t in below), *(t.value for t in above)]
    return [{"color": c, "value": v} for c, v in zip(colours, values, strict=True)]


def _alerts_of(tab: Tab, panel: Panel) -> list[Alert]:
    found: dict[str, Alert] = {}
    for alert in ALERTS:
        own, key = alert.panel
        here = own == tab.name or (not own and alert.service in {None, tab.name})
        if key == panel.key and (here or tab.name == "flow"):
            found.setdefault(alert.name, alert)
    return list(found.values())


def _to_runbook(alert: Alert) -> dict[str, Any]:
    return {
        "targetBlank": True,
        "title": f"Что делать: {alert.name}",
        "url": panel_url(_RUNBOOKS, alert.name),
    }


def _book(runbooks: Mapping[str, str]) -> dict[str, Any]:
    panels = [
        {
            "gridPos": {"h": 20, "w": 12, "x": 12 * (position % 2), "y": 20 * (position // 2)},
            "id": panel_id(name),
            "options": {"content": text, "mode": "markdown"},
            "title": name,
            "type": "text",
        }
        for position, (name, text) in enumerate(sorted(runbooks.items()))
    ]
    return _frame(_RUNBOOKS, "Моё здоровье: что делать", panels)


def _provisioning() -> dict[str, str]:
    head = "Generated by `make dashboards`: edit deploy/watch/observability/grafana.py."
    source = {
        "apiVersion": 1,
        "datasources": [
            {
                "name": "Prometheus",
                "uid": "prometheus",
                "type": "prometheus",
                "access": "proxy",
                "url": "http://prometheus:9090",
                "isDefault": True,
                "jsonData": {"timeInterval": "15s", "httpMethod": "POST"},
            }
        ],
    }
    boards = {
        "apiVersion": 1,
        "providers": [
            {
                "name": TAG,
                "folder": "Моё здоровье",
                "type": "file",
                "disableDeletion": True,
                "allowUiUpdates": False,
                "options": {"path": "/etc/grafana/dashboards"},
            }
        ],
    }
    return {
        "provisioning/datasources/prometheus.yml": document(source, head),
        "provisioning/dashboards/dashboards.yml": document(boards, head),
    }
