"""Which Kafka this machine gets, and the sentence that says why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from deploy.stacks.embedded.errors import KafkaUnavailableError
from deploy.stacks.embedded.java import JarsUnavailableError, find_jars, find_java
from deploy.stacks.embedded.ports import free_ports
from deploy.stacks.embedded.servers.apache_kafka import ApacheKafka
from deploy.stacks.embedded.servers.base import Directories, Kafka
from deploy.stacks.embedded.servers.memory_kafka import MemoryKafka
from deploy.stacks.embedded.settings import KafkaKind


@dataclass(frozen=True)
class Chosen:
    """A Kafka and why it is this one."""

    kafka: Kafka
    why: str

    @property
    def survives(self) -> str:
        """What a restart leaves of the events, in the words of the start-up messages."""
        if self.kafka.durable:
            return "events and consumers' positions survive a restart"
        return (
            "events do NOT survive a restart; those not yet consumed are published again from the "
            "services' outboxes, so nothing is lost"
        )


def choose_kafka(
    forced: KafkaKind | None,
    *,
    directories: Directories,
    port: int,
    controller_port: int | None,
    cache_dir: Path,
    say: Callable[[str], None],
    cancelled: Callable[[], bool] = lambda: False,
) -> Chosen:
    """Apache Kafka where a JRE and the jars are there, else the in-memory broker.

    `controller_port`: `None` for any free one.

    Raises:
        KafkaUnavailableError: Apache was forced and cannot be had.
    """
    if forced is KafkaKind.MEMORY:
        return Chosen(MemoryKafka(directories, port=port), "KAFKA=memory")
    java, version = find_java()
    reason = version
    if java is not None:
        try:
            jars = find_jars(cache_dir, directories.log_dir, say, cancelled)
        except JarsUnavailableError as error:
            reason = str(error)
        else:
            controller = controller_port or free_ports(1, avoid=[port])[0]
            kafka = ApacheKafka(
                directories, port=port, java=java, jars=jars, controller_port=controller
            )
            return Chosen(kafka, version if forced is None else f"KAFKA=apache, {version}")
    if forced is KafkaKind.APACHE:
        raise KafkaUnavailableError(reason)
    return Chosen(MemoryKafka(directories, port=port), reason)
