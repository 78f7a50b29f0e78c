"""What the platform consists of: every process, its settings, and the order they start in.

Only data: it starts nothing and waits for nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeAlias

from contracts.topics import SERVICES
from deploy import ROOT
from deploy.gateway.caddyfile import PARTS, Upstreams
from deploy.stacks.demo_limits import DEMO_LIMITS
from deploy.stacks.embedded import outside
from deploy.stacks.embedded.ports import LOOPBACK, replica_ports
from deploy.stacks.embedded.process import Child, python
from deploy.stacks.embedded.secrets import of_program, own_secrets
from deploy.stacks.embedded.servers import (
    S3,
    ApacheKafka,
    Gateway,
    GivenMongo,
    GivenS3,
    Kafka,
    Mongo,
    Program,
    Server,
)
from deploy.stacks.embedded.servers.base import Directories
from deploy.stacks.embedded.settings import GivenServers, Ports, StackSettings
from deploy.world.pki import public

Replicas: TypeAlias = Mapping[str, tuple[int, ...]]
"""The ports of each service's processes, the first of them the one with the setting."""

BUCKET_UPLOADS, BUCKET_SEALED = "uploads", "sealed"


@dataclass(frozen=True)
class Platform:
    """The processes of one stack."""

    mongo: Mongo | GivenMongo
    s3: S3 | GivenS3
    kafka: Kafka
    sinks: Program
    acquirer: Program
    tsa: Program
    services: tuple[Program, ...]
    partners: Program
    ops: Program
    gateway: Gateway

    @property
    def servers(self) -> tuple[Server, ...]:
        """What services stand on."""
        return self.mongo, self.s3, self.kafka


def opening(
    settings: StackSettings, ports: Ports, directories: Directories, platform: Platform
) -> Child:
    """What opens the demo: on the server as identity is, and at the gateway as everybody."""
    identity = next(service for service in platform.services if service.name == "identity")
    opened = directories.of("demo") / "opened"
    return Child(
        "demo",
        python(
            "deploy.world.demo.opening",
            *("--gateway", f"http://{LOOPBACK}:{ports.gateway}"),
            *("--pki", str(settings.pki_dir or outside.pki_dir(directories))),
            *("--opened", str(opened)),
        ),
        env=identity.environment(),
        cwd=ROOT,
        log=directories.log("demo"),
        on_line=partial(directories.on_line, "demo") if directories.on_line else None,
    )


def build(
    settings: StackSettings, ports: Ports, directories: Directories, kafka: Kafka
) -> Platform:
    """Every process with the environment it gets."""
    mongo, s3 = _storage(settings, ports, directories)
    common = _common(settings, ports, (mongo.env(), s3.env(), kafka.env()))
    secrets = {} if settings.demo else own_secrets(directories.of("secrets") / "secrets.json")
    trust = settings.pki_dir or outside.pki_dir(directories)
    replicas = replica_ports(ports, settings.replicas)
    services = tuple(
        Program(
            directories,
            label=name if number == 1 else f"{name}-{number}",
            module=f"services.{name}",
            port=port,
            variables=common
            | _own(name, ports, trust, demo=settings.demo)
            | outside.video(name, settings.url(ports), demo=settings.demo)
            | of_program(name.upper(), secrets)
            | {f"{name.upper()}_PORT": str(port)},
        )
        for name in SERVICES
        for number, port in enumerate(replicas[name], start=1)
    )
    return Platform(
        mongo=mongo,
        s3=s3,
        kafka=kafka,
        sinks=outside.sinks(ports, directories, demo=settings.demo),
        acquirer=outside.acquirer(ports, directories, settings.url(ports), secrets),
        tsa=outside.tsa(ports, directories, settings.url(ports)),
        services=services,
        partners=outside.partners(ports, directories, common | of_program("PARTNERS", secrets)),
        ops=_ops(ports, directories, common, replicas, (mongo, kafka, s3)),
        gateway=Gateway(
            directories,
            port=ports.gateway,
            metrics_port=ports.gateway_metrics,
            upstreams=upstreams(ports, replicas, s3=s3.endpoint),
            bind=settings.gateway_bind,
            # an outside authority publishes its own; the time stamps' is the demo's in any case
            trust=outside.pki_dir(directories) / public.FOLDER,
            buckets=(BUCKET_UPLOADS, BUCKET_SEALED),
            demo=settings.demo,
        ),
    )


