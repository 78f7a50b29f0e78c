"""The gateway in a test: real Caddy over the project's routes, before whoever the test wants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.stacks.embedded.platform import upstreams
from deploy.stacks.embedded.ports import free_port_set
from deploy.stacks.embedded.servers import Gateway
from deploy.stacks.embedded.servers.base import Directories
from deploy.stacks.embedded.settings import Ports


@dataclass(frozen=True)
class Door:
    """A running gateway."""

    gateway: Gateway

    @property
    def url(self) -> str:
        """Where callers come."""
        return f"http://127.0.0.1:{self.gateway.port}"

    @property
    def metrics_url(self) -> str:
        """Where it tells."""
        return f"http://127.0.0.1:{self.gateway.metrics_port}"


@contextmanager
def door(folder: Path, behind: Mapping[str, int], *, demo: bool = True) -> Iterator[Door]:
    """It runs inside the block; `behind`: part → port. Behind the others there is nobody."""
    ports = Ports.model_validate(free_port_set().model_dump() | dict(behind))
    gateway = Gateway(
        Directories(folder / "data", folder / "logs"),
        port=ports.gateway,
        metrics_port=ports.gateway_metrics,
        upstreams=upstreams(ports),
        trust=folder,
        buckets=("uploads", "sealed"),
        demo=demo,
    )
    gateway.start()
    try:
        gateway.ready()
        yield Door(gateway)
    finally:
        gateway.stop()
