"""The servers that the platform stands on, each a child process with a readiness of its own."""

from __future__ import annotations

from deploy.stacks.embedded.servers.apache_kafka import ApacheKafka
from deploy.stacks.embedded.servers.base import Kafka, Server
from deploy.stacks.embedded.servers.gateway import Gateway
from deploy.stacks.embedded.servers.given import GivenKafka, GivenMongo, GivenS3
from deploy.stacks.embedded.servers.memory_kafka import MemoryKafka
from deploy.stacks.embedded.servers.mongo import Mongo
from deploy.stacks.embedded.servers.program import Program
from deploy.stacks.embedded.servers.s3 import S3

__all__ = [
    "S3",
    "ApacheKafka",
    "Gateway",
    "GivenKafka",
    "GivenMongo",
    "GivenS3",
    "Kafka",
    "MemoryKafka",
    "Mongo",
    "Program",
    "Server",
]
