"""librdkafka's in-memory broker behind a stable address; for machines without Java."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from deploy.stacks.embedded.process import python
from deploy.stacks.embedded.servers.base import Kafka
from deploy.stacks.topics import brokers_answer


@dataclass
class MemoryKafka(Kafka):
    """A Kafka that forgets everything when it stops."""

    durable: bool = field(init=False, default=False)
    # An empty fetch answers only after the whole wait there.
    fetch_max_wait_ms: int = field(init=False, default=20)

    def __post_init__(self) -> None:
        self.name = "kafka"
        self.title = "Kafka (in-memory broker of librdkafka)"
        self.grace = 2.0

    def command(self) -> Sequence[str]:
        """See `Server.command`."""
        return python("deploy.stacks.embedded.memory_kafka", str(self.port))

    def probe(self) -> bool:
        """The broker answers through its stable address."""
        return brokers_answer(self.bootstrap)
