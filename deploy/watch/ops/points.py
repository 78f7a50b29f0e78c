"""The lines of every panel, computed once a step whoever looks.

Keeps numbers only: what a panel asks is in `deploy.watch.observability.panels`, how it is drawn is
the page's.
"""

from __future__ import annotations

import asyncio
import math
from bisect import bisect_right
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from deploy.watch.observability.panels import Panel, Tab
from deploy.watch.observability.scrapes import Scrapes

Row = dict[str, float]
_DIGITS = 6


@dataclass
class Points:
    """A row of values, by legend, for each panel and step."""

    tabs: Sequence[Tab]
    steps: int
    _times: deque[float] = field(init=False)
    _rows: dict[str, list[deque[Row]]] = field(init=False)

    def __post_init__(self) -> None:
        self._times = deque(maxlen=self.steps)
        self._rows = {tab.name: [deque(maxlen=self.steps) for _ in tab.panels] for tab in self.tabs}

    async def compute(self, scrapes: Scrapes, now: float) -> None:
        """Work out one more step; lets requests in between panels."""
        found: list[tuple[deque[Row], Row]] = []
        for tab in self.tabs:
            for rows, panel in zip(self._rows[tab.name], tab.panels, strict=True):
                found.append((rows, row_of(panel, scrapes, now)))
                await asyncio.sleep(0)
        # all at once: a reader never meets a step that is half there
        self._times.append(now)
        for rows, row in found:
            rows.append(row)

    def since(self, tab: str, after: float) -> dict[str, Any]:
        """The steps of a tab later than `after`: columns by panel and legend, null where unknown.

        Raises:
            KeyError: no such tab.
        """
        times = list(self._times)
        first = bisect_right(times, after)
        return {
            "times": times[first:],
            "panels": [_columns(list(rows)[first:]) for rows in self._rows[tab]],
        }


def row_of(panel: Panel, scrapes: Scrapes, now: float) -> Row:
    """What a panel shows at that moment, by legend."""
    row: Row = {}
    for series in panel.series:
        for labels, value in series.query.at(scrapes, now).items():
            if math.isfinite(value):
                row[series.legend_of(labels)] = float(f"{value:.{_DIGITS}g}")
    return row


def _columns(rows: Sequence[Row]) -> dict[str, list[float | None]]:
    legends = dict.fromkeys(legend for row in rows for legend in row)
    return {legend: [row.get(legend) for row in rows] for legend in legends}
