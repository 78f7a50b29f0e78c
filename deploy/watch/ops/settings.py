"""Settings of the watcher (`OPS_…`), and of the platform whose tokens it accepts."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from contracts.topics import SERVICES
from deploy.watch.ops import volumes
from deploy.watch.ops.targets import Targets, parsed
from deploy.watch.ops.volumes import Places
from services.chassis.foundation.settings import Platform

_FIRST_PORT = 8101


class OpsSettings(BaseSettings):
    """Where it listens, whom it watches and how often, where it keeps notices."""

    model_config = SettingsConfigDict(env_prefix="OPS_", frozen=True)

    host: str = "127.0.0.1"
    port: int = 8193
    targets: str = Field(
        default=",".join(
            f"{name}=http://127.0.0.1:{port}" for port, name in enumerate(SERVICES, _FIRST_PORT)
        ),
        description=(
            "`service=address` with commas between services and `|` between addresses. A host name "
            "is resolved anew each time: each of its addresses is a replica."
        ),
    )
    measured: str = Field(
        default="",
        description=(
            "Written as `targets`: of these only `/metrics` is read, and nobody's health depends "
            "on them. The gateway: `gateway=http://127.0.0.1:8194`."
        ),
    )
    data_dir: Path
    volumes: str = Field(
        default="",
        description="`mongo=/path,kafka=/path,s3=/path`: file systems whose room is measured.",
    )
    poll_seconds: float = Field(default=5.0, gt=0)
    keep_seconds: float = Field(default=3600.0, gt=0)
    confirm_polls: int = Field(
        default=2, ge=1, description="So many polls in a row make a change: one miss is none."
    )
    platform: Platform = Field(default_factory=Platform)

    @field_validator("targets", "measured")
    @classmethod
    def _readable(cls, text: str) -> str:
        parsed(text)
        return text

    @field_validator("volumes")
    @classmethod
    def _places(cls, text: str) -> str:
        volumes.parsed(text)
        return text

    @property
    def places(self) -> Places:
        """Volume → where it is."""
        return volumes.parsed(self.volumes)

    @property
    def watched(self) -> Targets:
        """Service → addresses."""
        return parsed(self.targets)

    @property
    def measured_only(self) -> Targets:
        """Name → addresses of what has numbers and no health."""
        return parsed(self.measured)
