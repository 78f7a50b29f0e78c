"""How a metric is declared: once, with every label bounded as data.

A label says what it can be: a closed list (an enum, the registry of topics) or what bounds it
(the route templates of the service). The table in docs/metrics.md and the test of the labels are
made from these declarations. No label carries personal data or unbounded values.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal, TypeAlias, TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics

Kind: TypeAlias = Literal["counter", "gauge", "histogram"]
Series = TypeVar("Series", Counter, Histogram)
Values: TypeAlias = "Bound | Iterable[str]"

FAST = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Buckets of what a person or a partition waits for."""
SLOW = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0)
"""Buckets of what may wait for another system."""

disable_created_metrics()  # type: ignore[no-untyped-call] # one series more each, which nobody reads


class Children(dict[tuple[str, ...], Series]):
    """The series of one metric by their label values, found once.

    For hot paths with bounded values: finding a series by `labels` costs ten times the counting.
    """

    def __init__(self, metric: Series) -> None:
        super().__init__()
        self._metric: Series = metric

    def __missing__(self, values: tuple[str, ...]) -> Series:
        """Find it the first time."""
        found: Series = self._metric.labels(*values)
        self[values] = found
        return found


@dataclass(frozen=True)
class Bound:
    """A label whose values cannot grow but differ by service: says what bounds them.

    Its series appear when they are first used. `values` lists what can be, where that is known.
    """

    by: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Declared:
    """One metric as it is declared: a row of the table."""

    name: str
    kind: Kind
    meaning: str
    labels: tuple[tuple[str, Bound | tuple[str, ...]], ...]
    stored: bool = False
    """Read from the database: the same on all replicas."""

    @property
    def unit(self) -> str:
        """What its numbers are, by the naming scheme: seconds, bytes, or how many."""
        last = self.name.rpartition("_")[2]
        return last if last in {"seconds", "bytes"} else "count"


class MetricSet:
    """The metrics of one running service: one registry each, so two apps in a process do not mix.

    Where all labels of a counter or gauge, or the only one of a histogram, are closed lists, every
    series is there from the start: a rate sees the first failure, and a gauge of an empty state is
    0 and not absent.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.declared: dict[str, Declared] = {}

    def counter(self, name: str, meaning: str, **labels: Values) -> Counter:
        """Declare a counter; its name ends in `_total`."""
        row = self._declare(name, "counter", meaning, labels)
        made = Counter(name, meaning, list(labels), registry=self.registry)
        _prepare(made, row)
        return made

    def gauge(self, name: str, meaning: str, *, stored: bool = False, **labels: Values) -> Gauge:
        """Declare a gauge; `stored`: it is read from the database."""
        row = self._declare(name, "gauge", meaning, labels, stored=stored)
        made = Gauge(name, meaning, list(labels), registry=self.registry)
        _prepare(made, row)
        return made

    def histogram(
        self, name: str, meaning: str, *, buckets: Sequence[float] = FAST, **labels: Values
    ) -> Histogram:
        """Declare a histogram; its name ends in `_seconds`."""
        row = self._declare(name, "histogram", meaning, labels)
        made = Histogram(name, meaning, list(labels), registry=self.registry, buckets=buckets)
        if len(labels) == 1:  # more would be hundreds of series of what this service never does
            _prepare(made, row)
        return made

    def _declare(
        self,
        name: str,
        kind: Kind,
        meaning: str,
        labels: dict[str, Values],
        *,
        stored: bool = False,
    ) -> Declared:
        bounds = tuple(
            (label, values if isinstance(values, Bound) else tuple(str(v) for v in values))
            for label, values in labels.items()
        )
        row = self.declared[name] = Declared(name, kind, meaning, bounds, stored)
        return row


def _prepare(metric: Counter | Gauge | Histogram, row: Declared) -> None:
    """Make every series of a metric whose labels are all closed lists."""
    lists = [values for _, values in row.labels if not isinstance(values, Bound)]
    if lists and len(lists) == len(row.labels):
        for combination in product(*lists):
            metric.labels(*combination)
