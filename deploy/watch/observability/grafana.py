"""Grafana dashboards out of the panels: one for the flow, one a service, one with the runbooks.

Built with Grafana's own models. Everything that Grafana would invent (ids, uids) follows from
names, so that a dashboard imported twice is the same dashboard and a change in the file is a change
somebody made.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping

from grafana_foundation_sdk.builders import common, dashboard, prometheus, text, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.common import (
    GraphTresholdsStyleMode,
    LegendDisplayMode,
    LegendPlacement,
    SortOrder,
    TooltipDisplayMode,
    VisibilityMode,
)
from grafana_foundation_sdk.models.dashboard import (
    DashboardCursorSync,
    DashboardLinkType,
    DataSourceRef,
    FieldColorModeId,
    ThresholdsMode,
)
from grafana_foundation_sdk.models.dashboard import Threshold as Step
from grafana_foundation_sdk.models.prometheus import QueryEditorMode
from grafana_foundation_sdk.models.text import TextMode

from deploy.watch.observability.alerts import ALERTS, Alert
from deploy.watch.observability.panels import TABS, Level, Panel, Series, Tab, Threshold, Unit

SCHEMA_VERSION = 41
"""Of Grafana 11: it need not migrate what it reads."""
TAG = "moe-zdorovie"
_RUNBOOKS = "runbooks"
_WIDTH, _HEIGHT = 8, 8
_COLOURS = {Level.WARN: "orange", Level.BAD: "red"}
_CALM = "green"
_SOURCE = DataSourceRef("prometheus", "${datasource}")
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
    boards = {tab.name: _dashboard(tab) for tab in TABS} | {_RUNBOOKS: _book(runbooks)}
    return {f"dashboards/{name}.json": _encoded(board) for name, board in boards.items()}


def _encoded(board: dashboard.Dashboard) -> str:
    model = board.build()
    model.schema_version = SCHEMA_VERSION
    return JSONEncoder(ensure_ascii=False, indent=2, sort_keys=True).encode(model) + "\n"


def _dashboard(tab: Tab) -> dashboard.Dashboard:
    board = _frame(tab.name, f"Моё здоровье: {tab.title}")
    heading = ""
    for panel in tab.panels:
        if panel.section != heading:
            heading = panel.section
            board.with_row(dashboard.Row(heading).id(panel_id(f"section {heading}")))
        board.with_panel(_panel(tab, panel))
    return board


def _book(runbooks: Mapping[str, str]) -> dashboard.Dashboard:
    board = _frame(_RUNBOOKS, "Моё здоровье: что делать")
    for name, content in sorted(runbooks.items()):
        page = text.Panel().title(name).id(panel_id(name)).span(12).height(20)
        board.with_panel(page.mode(TextMode.MARKDOWN).content(content))
    return board


def _frame(name: str, title: str) -> dashboard.Dashboard:
    return (
        dashboard.Dashboard(title)
        .uid(uid(name))
        .tags([TAG])
        .readonly()
        .version(1)
        .tooltip(DashboardCursorSync.CROSSHAIR)  # one cross-hair over all panels
        .refresh("15s")
        .time("now-1h", "now")
        .timezone("browser")
        .with_variable(
            dashboard.DatasourceVariable("datasource").label("Prometheus").type("prometheus")
        )
        .link(
            dashboard.DashboardLink("Другие панели")
            .type(DashboardLinkType.DASHBOARDS)
            .icon("external link")
            .tags([TAG])
            .as_dropdown(True)
            .include_vars(True)
            .keep_time(True)
        )
        .link(
            dashboard.DashboardLink("Что делать")
            .type(DashboardLinkType.LINK)
            .icon("doc")
            .tooltip("Runbooks всех оповещений")
            .url(f"/d/{uid(_RUNBOOKS)}")
            .target_blank(True)
        )
    )


def _panel(tab: Tab, panel: Panel) -> timeseries.Panel:
    style = GraphTresholdsStyleMode.DASHED if panel.thresholds else GraphTresholdsStyleMode.OFF
    built = (
        timeseries.Panel()
        .title(panel.title)
        .id(panel_id(panel.key))
        .description(panel.description)
        .span(_WIDTH)
        .height(_HEIGHT)
        .datasource(_SOURCE)
        .targets([_target(*numbered) for numbered in enumerate(panel.series)])
        .links([_to_runbook(alert) for alert in _alerts_of(tab, panel)])
        .unit(_UNITS[panel.unit])
        .min(0)
        .thresholds(
            dashboard.ThresholdsConfig()
            .mode(ThresholdsMode.ABSOLUTE)
            .steps(steps(panel.thresholds))
        )
        .thresholds_style(common.GraphThresholdsStyleConfig().mode(style))
        .color_scheme(dashboard.FieldColor().mode(FieldColorModeId.PALETTE_CLASSIC))
        .fill_opacity(8)
        .line_width(2)
        .show_points(VisibilityMode.NEVER)
        .span_nulls(False)
        .legend(
            common.VizLegendOptions()
            .show_legend(True)
            .display_mode(LegendDisplayMode.TABLE)
            .placement(LegendPlacement.BOTTOM)
            .calcs(["lastNotNull"])
        )
        .tooltip(
            common.VizTooltipOptions().mode(TooltipDisplayMode.MULTI).sort(SortOrder.DESCENDING)
        )
    )
    if panel.unit is Unit.SHARE and all(t.below for t in panel.thresholds):
        built.max(1)
    return built


def _target(position: int, series: Series) -> prometheus.Dataquery:
    return (
        prometheus.Dataquery()
        .ref_id(chr(ord("A") + position))
        .datasource(_SOURCE)
        .editor_mode(QueryEditorMode.CODE)
        .expr(series.query.promql("$__rate_interval"))
        .legend_format(series.legend)
        .range()
    )


def steps(thresholds: Iterable[Threshold]) -> list[Step]:
    """Grafana's steps, each a colour from a value upwards."""
    ordered = sorted(thresholds, key=lambda t: t.value)
    below = [t for t in ordered if t.below]
    above = [t for t in ordered if not t.below]
    colours = [_COLOURS[t.level] for t in below] + [_CALM] + [_COLOURS[t.level] for t in above]
    values: list[float | None] = [None, *(t.value for t in below), *(t.value for t in above)]
    return [Step(value, colour) for value, colour in zip(values, colours, strict=True)]


def _alerts_of(tab: Tab, panel: Panel) -> list[Alert]:
    found: dict[str, Alert] = {}
    for alert in ALERTS:
        own, key = alert.panel
        here = own == tab.name or (not own and alert.service in {None, tab.name})
        if key == panel.key and (here or tab.name == "flow"):
            found.setdefault(alert.name, alert)
    return list(found.values())


def _to_runbook(alert: Alert) -> dashboard.DashboardLink:
    link = dashboard.DashboardLink(f"Что делать: {alert.name}").type(DashboardLinkType.LINK)
    return link.url(panel_url(_RUNBOOKS, alert.name)).target_blank(True)
