"""Real servers for tests (`ServerStack`) and the whole platform (`PlatformStack`)."""

from __future__ import annotations

from tests.support.stack.place import scratch_dir
from tests.support.stack.platform import PlatformStack
from tests.support.stack.servers import KafkaName, ServerStack, restarting

__all__ = ["KafkaName", "PlatformStack", "ServerStack", "restarting", "scratch_dir"]
