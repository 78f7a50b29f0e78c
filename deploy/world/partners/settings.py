"""Settings of the simulator, from the environment (`PARTNERS_…`)."""

from __future__ import annotations

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from services.chassis.foundation.settings import ServiceSettings


class PartnersSettings(ServiceSettings):
    """Where it listens (health only), its database, and how long an answer takes."""

    model_config = SettingsConfigDict(env_prefix="PARTNERS_", frozen=True)

    port: int = 8192
    database: str = "partners"
    profiles_secret: SecretStr = Field(
        default=SecretStr("demo-secret-of-profiles"),
        description="Decrypts the profiles that the registry checks (IDENTITY_PROFILES_SECRET).",
    )
    records_secret: SecretStr = Field(
        default=SecretStr("demo-secret-of-records"),
        description="Shared with certificates: records of hospitals (CERTIFICATES_RECORDS_SECRET).",
    )
    visits_secret: SecretStr = Field(
        default=SecretStr("demo-secret-of-visits"),
        description="Decrypts visits for the hospitals' book (SCHEDULING_VISITS_SECRET).",
    )
    vaccinations_secret: SecretStr = Field(
        default=SecretStr("demo-secret-of-vaccinations"),
        description="Shared with certificates (CERTIFICATES_VACCINATIONS_SECRET).",
    )
    answer_delay_ms: int = Field(default=0, ge=0, description="Real agencies take their time.")
