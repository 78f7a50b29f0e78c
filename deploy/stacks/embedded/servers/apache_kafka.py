"""Apache Kafka 4 in KRaft mode: one node that is broker and controller."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.stacks.embedded.servers.base import Kafka
from deploy.stacks.embedded.settings import inherited_environment
from deploy.stacks.topics import brokers_answer

_LOGGING = Path(__file__).parents[1] / "kafka" / "log4j2.properties"

PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://{bind}:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://{host}:{port}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={logs}
# Topics come from the registry in contracts/, nowhere else.
auto.create.topics.enable=false
num.partitions=1
# One node: every internal topic has one replica.
default.replication.factor=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=1
# Do not wait for members who will not come.
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
log.retention.check.interval.ms=300000
# A node that was killed comes back as a stranger: its old session must end first.
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
"""


@dataclass
class ApacheKafka(Kafka):
    """A durable Kafka: what is in it survives restarts of everything."""

    java: Path = Path("java")
    jars: Path = Path()
    controller_port: int = 9193
    heap_mb: int = 320
    durable: bool = field(init=False, default=True)

    def __post_init__(self) -> None:
        self.name = "kafka"
        self.title = "Apache Kafka"
        self.grace = 6.0

    def _java(self, *args: str, heap_mb: int) -> list[str]:
        return [
            str(self.java),
            f"-Xmx{heap_mb}m",
            # A small heap on a few cores, started often: quick to start beats quick at its peak.
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            f"-Dlog4j2.configurationFile={_LOGGING}",
            *("-cp", f"{self.jars}/*"),
            *args,
        ]

    def env(self) -> dict[str, str]:
        """See `Server.env`; a killed replica is missed for as long as its session lasts."""
        return {**super().env(), "KAFKA_SESSION_TIMEOUT_MS": "3000"}

    def environment(self) -> Mapping[str, str]:
        """See `Server.environment`."""
        return {k: v for k, v in inherited_environment().items() if k != "CLASSPATH"}

    def prepare(self) -> None:
        """See `Server.prepare`: writes the configuration, formats the storage once."""
        logs = self._config.parent / "logs"
        self._config.write_text(
            PROPERTIES.format(
                bind="127.0.0.1",
                host="127.0.0.1",
                port=self.port,
                controller=self.controller_port,
                logs=logs,
            )
        )
        if not (logs / "meta.properties").exists():
            # 22 characters of base64; one that begins with a dash would be read as an option.
            cluster = "k" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode()[1:22]
            tool = ("kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(self._config))
            self.run_helper(self._java(*tool, heap_mb=128))

    @property
    def _config(self) -> Path:
        return self.directories.of(self.name) / "server.properties"

    def command(self) -> Sequence[str]:
        """See `Server.command`."""
        return self._java("kafka.Kafka", str(self._config), heap_mb=self.heap_mb)

    def probe(self) -> bool:
        """The broker answers for its cluster."""
        return brokers_answer(self.bootstrap)
