"""Settings shared by all services, read from the environment once, in `__main__`."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Platform(BaseSettings):
    """Where the servers are: the same names on every stack (`MONGO_URL`, `KAFKA_BOOTSTRAP`, …)."""

    model_config = SettingsConfigDict(frozen=True)

    mongo_url: str = "mongodb://127.0.0.1:27117/?directConnection=true&replicaSet=rs0"
    mongo_max_pool: int = 100
    kafka_bootstrap: str = "127.0.0.1:9192"
    kafka_fetch_max_wait_ms: int = 500
    s3_endpoint: str = "127.0.0.1:8433"
    s3_access_key: SecretStr = SecretStr("health")
    s3_secret_key: SecretStr = SecretStr("health-secret")
    s3_region: str = "us-east-1"
    s3_secure: bool = False
    auth_jwks_url: str = "http://127.0.0.1:8101/v1/jwks.json"
    auth_issuer: str = "moe-zdorovie"
    auth_audience: str = "moe-zdorovie"
    public_url: str = "http://127.0.0.1:8080"
    trusted_proxies: str = Field(
        default="127.0.0.1", description="Whose X-Forwarded-For is believed (comma-separated)."
    )
    log_format: Literal["json", "console"] = "json"
    log_level: str = "INFO"
    outbox_republish: bool = Field(
        default=False,
        description="Publish everything retained again at start (for a broker that forgets).",
    )


class ServiceSettings(BaseSettings):
    """What each service has of its own; subclasses set the prefix and add to it."""

    model_config = SettingsConfigDict(frozen=True)

    host: str = "127.0.0.1"
    port: int
    database: str
    demo: bool = False
    platform: Platform = Field(default_factory=Platform)