def _storage(
    settings: StackSettings, ports: Ports, directories: Directories
) -> tuple[Mongo | GivenMongo, S3 | GivenS3]:
    if settings.servers == "given":
        given = GivenServers()
        return GivenMongo(directories, given=given), GivenS3(directories, given=given)
    return Mongo(directories, port=ports.mongo), S3(directories, port=ports.s3)


def upstreams(
    ports: Ports, replicas: Replicas | None = None, *, s3: str | None = None
) -> Upstreams:
    """Where the gateway finds everything: on loopback, one process each but for replicas.

    `s3`: its host:port, when it is not on the port of the settings.
    """
    one = {name: (getattr(ports, name),) for name in PARTS}
    ours = one | dict(replicas or {})
    found = {name: tuple(f"{LOOPBACK}:{port}" for port in ours[name]) for name in PARTS}
    return Upstreams(found | ({"s3": (s3,)} if s3 else {}))


def _common(
    settings: StackSettings, ports: Ports, servers: tuple[Mapping[str, str], ...]
) -> dict[str, str]:
    variables = {
        "AUTH_JWKS_URL": f"http://{LOOPBACK}:{ports.identity}/v1/jwks.json",
        "PUBLIC_URL": settings.url(ports),
        "LOG_FORMAT": "json",
    }
    for server in servers:
        variables |= server
    return variables


def _own(name: str, ports: Ports, trust: Path, *, demo: bool) -> dict[str, str]:
    prefix = name.upper()
    variables = {
        f"{prefix}_HOST": LOOPBACK,
        f"{prefix}_PORT": str(getattr(ports, name)),
        f"{prefix}_DATABASE": name,
        f"{prefix}_DEMO": str(demo).lower(),
    }
    if name == "identity" and demo:
        variables |= DEMO_LIMITS
    if name == "certificates" and demo:  # what a stand of before clinics has waiting
        variables |= {"CERTIFICATES_FORMER_CLINIC": "clinic-1"}
    if name in {"certificates", "scheduling"}:  # whose certificates citizens may sign with
        variables |= {f"{prefix}_TRUSTED_CAS": str(trust)}
    if name == "certificates":
        variables |= {
            "CERTIFICATES_ACQUIRER_URL": f"http://{LOOPBACK}:{ports.acquirer}",
            "CERTIFICATES_ACQUIRER_SECRET": outside.ACQUIRER_SECRET,
        }
    if name == "documents":
        variables |= {
            "DOCUMENTS_PKI_DIR": str(trust),
            "DOCUMENTS_TSA_URL": f"http://{LOOPBACK}:{ports.tsa}/",
            "DOCUMENTS_BUCKET_UPLOADS": BUCKET_UPLOADS,
            "DOCUMENTS_BUCKET_SEALED": BUCKET_SEALED,
        }
    if name == "notifier":
        sinks = f"http://{LOOPBACK}:{ports.sinks}"
        variables |= {
            "NOTIFIER_SMTP_HOST": LOOPBACK,
            "NOTIFIER_SMTP_PORT": str(ports.smtp),
            "NOTIFIER_SMS_URL": f"{sinks}/sms/v1/messages",
            "NOTIFIER_SMS_SECRET": outside.SMS_SECRET,
            "NOTIFIER_PUSH_URL": f"{sinks}/push/v1/messages",
            "NOTIFIER_PUSH_SECRET": outside.PUSH_SECRET,
        }
    return variables


def _ops(
    ports: Ports,
    directories: Directories,
    common: Mapping[str, str],
    replicas: Replicas,
    servers: tuple[Server, ...],
) -> Program:
    addresses = {
        name: "|".join(f"http://{LOOPBACK}:{port}" for port in replicas[name]) for name in SERVICES
    }
    targets = ",".join(f"{name}={found}" for name, found in addresses.items())
    # Whoever runs elsewhere, or in memory, has no disk here.
    here = [server.name for server in servers if isinstance(server, (Mongo, ApacheKafka, S3))]
    return Program(
        directories,
        label="ops",
        module="deploy.watch.ops",
        port=ports.ops,
        health="/healthz",
        # It stands on nothing: no server's password is its business.
        variables={name: common[name] for name in ("AUTH_JWKS_URL", "PUBLIC_URL", "LOG_FORMAT")}
        | {
            "OPS_HOST": LOOPBACK,
            "OPS_PORT": str(ports.ops),
            "OPS_TARGETS": targets,
            "OPS_MEASURED": f"gateway=http://{LOOPBACK}:{ports.gateway_metrics}",
            "OPS_DATA_DIR": str(directories.of("ops")),
            "OPS_VOLUMES": ",".join(f"{name}={directories.of(name)}" for name in here),
        },
    )
