"""The metrics that every service has; a service's own are in its `metrics.py`.

Base units, no prefix; `service` and `instance` are labels of the scrape. Gauges that are read from
the database are the same on all replicas: take their maximum, never their sum.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from prometheus_client import (
    Counter,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

from contracts.topics import BY_TYPE, TOPICS
from services.chassis.foundation.errors import RefusalError
from services.chassis.telemetry.metrics.declared import (
    FAST,
    SLOW,
    Bound,
    Children,
    Declared,
    MetricSet,
)

__all__ = [
    "FAST",
    "METHODS",
    "SLOW",
    "TRY_AGAIN",
    "Bound",
    "Declared",
    "MetricSet",
    "Metrics",
    "counting",
    "method_of",
]

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "OTHER")
"""HTTP methods as label values: anybody can send any word as a method."""

TRY_AGAIN = "try-again"
"""The outcome of what the same request may still get done: too late, too often (`passing`)."""

_ROUTES = Bound("the route templates of the service; `unmatched` for every other path")
_STATUSES = Bound("the HTTP status codes that the service answers")
_FAILURES = ("500", "503")
_KINDS = Bound("the kinds of timers that the service runs")
_TYPES = Bound("the event types of the registry; `unknown` for every other", (*BY_TYPE, "unknown"))
_TOPIC_NAMES = Bound(
    "the topics of the registry that the service hears", tuple(topic.name for topic in TOPICS)
)
_LOOP_LAG = (0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


def method_of(method: str) -> str:
    """The method as a label value."""
    return method if method in METHODS else "OTHER"


@contextmanager
def counting(
    counter: Counter,
    done: str,
    refusals: Mapping[type[Exception], str],
    *,
    passing: str | None = None,
) -> Iterator[None]:
    """Count what becomes of the block: `done`, or the first of `refusals` that it raises.

    A refusal that passes is none of them: it is counted as `passing`, if that is given. Other
    exceptions (accidents, answers given before) are not counted.
    """
    try:
        yield
    except Exception as error:
        if isinstance(error, RefusalError) and error.passing:
            outcome = passing
        else:
            outcome = next((o for kind, o in refusals.items() if isinstance(error, kind)), None)
        if outcome is not None:
            counter.labels(outcome).inc()
        raise
    counter.labels(done).inc()


class Metrics(MetricSet):
    """The chassis's metrics of one running service."""

    def __init__(self) -> None:
        super().__init__()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self.timer_kinds: set[str] = set()
        """Kinds of the timers that run here, for the gauges that are read from the database."""
        self._answered: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self._http()
        self._events()
        self._timers()
        self._units()
        self._process()

    def _http(self) -> None:
        self.requests = self.counter(
            "http_requests_total",
            "Requests answered, by route template and status.",
            method=METHODS,
            route=_ROUTES,
            status=_STATUSES,
        )
        self.request_seconds = self.histogram(
            "http_request_duration_seconds",
            "Time to answer, by route template.",
            method=METHODS,
            route=_ROUTES,
        )
        self.requests_in_progress = self.gauge(
            "http_requests_in_progress", "Requests that are being worked on now."
        )
        self.requests_shed = self.counter(
            "http_requests_shed_total",
            "Requests refused to stay alive, before or instead of their work.",
            reason=("busy", "lagging", "slow-body", "timeout", "rate"),
        )
        self.shed = Children(self.requests_shed)

    def _events(self) -> None:
        self.events_handled = self.counter(
            "events_handled_total",
            "Incoming events by type and what became of them (duplicate: handled before; ignored: "
            "a type that nobody here handles; backed-off: to be tried again; dead-letter: kept for "
            "a person).",
            type=_TYPES,
            outcome=("handled", "duplicate", "ignored", "dead-letter", "backed-off"),
        )
        self.events_misplaced = self.counter(
            "events_misplaced_total",
            "Records that are not from the producer of their type (topic, source, key or aggregate "
            "is another's): kept as dead letters, never believed.",
            type=_TYPES,
        )
        self.event_seconds = self.histogram(
            "event_handling_duration_seconds", "Time to handle one incoming event.", type=_TYPES
        )
        self.event_delay = self.histogram(
            "event_delay_seconds",
            "From the moment an event tells of to the end of its handling here.",
            buckets=SLOW,
            type=_TYPES,
        )
        self.handled = Children(self.events_handled)
        self.handling = Children(self.event_seconds)
        self.delays = Children(self.event_delay)
        self.consumer_lag = self.gauge(
            "events_consumer_lag",
            "Records not yet acknowledged in the partitions that this replica holds.",
            topic=_TOPIC_NAMES,
        )
        self.oldest_unhandled = self.gauge(
            "events_oldest_unhandled_seconds",
            "Age of the oldest record not yet acknowledged; 0 when there is none.",
            topic=_TOPIC_NAMES,
        )
        self.events_published = self.counter(
            "events_published_total", "Events that Kafka confirmed.", type=_TYPES
        )
        self.publish_failures = self.counter(
            "events_publish_failures_total", "Publish attempts that failed."
        )
        self.outbox_pending = self.gauge(
            "outbox_pending_events", "Events committed and not yet published.", stored=True
        )
        self.outbox_age = self.gauge(
            "outbox_oldest_pending_seconds", "Age of the oldest unpublished event.", stored=True
        )
        self.outbox_stuck = self.gauge(
            "outbox_stuck_keys", "Aggregates stopped by an event that Kafka refuses."
        )
        self.dead_letters = self.gauge(
            "dead_letters_open", "Dead letters that nobody has dealt with.", stored=True
        )
        self.kafka_up = self.gauge("kafka_connected", "1 while the consumer is running.")

    def _timers(self) -> None:
        self.timers = self.counter(
            "timers_run_total",
            "Due timers that were run, by what became of them (backed-off: to be tried again).",
            kind=_KINDS,
            outcome=("done", "already-done", "backed-off", "failed"),
        )
        self.timers_due = self.gauge(
            "timers_due", "Timers that are due and wait for their turn.", stored=True, kind=_KINDS
        )
        self.timers_failed = self.gauge(
            "timers_failed",
            "Timers that failed for good and wait for a person.",
            stored=True,
            kind=_KINDS,
        )
        self.timers_late = self.gauge(
            "timers_oldest_due_seconds",
            "How late the oldest due timer is; 0 when none is due.",
            stored=True,
        )

    def _units(self) -> None:
        self.units_committed = self.counter(
            "units_committed_total", "Units of work (requests, events, timers) that committed."
        )
        self.transactions_committed = self.counter(
            "transactions_committed_total",
            "Transactions of MongoDB that committed them: units that wait together share one.",
        )
        self.units_again = self.counter(
            "units_again_total",
            "Tries of units that ran again (overlap: another unit of this replica writes the same "
            "document; conflict: somebody else does; neighbour: its group failed for another's "
            "sake; alone: it needs a transaction of its own).",
            reason=("overlap", "conflict", "neighbour", "alone"),
        )

    def _process(self) -> None:
        self.mongo_up = self.gauge("mongo_connected", "1 while MongoDB answers this process.")
        self.mongo_connections = self.gauge(
            "mongo_connections",
            "Connections of the MongoDB pool: all that are open, and those of them in use.",
            state=("open", "in-use"),
        )
        self.mongo_checkout_failures = self.counter(
            "mongo_checkout_failures_total", "Times that the pool could not give a connection."
        )
        self.loop_lag = self.histogram(
            "event_loop_lag_seconds",
            "How late the event loop wakes who asked to sleep.",
            buckets=_LOOP_LAG,
        )
        self.outside_seconds = self.histogram(
            "outside_call_duration_seconds",
            "Time of one call to a system outside (refused: it answered no; failed: no answer).",
            buckets=SLOW,
            target=("s3", "tsa", "ocsp", "smtp", "sms", "push", "jwks", "clamav", "acquirer"),
            outcome=("ok", "failed", "refused"),
        )
        self.outside = Children(self.outside_seconds)
        self.build_info = self.gauge(
            "build_info", "Always 1; says which version runs.", version=Bound("the version it is")
        )

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request. Finding the series by their labels costs more than counting."""
        key = (method, route, status)
        found = self._answered.get(key)
        if found is None:
            known = method_of(method)
            found = (
                self.requests.labels(known, route, str(status)),
                self.request_seconds.labels(known, route),
            )
            for failure in _FAILURES:  # a rate does not see the failures that bring a series forth
                self.requests.labels(known, route, failure)
            if known == method:  # any other word is as good as unbounded
                self._answered[key] = found
        found[0].inc()
        found[1].observe(seconds)

    def render(self) -> bytes:
        """The Prometheus text format."""
        return generate_latest(self.registry)
