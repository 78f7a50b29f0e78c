"""Settings of the acquirer (`ACQUIRER_…`)."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class AcquirerSettings(BaseSettings):
    """Where it listens, what it keeps, whom it tells, and the secret that it shares with them."""

    model_config = SettingsConfigDict(env_prefix="ACQUIRER_", frozen=True)

    host: str = "127.0.0.1"
    port: int = 8193
    data_dir: Path
    secret: SecretStr
    public_url: str
    """The platform's address for people: its page is `/pay/…` there."""
    callback_url: str
    refund_seconds: float = 1.0
    """How long money is on its way back."""
    retry_seconds: float = 0.5
    """After how long a callback is first told again; twice as long each time."""
