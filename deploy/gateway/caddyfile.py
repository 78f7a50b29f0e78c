"""The gateway's configuration as one function of upstreams and paths.

What is not named here cannot be reached from outside: metrics, health and readiness of the
services stay on their own ports, and so do the gateway's own metrics.

A request is given to a second replica only when the first one was not reached, or when repeating it
changes nothing (GET, HEAD): whether a POST that broke off took effect is known to its sender, who
repeats it with the same Idempotency-Key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from contracts.topics import SERVICES
from deploy.gateway.blocks import (
    BALANCING,
    BY_NAME,
    HEAD,
    METRICS,
    PAGE_POLICY,
    PROBLEM,
    SAFE,
    SERVICE,
    TAIL,
)
from deploy.gateway.short import redirects
from deploy.world.pki.public import PUBLISHED

PARTS = (*SERVICES, "s3", "sinks", "acquirer", "tsa", "ops")


@dataclass(frozen=True)
class Upstreams:
    """Where each of `PARTS` answers: one `host:port` for every replica.

    With `by_name` each part has one `name:port`, and the name resolves to all its replicas.
    """

    addresses: Mapping[str, tuple[str, ...]]
    by_name: bool = False

    def to(self, name: str) -> str:
        """The static addresses of a part; none when its name is asked for them."""
        return "" if self.by_name else " ".join(self.addresses[name])

    def balancing(self, name: str) -> str:
        """What a part with replicas, or with a name for them, needs besides addresses."""
        addresses = self.addresses[name]
        if self.by_name:
            host, _, port = addresses[0].rpartition(":")
            return BY_NAME.format(host=host, port=port) + BALANCING
        return BALANCING if len(addresses) > 1 else ""

    def proxy(self, name: str) -> str:
        """A whole directive that leads to a part."""
        inside = self.balancing(name)
        target = f"reverse_proxy {self.to(name)}".rstrip()
        return f"{target} {{{_indented(inside, 2)}\n\t\t}}" if inside else target


def caddyfile(
    upstreams: Upstreams,
    *,
    port: int,
    bind: str,
    metrics_port: int,
    metrics_bind: str,
    storage: Path,
    root: Path,
    trust: Path,
    buckets: Sequence[str],
) -> str:
    """The text of a Caddyfile.

    `metrics_port` is for those who watch: never published, never on an address of the outside.
    `root` has the project's contracts and the gateway's pages below it. `trust` is a folder of
    which only what a PKI publishes is served. `buckets` are reached by
    signed addresses, which S3 checks: the signature covers the gateway's own host name.
    """
    parts = [HEAD.format(storage=_escaped(storage), port=port, bind=bind, safe=SAFE)]
    parts += [
        SERVICE.format(
            name=name, to=upstreams.to(name), balancing=_indented(upstreams.balancing(name), 3)
        ).replace("reverse_proxy  {", "reverse_proxy {")
        for name in SERVICES
    ]
    parts.append(
        TAIL.format(
            certificates=upstreams.proxy("certificates"),
            scheduling=upstreams.proxy("scheduling"),
            sinks=upstreams.proxy("sinks"),
            acquirer=upstreams.proxy("acquirer"),
            tsa=upstreams.proxy("tsa"),
            ops=upstreams.proxy("ops"),
            s3=upstreams.proxy("s3"),
            buckets=" ".join(f"/{bucket}/*" for bucket in buckets),
            trust=_escaped(trust),
            trusted=" ".join(f"/trust/{name}" for name in PUBLISHED),
            policy=PAGE_POLICY,
            safe=SAFE.replace("\n", "\n\t"),
            problem=PROBLEM,
            short=_indented(redirects(), 1),
            contracts=_escaped(root / "contracts"),
            site=_escaped(root / "deploy" / "gateway" / "site"),
        )
    )
    parts.append(METRICS.format(port=metrics_port, bind=metrics_bind))
    return "".join(parts)


def _indented(text: str, depth: int) -> str:
    return text.replace("\n", "\n" + "\t" * depth)


def _escaped(path: Path) -> str:
    return str(path).replace('"', '\\"')
