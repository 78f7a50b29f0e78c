"""What a panel is, for Grafana and `/ops` alike: titles and questions, nothing of how to draw."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from deploy.watch.observability.queries import Query
from deploy.watch.observability.series import Labels


class Unit(StrEnum):
    """What the numbers of a panel are."""

    COUNT = "count"
    PER_SECOND = "per-second"
    PER_HOUR = "per-hour"
    SECONDS = "seconds"
    SHARE = "share"
    """0 … 1, shown in per cent."""
    BYTES = "bytes"
    YES_NO = "yes-no"
    """1 is yes."""


class Level(StrEnum):
    """How bad a value beyond a threshold is."""

    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True)
class Threshold:
    """From this value on (`below`: under it) somebody should look."""

    value: float
    level: Level
    below: bool = False


@dataclass(frozen=True)
class Series:
    """One question; each set of labels in its answer is a line named by `legend`."""

    query: Query
    legend: str
    """`{{service}} · {{route}}`, as Grafana writes it."""

    def legend_of(self, labels: Labels) -> str:
        """The line's name."""
        known = dict(labels)
        return re.sub(r"\{\{(\w+)\}\}", lambda found: known.get(found[1], "–"), self.legend)


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One picture. `key` is unique in its tab and never changes: runbooks and links name it."""

    key: str
    title: str
    unit: Unit
    description: str
    series: tuple[Series, ...]
    thresholds: tuple[Threshold, ...] = ()
    section: str = ""

    def names(self) -> frozenset[str]:
        """The samples it reads."""
        return frozenset().union(*(series.query.names() for series in self.series))


@dataclass(frozen=True)
class Tab:
    """One page of panels, in the order in which a person on call looks at them."""

    name: str
    title: str
    panels: tuple[Panel, ...]

    def panel(self, key: str) -> Panel:
        """The panel of that key.

        Raises:
            KeyError: there is none.
        """
        for panel in self.panels:
            if panel.key == key:
                return panel
        raise KeyError(key)


def one(query: Query, legend: str) -> tuple[Series, ...]:
    """A panel with one question."""
    return (Series(query, legend),)


def section(title: str, panels: Iterable[Panel]) -> tuple[Panel, ...]:
    """The panels under one heading."""
    return tuple(replace(panel, section=title) for panel in panels)


def warn(value: float, *, below: bool = False) -> Threshold:
    """Worth a look."""
    return Threshold(value, Level.WARN, below)


def bad(value: float, *, below: bool = False) -> Threshold:
    """Somebody suffers."""
    return Threshold(value, Level.BAD, below)
