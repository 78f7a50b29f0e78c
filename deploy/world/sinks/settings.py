"""Settings of the sinks (`SINKS_…`)."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class SinksSettings(BaseSettings):
    """Where they listen, what they keep, and the secrets they share with the services."""

    model_config = SettingsConfigDict(env_prefix="SINKS_", frozen=True)

    host: str = "127.0.0.1"
    port: int = 8190
    smtp_port: int = 2525
    data_dir: Path
    sms_secret: SecretStr
    push_secret: SecretStr
    video_secret: SecretStr | None = None
    demo_file: Path | None = None
