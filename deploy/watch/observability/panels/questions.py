"""What several panels ask, and the conditions they share."""

from __future__ import annotations

from deploy.watch.observability.queries import Aggregate, Gauge, Increase, Where, like, unlike

HOUR = 3600.0
QUARTER = 900.0

SERVER_ERROR = like("status", "5..")
# Probes and scrapes are not people: they would dilute every share.
PEOPLE = unlike("route", "/healthz|/readyz|/metrics|/version")


def summed(metric: str, by: tuple[str, ...], conditions: Where = ()) -> Gauge:
    """What each replica holds by itself."""
    return Gauge(metric, by, conditions, Aggregate.SUM)


def per_hour(metric: str, by: tuple[str, ...], conditions: Where = ()) -> Increase:
    """What happened in the last hour: rare things are seen as whole numbers."""
    return Increase(metric, by, conditions, HOUR)
