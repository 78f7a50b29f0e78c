"""Questions about metrics, asked once: of Prometheus as PromQL, of `Scrapes` as numbers.

Both answers are the same within the precision of a scrape; a test asks a real Prometheus. It is a
small part of PromQL on purpose: always aggregated, so that a series never carries a label that
nobody asked for.
"""

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import ClassVar

from deploy.watch.observability.scrapes import Scrapes
from deploy.watch.observability.series import Labels, Series

Answer = dict[Labels, float]

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
class Match:
    """A condition on one label; `value` is a whole regular expression for `=~` and `!~`."""

    label: str
    operator: str
    value: str

    def __str__(self) -> str:
        """As PromQL writes it."""
        escaped = self.value.replace("\\", "\\\\").replace('"', '\\"')
        return f'{self.label}{self.operator}"{escaped}"'

    def takes(self, labels: dict[str, str]) -> bool:
        """Whether a series with these labels is meant."""
        value = labels.get(self.label, "")
        if self.operator in {"=", "!="}:
            return (value == self.value) is (self.operator == "=")
        return (re.fullmatch(self.value, value) is not None) is (self.operator == "=~")


Where = tuple[Match, ...]


def where(*matches: Match, **equal: str) -> Where:
    """Conditions: `where(service="identity")`, `where(unlike("status", "5.."))`."""
    return (*(Match(name, "=", value) for name, value in equal.items()), *matches)


def like(label: str, pattern: str) -> Match:
    """The label matches the whole pattern."""
    return Match(label, "=~", pattern)


def unlike(label: str, pattern: str) -> Match:
    """The label does not match the whole pattern."""
    return Match(label, "!~", pattern)


def duration(seconds: float) -> str:
    """A PromQL duration: `90` → `90s`, `300` → `5m`, `21600` → `6h`."""
    whole = round(seconds)
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if whole % size == 0:
            return f"{whole // size}{unit}"
    return f"{whole}s"


class Query(ABC):
    """A question whose answer is labels → number. What is not known is not in the answer."""

    # Whether PromQL must put it in brackets as a part of something greater.
    compound: ClassVar[bool] = False

    @abstractmethod
    def promql(self, window: str | None = None) -> str:
        """The question for Prometheus; `window` takes the place of the usual one, for Grafana."""

    @abstractmethod
    def at(self, scrapes: Scrapes, now: float) -> Answer:
        """The answer at that moment."""

    @abstractmethod
    def names(self) -> frozenset[str]:
        """The samples it reads, as `/metrics` writes them."""

    def operand(self, window: str | None = None) -> str:
        """The question as a part of a greater one."""
        text = self.promql(window)
        return f"({text})" if self.compound else text


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


@dataclass(frozen=True)
class Quantile(Query):
    """The value that a share `q` of a histogram's observations in the window did not exceed."""

    q: float
    metric: str
    by: tuple[str, ...] = ()
    where: Where = ()
    seconds: float = WINDOW_SECONDS

    def promql(self, window: str | None = None) -> str:
        """`histogram_quantile(0.95, sum by (le, …) (rate(metric_bucket{…}[2m])))`."""
        return f"histogram_quantile({self.q:g}, {self._buckets().promql(window)})"

    def at(self, scrapes: Scrapes, now: float) -> Answer:
        """Linear inside a bucket, as Prometheus does; nothing observed, no answer."""
        buckets: dict[Labels, list[tuple[float, float]]] = {}
        for labels, rate in self._buckets().at(scrapes, now).items():
            rest = tuple(pair for pair in labels if pair[0] != "le")
            bound = next(float(value) for name, value in labels if name == "le")
            buckets.setdefault(rest, []).append((bound, rate))
        found = {labels: quantile(self.q, pairs) for labels, pairs in buckets.items()}
        return {labels: value for labels, value in found.items() if not math.isnan(value)}

    def names(self) -> frozenset[str]:
        """The histogram's buckets."""
        return self._buckets().names()

    def _buckets(self) -> Rate:
        return Rate(f"{self.metric}_bucket", ("le", *self.by), self.where, self.seconds)


def quantile(q: float, buckets: Iterable[tuple[float, float]]) -> float:
    """Of cumulative `(upper bound, count)`; not-a-number without observations."""
    ordered = sorted(buckets)
    if len(ordered) < 2 or not math.isinf(ordered[-1][0]):  # noqa: PLR2004 - one, and +Inf
        return math.nan
    # Replicas are not asked at one instant: a smaller bound may hold a little more.
    top = 0.0
    for position, (bound, count) in enumerate(ordered):
        top = max(top, count)
        ordered[position] = bound, top
    if top == 0:
        return math.nan
    rank = q * top
    for (below, under), (bound, count) in pairwise([(0.0, 0.0), *ordered]):
        if count >= rank:
            if math.isinf(bound):
                return below
            return below + (bound - below) * ((rank - under) / (count - under))
    return ordered[-2][0]


@dataclass(frozen=True)
class Ratio(Query):
    """`part` of `whole`, label by label. No part at all is none of it: 0, not unknown."""

    part: Query
    whole: Query
    compound: ClassVar[bool] = True

    def promql(self, window: str | None = None) -> str:
        """`(part or whole * 0) / whole`."""
        part, whole = self.part.operand(window), self.whole.operand(window)
        return f"({part} or {whole} * 0) / {whole}"

    def at(self, scrapes: Scrapes, now: float) -> Answer:
        """Where the whole is not zero."""
        part, whole = self.part.at(scrapes, now), self.whole.at(scrapes, now)
        return {labels: part.get(labels, 0.0) / value for labels, value in whole.items() if value}

    def names(self) -> frozenset[str]:
        """Of both."""
        return self.part.names() | self.whole.names()


@dataclass(frozen=True)
class Top(Query):
    """The `count` greatest of an answer."""

    count: int
    query: Query

    def promql(self, window: str | None = None) -> str:
        """`topk(10, …)`."""
        return f"topk({self.count}, {self.query.promql(window)})"

    def at(self, scrapes: Scrapes, now: float) -> Answer:
        """Greatest first."""
        answer = self.query.at(scrapes, now)
        return dict(sorted(answer.items(), key=lambda item: -item[1])[: self.count])

    def names(self) -> frozenset[str]:
        """Of the query."""
        return self.query.names()
