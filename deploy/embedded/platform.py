"""What the platform consists of: every process, its settings, and the order they start in.

Only data: it starts nothing and waits for nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from contracts.topics import SERVICES
from deploy.embedded.demo import ACCOUNTS_FILE
from deploy.embedded.ports import LOOPBACK
from deploy.embedded.servers import S3, Gateway, Kafka, Mongo, Program
from deploy.embedded.servers.base import Place
from deploy.embedded.settings import Ports, StackSettings

# Shared by the notifier and the sinks that play its providers. Not a secret of anybody's: the
# sinks keep demo messages on this machine.
_SMS_SECRET = "demo-sms-centre-secret"  # noqa: S105 - both ends of a demo line
_PUSH_SECRET = "demo-push-service-secret"  # noqa: S105 - both ends of a demo line

BUCKET_UPLOADS, BUCKET_SEALED = "uploads", "sealed"


@dataclass(frozen=True)
class Platform:
    """The processes of one stack."""

    mongo: Mongo
    s3: S3
    kafka: Kafka
    sinks: Program
    tsa: Program
    services: tuple[Program, ...]
    partners: Program
    gateway: Gateway

    @property
    def servers(self) -> tuple[Mongo, S3, Kafka]:
        """What services stand on."""
        return self.mongo, self.s3, self.kafka


def pki_dir(place: Place) -> Path:
    """Where the demo PKI lives."""
    return place.data_dir / "pki"


def build(settings: StackSettings, ports: Ports, place: Place, kafka: Kafka) -> Platform:
    """Every process with the environment it gets."""
    mongo, s3 = Mongo(place, port=ports.mongo), S3(place, port=ports.s3)
    common = _common(settings, ports, (mongo.env(), s3.env(), kafka.env()))
    services = tuple(
        Program(
            place,
            label=name,
            module=f"services.{name}",
            port=getattr(ports, name),
            variables=common | _own(name, ports, place),
        )
        for name in SERVICES
    )
    return Platform(
        mongo=mongo,
        s3=s3,
        kafka=kafka,
        sinks=_sinks(ports, place),
        tsa=_tsa(ports, place),
        services=services,
        partners=_partners(ports, place, common),
        gateway=Gateway(
            place,
            ports=ports,
            bind=settings.gateway_bind,
            trust=pki_dir(place),
            buckets=(BUCKET_UPLOADS, BUCKET_SEALED),
        ),
    )


def _common(
    settings: StackSettings, ports: Ports, servers: tuple[Mapping[str, str], ...]
) -> dict[str, str]:
    variables = {
        "AUTH_JWKS_URL": f"http://{LOOPBACK}:{ports.identity}/v1/jwks.json",
        "PUBLIC_URL": settings.url(ports),
        "LOG_FORMAT": settings.log_format,
    }
    for server in servers:
        variables |= server
    return variables


def _own(name: str, ports: Ports, place: Place) -> dict[str, str]:
    prefix = name.upper()
    variables = {
        f"{prefix}_HOST": LOOPBACK,
        f"{prefix}_PORT": str(getattr(ports, name)),
        f"{prefix}_DATABASE": name,
        f"{prefix}_DEMO": "true",
        f"{prefix}_DEMO_FILE": str(ACCOUNTS_FILE),
    }
    if name == "documents":
        variables |= {
            "DOCUMENTS_PKI_DIR": str(pki_dir(place)),
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
            "NOTIFIER_SMS_SECRET": _SMS_SECRET,
            "NOTIFIER_PUSH_URL": f"{sinks}/push/v1/messages",
            "NOTIFIER_PUSH_SECRET": _PUSH_SECRET,
        }
    return variables


def _sinks(ports: Ports, place: Place) -> Program:
    return Program(
        place,
        label="sinks",
        module="deploy.sinks",
        port=ports.sinks,
        health="/healthz",
        variables={
            "SINKS_HOST": LOOPBACK,
            "SINKS_PORT": str(ports.sinks),
            "SINKS_SMTP_PORT": str(ports.smtp),
            "SINKS_DATA_DIR": str(place.of("sinks")),
            "SINKS_SMS_SECRET": _SMS_SECRET,
            "SINKS_PUSH_SECRET": _PUSH_SECRET,
            "SINKS_DEMO_FILE": str(ACCOUNTS_FILE),
        },
    )


def _tsa(ports: Ports, place: Place) -> Program:
    return Program(
        place,
        label="tsa",
        module="deploy.tsa",
        port=ports.tsa,
        health="/healthz",
        before=("deploy.pki", str(pki_dir(place))),
        variables={
            "TSA_HOST": LOOPBACK,
            "TSA_PORT": str(ports.tsa),
            "TSA_PKI_DIR": str(pki_dir(place)),
        },
    )


def _partners(ports: Ports, place: Place, common: Mapping[str, str]) -> Program:
    return Program(
        place,
        label="partners",
        module="deploy.partners",
        port=ports.partners,
        health="/healthz",
        variables=dict(common) | {"PARTNERS_HOST": LOOPBACK, "PARTNERS_PORT": str(ports.partners)},
    )
