"""What histograms say."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from deploy.watch.observability.queries.matching import Where
from deploy.watch.observability.queries.query import Answer, Query
from deploy.watch.observability.queries.samples import WINDOW_SECONDS, Rate
from deploy.watch.observability.scrapes import Scrapes
from deploy.watch.observability.series import Labels


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
