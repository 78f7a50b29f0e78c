"""What is said of a topic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from contracts.envelope import Data


@dataclass(frozen=True)
class Topic:
    """One topic: a single producer, keyed by aggregate, so each aggregate stays in order.

    `key` names the field of the payload that is the aggregate (of several the one that a payload
    has). What not everybody may read has a topic of its own: `one_reader`, with a short retention.
    `consumers` maps a consuming system to the event types it acts on; it ignores and counts the
    rest. Undeliverable records are kept by the consumer that could not handle them, in its own
    `dead_letters` collection (`python -m services.chassis.kafka.deadletters`).
    """

    name: str
    producer: str
    key: str
    events: tuple[type[Data], ...]
    consumers: Mapping[str, tuple[type[Data], ...]] = field(default_factory=dict)
    partitions: int = 12
    retention: timedelta = timedelta(days=30)
    one_reader: bool = False


def read_by(
    reader: str,
    name: str,
    key: str,
    *events: type[Data],
    retention: timedelta = timedelta(days=7),
) -> Topic:
    """A topic of what one reader alone may know: short-lived, encrypted."""
    producer, _, _ = name.partition(".")
    consumers = {reader: events}
    return Topic(name, producer, key, events, consumers, retention=retention, one_reader=True)
