"""Settings shared by all services, read from the environment once, in `__main__`."""

from __future__ import annotations

from typing import ClassVar, Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Platform(BaseSettings):
    """Where the servers are: the same names on every stack (`MONGO_URL`, `KAFKA_BOOTSTRAP`, …)."""

    model_config = SettingsConfigDict(frozen=True, populate_by_name=True)

    mongo_url: str = "mongodb://127.0.0.1:27117/?directConnection=true&replicaSet=rs0"
    mongo_max_pool: int = 100
    kafka_bootstrap: str = "127.0.0.1:9192"
    kafka_fetch_max_wait_ms: int = 500
    kafka_session_timeout_ms: int = Field(
        default=6_000,
        ge=3_000,
        description="A killed replica's events wait so long; not below the broker's "
        "group.min.session.timeout.ms.",
    )
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
    otlp_endpoint: str | None = Field(
        default=None,
        validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT",
        description="Where spans go by OTLP/HTTP (`http://host:4318`); none: no tracing.",
    )
    trace_ratio: float = Field(
        default=1.0,
        ge=0,
        le=1,
        validation_alias="OTEL_TRACES_SAMPLER_ARG",
        description="How many of the traces that begin here are recorded.",
    )
    http_concurrency: int = Field(
        default=64, ge=1, description="Requests at work in one replica; below MONGO_MAX_POOL."
    )
    http_queue: int = Field(default=512, ge=0, description="Requests waiting for a place.")
    http_queue_seconds: float = Field(
        default=1.0, gt=0, description="Who would wait longer for a place is refused at once."
    )
    http_seconds: float = Field(default=20.0, gt=0, description="For making one answer.")
    http_body_seconds: float = Field(default=10.0, gt=0, description="For a body to arrive …")
    http_body_rate: int = Field(
        default=16 * 1024, gt=0, description="… and a second more for each so many bytes of it."
    )
    http_stranger_rate: int = Field(
        default=64 * 1024, gt=0, description="The same for a large body without login."
    )
    http_lag_seconds: float = Field(
        default=1.0, gt=0, description="An event loop this late makes the service refuse a share."
    )
    http_connections: int = Field(
        default=4096, ge=1, description="Open connections of one replica, idle ones included."
    )
    public_checks_per_minute: int = Field(
        default=60, ge=1, description="Per network address: questions without login."
    )
    creations_per_minute: int = Field(
        default=300, ge=1, description="Per account: POST requests with an Idempotency-Key."
    )
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
    http_concurrency: int | None = Field(
        default=None, ge=1, description="Instead of HTTP_CONCURRENCY, for this service."
    )
    http_queue_seconds: float | None = Field(
        default=None, gt=0, description="Instead of HTTP_QUEUE_SECONDS."
    )
    http_seconds: float | None = Field(default=None, gt=0, description="Instead of HTTP_SECONDS.")
    platform: Platform = Field(default_factory=Platform)

    OWN_SECRETS: ClassVar[tuple[str, ...]] = ()
    """Settings whose defaults are a demo's and public: refused outside of one."""

    @model_validator(mode="after")
    def _not_the_demos(self) -> Self:
        prefix = self.model_config.get("env_prefix", "")
        for name in () if self.demo else self.OWN_SECRETS:
            if getattr(self, name).get_secret_value().startswith("demo-"):
                message = f"{prefix}{name.upper()} must be set: the default one is public"
                raise ValueError(message)
        return self
