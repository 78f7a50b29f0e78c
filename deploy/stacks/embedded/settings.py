"""What can be set about the embedded stack, read from the environment in this one place."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from deploy import ROOT

# Names that configure a process of ours. A value left in the caller's shell must not reach the
# children unnoticed: they get exactly what the stack decides.
_OURS = (
    "AUTH_",
    "CERTIFICATES_",
    "DOCUMENTS_",
    "IDENTITY_",
    "KAFKA",
    "MONGO",
    "NOTIFIER_",
    "OPS_",
    "OUTBOX_",
    "PARTNERS_",
    "PORT_",
    "S3_",
    "SCHEDULING_",
    "SINKS_",
    "TSA_",
)


class KafkaKind(StrEnum):
    """Which program answers the Kafka protocol."""

    APACHE = "apache"
    MEMORY = "memory"


class Ports(BaseSettings):
    """Every port that the stack listens on, each with its setting `PORT_<NAME>`."""

    model_config = SettingsConfigDict(env_prefix="PORT_", env_ignore_empty=True, frozen=True)

    gateway: int = 8080
    identity: int = 8101
    certificates: int = 8102
    scheduling: int = 8103
    notifier: int = 8104
    documents: int = 8105
    mongo: int = 27117
    kafka: int = 9192
    kafka_controller: int = 9193
    s3: int = 8433
    smtp: int = 2525
    sinks: int = 8190
    tsa: int = 8191
    partners: int = 8192
    ops: int = 8193
    gateway_metrics: int = 8194
    acquirer: int = 8195

    @staticmethod
    def setting(name: str) -> str:
        """The name of the environment variable that moves port `name`."""
        return f"PORT_{name.upper()}"


class GivenServers(BaseSettings):
    """Where the servers are with `SERVERS=given`: the names that services know them by."""

    model_config = SettingsConfigDict(env_ignore_empty=True, frozen=True)

    mongo_url: str
    kafka_bootstrap: str
    s3_endpoint: str
    s3_access_key: str
    s3_secret_key: SecretStr
    s3_region: str = "us-east-1"
    s3_secure: bool = False


class StackSettings(BaseSettings):
    """The settings of `make run`, in the words its user types."""

    model_config = SettingsConfigDict(env_ignore_empty=True, frozen=True)

    run_dir: Path = ROOT / ".run"
    cache_dir: Path = ROOT / ".run" / "cache"
    fresh: bool = False
    demo: bool = Field(
        default=True, description="false: no demo people, secrets of its own, limits for citizens"
    )
    pki_dir: Path | None = Field(
        default=None, description="roots, authorities and lists of an outside authority, as files"
    )
    kafka: KafkaKind | None = None
    servers: Literal["own", "given"] = Field(
        default="own", description="given: on the servers of MONGO_URL, KAFKA_BOOTSTRAP, S3_…"
    )
    replicas: int = Field(
        default=1, ge=1, le=9, description="processes of each service; more than one needs Apache"
    )
    gateway_bind: str = "127.0.0.1"
    public_url: str | None = None
    log_format: Literal["console", "json"] = Field(
        default="console", description="of the terminal; the files have JSON lines"
    )
    no_color: str | None = Field(default=None, description="any value: no colours (no-color.org)")

    def url(self, ports: Ports) -> str:
        """Where the outside reaches the gateway."""
        return (self.public_url or f"http://127.0.0.1:{ports.gateway}").rstrip("/")


def inherited_environment() -> dict[str, str]:
    """The caller's environment without anything that would configure a process of ours."""
    # What children inherit is not a setting of ours, and this is the settings module.
    inherited = os.environ  # noqa: TID251 - see above
    return {name: value for name, value in inherited.items() if not name.startswith(_OURS)}
