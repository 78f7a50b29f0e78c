"""Caddy as the gateway: one door, its routes generated from the upstreams."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy import ROOT
from deploy.gateway.caddyfile import Upstreams, caddyfile
from deploy.stacks.embedded.errors import MissingServerError
from deploy.stacks.embedded.ports import LOOPBACK
from deploy.stacks.embedded.servers.base import Server
from deploy.stacks.embedded.servers.program import answers
from deploy.stacks.embedded.servers.s3 import installed


@dataclass
class Gateway(Server):
    """`caddy run` with its admin API off and everything it writes under the data directory."""

    port: int = 8080
    metrics_port: int = 8194
    upstreams: Upstreams = field(kw_only=True)
    bind: str = "127.0.0.1"
    trust: Path = field(kw_only=True)
    buckets: tuple[str, ...] = field(kw_only=True)
    demo: bool = field(kw_only=True)

    def __post_init__(self) -> None:
        self.name = "gateway"
        self.title = "Gateway (Caddy)"
        self.grace = 3.0

    def env(self) -> dict[str, str]:
        """See `Server.env`; services do not call through the gateway."""
        return {}

    def environment(self) -> Mapping[str, str]:
        """See `Server.environment`; the start page says that this is a demo where it is one."""
        return {**super().environment(), "DEMO": str(self.demo).lower()}

    def command(self) -> Sequence[str]:
        """See `Server.command`."""
        caddy = installed("caddy")
        if caddy is None:
            raise MissingServerError(self.title, "`caddy` is not installed", "run `make` again")
        data = self.directories.of(self.name)
        config: Path = data / "Caddyfile"
        config.write_text(
            caddyfile(
                self.upstreams,
                port=self.port,
                bind=self.bind,
                metrics_port=self.metrics_port,
                metrics_bind=LOOPBACK,
                storage=data / "storage",
                root=ROOT,
                trust=self.trust,
                buckets=self.buckets,
            )
        )
        return [caddy, "run", "--config", str(config), "--adapter", "caddyfile"]

    def probe(self) -> bool:
        """The start page is served."""
        return answers(self.port, "/")
