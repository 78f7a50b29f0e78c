"""What the services declare, and what a query reads: for tests that hold one to the other."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from contracts.topics import SERVICES
from deploy.gateway import metrics as gateway
from deploy.tools.docs import built
from deploy.watch.observability.conditions import Absent, Always, Beyond, Minus, Together
from deploy.watch.observability.queries import Gauge, Increase, Quantile, Query, Ratio, Top, Where
from deploy.watch.ops.volumes import WatcherMetrics
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from services.chassis.telemetry.metrics import Bound, Declared, Metrics


@cache
def boards() -> dict[str, Metrics]:
    """The metrics of every service, as its application is built."""
    return {name: find(built(name), Runtime).metrics for name in SERVICES}


def samples(row: Declared) -> set[str]:
    """The names under which a metric's samples are shown."""
    suffixes = ("_bucket", "_sum", "_count") if row.kind == "histogram" else ("",)
    return {row.name + suffix for suffix in suffixes}


def leaves(query: Query) -> Iterator[tuple[str, tuple[str, ...], Where]]:
    """Sample name, labels and conditions of all that a query reads."""
    match query:
        case Quantile():
            yield f"{query.metric}_bucket", query.by, query.where
        case Gauge() | Increase():
            yield query.metric, query.by, query.where
        case Absent():
            yield query.metric, (), query.where
        case Always():
            return
        case Top() | Beyond():
            yield from leaves(query.query)
        case Ratio() | Minus():
            yield from leaves(query.part)
            yield from leaves(query.whole)
        case Together():
            yield from leaves(query.first)
            yield from leaves(query.second)
        case _:
            raise AssertionError(query)


@cache
def declared() -> dict[str, dict[str, Bound | tuple[str, ...]]]:
    """Sample name → its labels, over all services, ops and the gateway."""
    found: dict[str, dict[str, Bound | tuple[str, ...]]] = {}
    ours = [row for b in (*boards().values(), WatcherMetrics()) for row in b.declared.values()]
    for row in (*ours, *gateway.DECLARED):
        found |= {name: dict(row.labels) for name in samples(row)}
    return found
