"""What to look at: one tab for the whole flow and one for each service.

The order of the panels is the order of looking: what people feel, the work itself, what carries
it. `/ops` and Grafana show the same.
"""

from __future__ import annotations

from contracts.topics import SERVICES
from deploy.watch.observability.panels import events, outside, process, requests, timers
from deploy.watch.observability.panels.flow import FLOW
from deploy.watch.observability.panels.model import Level, Panel, Series, Tab, Threshold, Unit
from deploy.watch.observability.panels.work import WORK

__all__ = ["TABS", "Level", "Panel", "Series", "Tab", "Threshold", "Unit", "sample_names", "tab"]

SERVICE_TITLES = {
    "identity": "identity – люди и вход",
    "certificates": "certificates – заявления и справки",
    "scheduling": "scheduling – запись к врачу",
    "notifier": "notifier – сообщения",
    "documents": "documents – файлы и подписи",
}


def _of(name: str) -> Tab:
    return Tab(
        name=name,
        title=SERVICE_TITLES[name],
        panels=(
            *requests.of_service(name),
            *WORK[name],
            *events.of_service(name),
            *timers.of_service(name),
            *outside.of_service(name),
            *process.of_service(name),
        ),
    )


TABS: tuple[Tab, ...] = (FLOW, *(_of(name) for name in SERVICES))


def tab(name: str) -> Tab:
    """The tab of that name.

    Raises:
        KeyError: there is none.
    """
    return {tab.name: tab for tab in TABS}[name]


def sample_names() -> frozenset[str]:
    """Every sample that a panel reads: what `Scrapes` has to keep for `/ops`."""
    return frozenset().union(*(panel.names() for each in TABS for panel in each.panels))
