"""Settings of documents. The limits of uploads are data here, one entry per purpose (d1)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, SecretStr
from pydantic_settings import SettingsConfigDict

from services.chassis.foundation.settings import ServiceSettings

MEGABYTE = 1024 * 1024


class PurposeLimits(BaseModel):
    """What an upload for one purpose may be.

    A scan below `clear_dpi` is taken, and its person is told that the check takes longer (e3): the
    catalogue of certificates says the same as `extra_check_below_dpi`.
    """

    model_config = ConfigDict(frozen=True)

    title: str
    max_bytes: int = Field(default=5 * MEGABYTE, gt=0)
    min_dpi: int | None = Field(default=None, gt=0)
    clear_dpi: int | None = Field(default=150, gt=0)
    max_pages: int = Field(default=30, gt=0)


class Quota(BaseModel):
    """What one person may store in a calendar month. An application has some ten documents."""

    model_config = ConfigDict(frozen=True)

    files: int = Field(default=300, gt=0)
    bytes: int = Field(default=500 * MEGABYTE, gt=0)


PURPOSES: Mapping[str, PurposeLimits] = {
    "attachment": PurposeLimits(title="Документ к заявлению"),
    "card-extract": PurposeLimits(
        title="Выписка из медицинской карты", max_bytes=2 * MEGABYTE, min_dpi=300
    ),
}


class Settings(ServiceSettings):
    """Variables `DOCUMENTS_…`; those of `purposes` and `quota` are JSON and replace the default."""

    model_config = SettingsConfigDict(env_prefix="DOCUMENTS_", frozen=True)

    OWN_SECRETS = ("orders_secret",)

    port: int = 8105
    database: str = "documents"
    orders_secret: SecretStr = Field(
        default=SecretStr("demo-secret-of-orders"),
        min_length=16,
        description="Decrypts what is to be printed (certificates' CERTIFICATES_ORDERS_SECRET).",
    )
    bucket_uploads: str = "uploads"
    bucket_sealed: str = "sealed"
    pki_dir: Path = Path(".run/data/pki")
    tsa_url: str = "http://127.0.0.1:8191/"
    link_seconds: int = Field(default=120, gt=0, le=3600)
    grant_days: int = Field(default=30, gt=0)
    purposes: Mapping[str, PurposeLimits] = PURPOSES
    quota: Quota = Quota()
    http_concurrency: int | None = Field(
        default=32, ge=1, description="Each may hold an upload of some megabytes in memory."
    )
    http_queue_seconds: float | None = Field(default=2.0, gt=0)
    http_seconds: float | None = Field(
        default=60.0, gt=0, description="An inspection waits for its turn and may take long."
    )
    licence: str = "Лицензия Л041-01137-77/00000001"
