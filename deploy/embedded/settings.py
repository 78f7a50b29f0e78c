"""What can be set about the embedded stack, read from the environment in this one place."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parents[2]

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

    @staticmethod
    def setting(name: str) -> str:
        """The name of the environment variable that moves port `name`."""
        return f"PORT_{name.upper()}"


class StackSettings(BaseSettings):
    """The settings of `make run`, in the words its user types."""

    model_config = SettingsConfigDict(env_ignore_empty=True, frozen=True)

    run_dir: Path = ROOT / ".run"
    cache_dir: Path = ROOT / ".run" / "cache"
    fresh: bool = False
    kafka: KafkaKind | None = None
    gateway_bind: str = "127.0.0.1"
    public_url: str | None = None
    log_format: str = "console"
    no_color: str | None = Field(default=None, description="any value: no colours (no-color.org)")

    def url(self, ports: Ports) -> str:
        """Where the outside reaches the gateway."""
        return (self.public_url or f"http://127.0.0.1:{ports.gateway}").rstrip("/")


def inherited_environment() -> dict[str, str]:
    """The caller's environment without anything that would configure a process of ours."""
    # What children inherit is not a setting of ours, and this is the settings module.
    inherited = os.environ  # noqa: TID251 - see above
    return {name: value for name, value in inherited.items() if not name.startswith(_OURS)}
