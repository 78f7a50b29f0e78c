"""Which image stands for which server: `IMAGE_<NAME>` if set, else a local one, else the official.

Local images are what `make images` builds (`moe-zdorovie/<name>:<version>`); compose and the
tests take the same command and environment to either.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from deploy import ROOT

PREFIX = "moe-zdorovie"

# What is built from this repository has no official image; the rest is what compose was written
# for, and the versions that the local images are built from or are compatible with.
OFFICIAL: Mapping[str, str] = MappingProxyType(
    {
        "mongo": "mongo:6.0",
        "kafka": "apache/kafka:4.1.0",
        "s3": "chrislusf/seaweedfs:4.48",
        "gateway": "caddy:2.11.7",
        "prometheus": "prom/prometheus:v2.53.4",
        "alertmanager": "prom/alertmanager:v0.27.0",
        "grafana": "grafana/grafana:11.6.0",
    }
)
OWN = ("platform", "demo")
NAMES = (*OFFICIAL, *OWN)
MINIO = "minio/minio:RELEASE.2025-04-22T22-12-26Z"


class ImageSettings(BaseSettings):
    """Images named by whoever runs this."""

    model_config = SettingsConfigDict(env_prefix="IMAGE_", env_ignore_empty=True, frozen=True)

    mongo: str | None = None
    kafka: str | None = None
    s3: str | None = None
    gateway: str | None = None
    platform: str | None = None
    demo: str | None = None
    prometheus: str | None = None
    alertmanager: str | None = None
    grafana: str | None = None


class StackSettings(BaseSettings):
    """The settings of `make images`, `make up` and `make down`."""

    model_config = SettingsConfigDict(env_ignore_empty=True, frozen=True)

    compose_project_name: str = PREFIX
    profiles: str = "core,observability,demo"
    s3: Literal["seaweedfs", "minio"] = "seaweedfs"
    volumes: bool = False
    up_seconds: float = Field(default=300.0, description="Until then everything is healthy.")
    base_image: str | None = Field(
        default=None, description="Build only our own images, on this Python; the rest is official."
    )
    debian_suite: str = "bookworm"
    debian_mirror: str | None = None
    debian_security_mirror: str | None = None


@cache
def version() -> str:
    """The version of the project, which every local image carries."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])


def local(name: str) -> str:
    """What `make images` calls the image `name`."""
    return f"{PREFIX}/{name}:{version()}"


def image(name: str, present: Callable[[str], bool], settings: ImageSettings | None = None) -> str:
    """The image to take for `name`; `present` says whether the engine has an image."""
    named: str | None = getattr(settings or ImageSettings(), name)
    if named:
        return named
    if name in OWN or present(local(name)):
        return local(name)
    return OFFICIAL[name]


def environment() -> dict[str, str]:
    """The caller's environment, for the engine's own programs (DOCKER_HOST, PORT_GATEWAY)."""
    # Compose reads settings out of its environment, and this is the settings module.
    return dict(os.environ)  # noqa: TID251 - see above
