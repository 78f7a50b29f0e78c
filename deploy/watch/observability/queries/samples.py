"""What samples say: present values, and how much counters grew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from deploy.watch.observability.queries.matching import Where
from deploy.watch.observability.queries.query import Answer, Query
from deploy.watch.observability.scrapes import Scrapes
from deploy.watch.observability.series import Labels, Series

# Long enough for two scrapes of a Prometheus that asks every 15 s to be missing.
WINDOW_SECONDS = 120.0


class Aggregate(StrEnum):
    """How values of several series become one."""

    SUM = "sum"
    MAX = "max"
    MIN = "min"
    COUNT = "count"


_TOGETHER: dict[Aggregate, Callable[[list[float]], float]] = {
    Aggregate.SUM: sum,
    Aggregate.MAX: max,
    Aggregate.MIN: min,
    Aggregate.COUNT: len,
}


@dataclass(frozen=True)
class Gauge(Query):
    """Present values. What is read from a database is the same on all replicas: take the maximum.

    Sum what a replica holds by itself (lag, connections, requests in progress). `ago`: seconds
    before the moment that is asked about.
    """

    metric: str
    by: tuple[str, ...] = ()
    where: Where = ()
    aggregate: Aggregate = Aggregate.MAX
    ago: float = 0.0

    def promql(self, window: str | None = None) -> str:
        """`max by (service) (metric{…})`."""
        del window
        offset = f" offset {duration(self.ago)}" if self.ago else ""
        return f"{self.aggregate}{_by(self.by)} ({_selector(self.metric, self.where)}{offset})"

    def at(self, scrapes: Scrapes, now: float) -> Answer:
        """The last scrape of each replica, together."""
        answer: Answer = {}
        together = _TOGETHER[self.aggregate]
        for labels, series in _grouped(scrapes, self.metric, self.where, self.by):
            values = [v for s in series if (v := s.value(now - self.ago)) is not None]
            if values:
                answer[labels] = float(together(values))
        return answer

    def names(self) -> frozenset[str]:
        """The gauge."""
        return frozenset({self.metric})


@dataclass(frozen=True)
class Increase(Query):
    """How much a counter grew in its window, over all replicas."""

    metric: str
    by: tuple[str, ...] = ()
    where: Where = ()
    seconds: float = WINDOW_SECONDS
    _function: ClassVar[str] = "increase"

    def promql(self, window: str | None = None) -> str:
        """`sum by (type) (increase(metric{…}[5m]))`."""
        free = window if self.seconds == WINDOW_SECONDS else None
        over = free or duration(self.seconds)
        return f"sum{_by(self.by)} ({self._function}({_selector(self.metric, self.where)}[{over}]))"

    def at(self, scrapes: Scrapes, now: float) -> Answer:
        """Extrapolated to the window as Prometheus does."""
        key = self.metric, self.by, self.where, self.seconds
        return scrapes.once(key, now, lambda: self._grown(scrapes, now))

    def _grown(self, scrapes: Scrapes, now: float) -> Answer:
        answer: Answer = {}
        for labels, series in _grouped(scrapes, self.metric, self.where, self.by):
            grown = [g for s in series if (g := s.increase(now, self.seconds)) is not None]
            if grown:
                answer[labels] = sum(grown)
        return answer

    def names(self) -> frozenset[str]:
        """The counter."""
        return frozenset({self.metric})


@dataclass(frozen=True)
class Rate(Increase):
    """How much a counter grows a second, over all replicas."""

    _function: ClassVar[str] = "rate"

    def at(self, scrapes: Scrapes, now: float) -> Answer:
        """The increase, a second."""
        grown = super().at(scrapes, now)
        return {labels: value / self.seconds for labels, value in grown.items()}


def duration(seconds: float) -> str:
    """A PromQL duration: `90` → `90s`, `300` → `5m`, `21600` → `6h`."""
    whole = round(seconds)
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if whole % size == 0:
            return f"{whole // size}{unit}"
    return f"{whole}s"


def _grouped(
    scrapes: Scrapes, name: str, conditions: Where, by: Sequence[str]
) -> list[tuple[Labels, list[Series]]]:
    key = name, conditions, tuple(by)
    known = scrapes.remembered(key)
    if known is None:
        found: dict[Labels, list[Series]] = {}
        for series in scrapes.named(name):
            if all(match.takes(series.labels) for match in conditions):
                # A label that a series does not have is an empty one, and Prometheus drops it.
                labels = tuple((n, series.labels[n]) for n in sorted(by) if series.labels.get(n))
                found.setdefault(labels, []).append(series)
        known = scrapes.remembered(key, list(found.items()))
    assert isinstance(known, list)  # noqa: S101 - what was put there two lines above
    return known


def _selector(name: str, conditions: Where) -> str:
    return name + ("{" + ",".join(map(str, conditions)) + "}" if conditions else "")


def _by(by: Sequence[str]) -> str:
    return f" by ({', '.join(by)})" if by else ""
