"""Settings of the notifier (`NOTIFIER_…`): its providers and how hard they may be pressed."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from services.chassis.foundation.settings import ServiceSettings


class Settings(ServiceSettings):
    """Where messages go out. The default secrets fit the demo sinks and nothing else."""

    model_config = SettingsConfigDict(env_prefix="NOTIFIER_", frozen=True)

    OWN_SECRETS = ("codes_secret", "letters_secret")

    port: int = 8104
    database: str = "notifier"

    codes_secret: SecretStr = Field(
        default=SecretStr("demo-secret-of-codes"),
        min_length=16,
        description="Decrypts one-time codes (identity's IDENTITY_CODES_SECRET).",
    )
    letters_secret: SecretStr = Field(
        default=SecretStr("demo-secret-of-letters"),
        min_length=16,
        description="Decrypts documents to be mailed (documents' DOCUMENTS_LETTERS_SECRET).",
    )

    sms_url: str = "http://127.0.0.1:8190/sms/v1/messages"
    sms_secret: SecretStr = SecretStr("demo-sms-centre-secret")
    push_url: str = "http://127.0.0.1:8190/push/v1/messages"
    push_secret: SecretStr = SecretStr("demo-push-service-secret")
    smtp_host: str = "127.0.0.1"
    smtp_port: int = 2525
    smtp_security: Literal["none", "starttls", "tls"] = "none"
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    mail_from: str = "no-reply@zdorovie.example"

    sms_concurrency: int = 16
    email_concurrency: int = 8
    push_concurrency: int = 16
    provider_timeout: float = Field(default=10.0, gt=0, le=30)
    """Seconds for one attempt in all; well below the 60 s for which a timer is leased."""
    short_url: str = ""
    """Stands before the short links of SMS, for example `https://mz.example`; a host of few letters
    leaves more of the 70 to the words. Empty: the public address."""
    timezone: str = "Europe/Moscow"
    """For dates that belong to no place; a visit's own time zone always wins."""
