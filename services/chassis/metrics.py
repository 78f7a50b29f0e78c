"""The metrics that every service has. No label carries personal data or unbounded values."""

from __future__ import annotations

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

_LATENCY = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """One registry per running service, so that two apps in one process do not mix."""

    def __init__(self) -> None:
        """Register the process collectors and the platform's own metrics."""
        r = self.registry = CollectorRegistry()
        ProcessCollector(registry=r)
        PlatformCollector(registry=r)
        GCCollector(registry=r)
        self.requests = Counter(
            "http_requests",
            "Requests by route template and status.",
            ["method", "route", "status"],
            registry=r,
        )
        self.request_seconds = Histogram(
            "http_request_duration_seconds",
            "Time to answer, by route template.",
            ["method", "route"],
            buckets=_LATENCY,
            registry=r,
        )
        self.events_handled = Counter(
            "events_handled",
            "Incoming events by type and outcome "
            "(handled, duplicate, ignored, dead-letter, backed-off).",
            ["type", "outcome"],
            registry=r,
        )
        self.event_seconds = Histogram(
            "event_handling_duration_seconds",
            "Time to handle one incoming event.",
            ["type"],
            buckets=_LATENCY,
            registry=r,
        )
        self.events_published = Counter(
            "events_published", "Events that Kafka confirmed.", ["type"], registry=r
        )
        self.publish_failures = Counter(
            "events_publish_failures", "Publish attempts that failed.", registry=r
        )
        self.outbox_pending = Gauge(
            "outbox_pending_events", "Events committed and not yet published.", registry=r
        )
        self.outbox_age = Gauge(
            "outbox_oldest_pending_seconds", "Age of the oldest unpublished event.", registry=r
        )
        self.outbox_stuck = Gauge(
            "outbox_stuck_keys", "Aggregates stopped by an event that Kafka refuses.", registry=r
        )
        self.dead_letters = Gauge(
            "dead_letters_open", "Dead letters that nobody has dealt with.", registry=r
        )
        self.timers = Counter(
            "timers_run",
            "Due timers by kind and outcome (done, already-done, backed-off, failed).",
            ["kind", "outcome"],
            registry=r,
        )
        self.timers_late = Gauge(
            "timers_oldest_due_seconds", "How late the oldest due timer is.", registry=r
        )
        self.kafka_up = Gauge("kafka_connected", "1 while the consumer is running.", registry=r)

    def render(self) -> bytes:
        """The Prometheus text format."""
        return generate_latest(self.registry)
