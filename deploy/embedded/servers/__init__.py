"""The servers that the platform stands on, each a child process with a readiness of its own."""

from __future__ import annotations

from deploy.embedded.servers.apache_kafka import ApacheKafka
from deploy.embedded.servers.base import Kafka, Server
from deploy.embedded.servers.gateway import Gateway
from deploy.embedded.servers.given import GivenKafka, GivenMongo, GivenS3
from deploy.embedded.servers.memory_kafka import MemoryKafka
from deploy.embedded.servers.mongo import Mongo
from deploy.embedded.servers.program import Program
from deploy.embedded.servers.s3 import S3

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
