"""Questions about metrics, asked once: of Prometheus as PromQL, of `Scrapes` as numbers.

Both answers are the same within the precision of a scrape; a test asks a real Prometheus. It is a
small part of PromQL on purpose: always aggregated, so that a series never carries a label that
nobody asked for.
"""

from __future__ import annotations

from deploy.watch.observability.queries.combined import Ratio, Top
from deploy.watch.observability.queries.histogram import Quantile, quantile
from deploy.watch.observability.queries.matching import Match, Where, like, unlike, where
from deploy.watch.observability.queries.query import Answer, Query
from deploy.watch.observability.queries.samples import (
    WINDOW_SECONDS,
    Aggregate,
    Gauge,
    Increase,
    Rate,
    duration,
)

__all__ = [
    "WINDOW_SECONDS",
    "Aggregate",
    "Answer",
    "Gauge",
    "Increase",
    "Match",
    "Quantile",
    "Query",
    "Rate",
    "Ratio",
    "Top",
    "Where",
    "duration",
    "like",
    "quantile",
    "unlike",
    "where",
]
