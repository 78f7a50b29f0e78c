"""What waits in Kafka for this replica: how many records, and since when the oldest does.

Counted in the consumer, from what it takes, what it acknowledges and where the partitions end. The
age is exact for a record that was taken (its timestamp). For one that nobody has read yet it is a
lower bound: the time since an end beyond it was first seen here. So a handler that hangs or backs
off for ever is seen at its true age, also while Kafka is away; what was already waiting in *other*
partitions when this replica started counts from that start until it is read. Not knowable here:
what was written while Kafka does not answer, and partitions that no replica holds.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from prometheus_client import Gauge

from services.chassis.telemetry.metrics import Metrics

_MOST_SEEN = 64
_LOOK_SECONDS = 3.0


@dataclass
class _Partition:
    """One partition: the next offset to read, where it ends, what is taken and not settled."""

    position: int = 0
    end: int = 0
    first: tuple[int, float] | None = None
    """Offset and time of the first record that is taken and not acknowledged."""
    seen: list[tuple[float, int]] = field(default_factory=list)
    """When which end was first seen, for the ends beyond `position`."""

    def saw(self, position: int, end: int, now: float) -> None:
        self.position = position
        self.end = max(self.end, end, position)
        self.seen = [(at, e) for at, e in self.seen if e > position]
        if self.end > position and (not self.seen or self.seen[-1][1] < self.end):
            self.seen.append((now, self.end))
        if len(self.seen) > _MOST_SEEN:  # fewer moments: the bound stays one, less tight
            self.seen = [*self.seen[:-1:2], self.seen[-1]]

    @property
    def lag(self) -> int:
        return self.end - (self.first[0] if self.first else self.position)

    def age(self, now: float) -> float:
        since = self.first[1] if self.first else self.seen[0][0] if self.seen else now
        return max(0.0, now - since)


class Backlog:
    """The partitions that this replica holds, over all consumers that it has had."""

    def __init__(self) -> None:
        self._partitions: dict[TopicPartition, _Partition] = {}

    def expose(self, metrics: Metrics, topics: Iterable[str]) -> None:
        """Show lag and age of these topics, reckoned when somebody asks for the metrics."""
        for topic in topics:
            _ask(metrics.consumer_lag, self.lag, topic)
            _ask(metrics.oldest_unhandled, self.oldest, topic)

    def lag(self, topic: str) -> int:
        """How many records of the topic are not acknowledged."""
        return sum(p.lag for tp, p in self._partitions.items() if tp.topic == topic)

    def oldest(self, topic: str, now: float | None = None) -> float:
        """Age in seconds of the oldest record that is not acknowledged; 0 when there is none."""
        moment = time.time() if now is None else now
        ages = (p.age(moment) for tp, p in self._partitions.items() if tp.topic == topic)
        return max(ages, default=0.0)

    def partitions(self, topic: str) -> int:
        """How many partitions of the topic this replica holds, as far as it has looked."""
        return sum(tp.topic == topic for tp in self._partitions)

    def taken(
        self,
        partition: TopicPartition,
        records: Sequence[ConsumerRecord[Any, Any]],
        end: int | None,
        now: float | None = None,
    ) -> None:
        """These were handed out; `end` is where the partition ended when they were fetched."""
        kept = self._partitions.setdefault(partition, _Partition())
        first, last = records[0], records[-1]
        if kept.first is None or first.offset <= kept.first[0]:
            kept.first = (first.offset, first.timestamp / 1000)
        kept.saw(last.offset + 1, end or 0, time.time() if now is None else now)

    def settled(self) -> None:
        """Everything that was handed out is acknowledged."""
        for kept in self._partitions.values():
            kept.first = None

    def looked(
        self,
        places: Mapping[TopicPartition, tuple[int, int]],
        now: float | None = None,
    ) -> None:
        """Where the consumer is and where the partitions end; others are not held any more."""
        moment = time.time() if now is None else now
        for partition in set(self._partitions) - set(places):
            del self._partitions[partition]
        for partition, (position, end) in places.items():
            self._partitions.setdefault(partition, _Partition()).saw(position, end, moment)

    async def look(self, consumer: AIOKafkaConsumer) -> None:
        """Ask Kafka where the partitions end. What was known stays when it does not answer."""
        async with asyncio.timeout(_LOOK_SECONDS):
            held = list(consumer.assignment())
            ends = await consumer.end_offsets(held) if held else {}
            places = {p: (await consumer.position(p), ends[p]) for p in held}
        if set(held) == consumer.assignment():  # no rebalance meanwhile
            self.looked(places)


def _ask(gauge: Gauge, measure: Any, topic: str) -> None:
    gauge.labels(topic).set_function(lambda: measure(topic))
