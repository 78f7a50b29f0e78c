"""The connections of the MongoDB pool, told by the driver as they come and go."""

from __future__ import annotations

from pymongo import monitoring

from services.chassis.telemetry.metrics import Metrics


class PoolListener(monitoring.ConnectionPoolListener):
    """Keeps the gauges of the pool.

    The driver calls it from its own threads, twice for every command.
    """

    def __init__(self, metrics: Metrics) -> None:
        self._open = metrics.mongo_connections.labels("open")
        self._in_use = metrics.mongo_connections.labels("in-use")
        self._failures = metrics.mongo_checkout_failures

    def connection_created(self, event: monitoring.ConnectionCreatedEvent) -> None:  # noqa: ARG002 - the driver's signature
        """One more."""
        self._open.inc()

    def connection_closed(self, event: monitoring.ConnectionClosedEvent) -> None:  # noqa: ARG002 - as above
        """One less."""
        self._open.dec()

    def connection_checked_out(self, event: monitoring.ConnectionCheckedOutEvent) -> None:  # noqa: ARG002 - as above
        """Somebody works with it."""
        self._in_use.inc()

    def connection_checked_in(self, event: monitoring.ConnectionCheckedInEvent) -> None:  # noqa: ARG002 - as above
        """Nobody does any more."""
        self._in_use.dec()

    def connection_check_out_failed(self, event: monitoring.ConnectionCheckOutFailedEvent) -> None:  # noqa: ARG002 - as above
        """None could be had: the pool is exhausted, or the server does not answer."""
        self._failures.inc()

    def connection_check_out_started(
        self, event: monitoring.ConnectionCheckOutStartedEvent
    ) -> None:
        """Not counted."""

    def connection_ready(self, event: monitoring.ConnectionReadyEvent) -> None:
        """Not counted."""

    def pool_created(self, event: monitoring.PoolCreatedEvent) -> None:
        """Not counted."""

    def pool_ready(self, event: monitoring.PoolReadyEvent) -> None:
        """Not counted."""

    def pool_cleared(self, event: monitoring.PoolClearedEvent) -> None:
        """Not counted: its connections are told one by one."""

    def pool_closed(self, event: monitoring.PoolClosedEvent) -> None:
        """Not counted."""
