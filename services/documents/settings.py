"""Settings of documents."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from services.chassis.foundation.settings import ServiceSettings
from services.sealing import Algorithm


class Settings(ServiceSettings):
    """Variables `DOCUMENTS_…`."""

    model_config = SettingsConfigDict(env_prefix="DOCUMENTS_", frozen=True)

    OWN_SECRETS = ("orders_secret", "letters_secret", "keys_secret")

    port: int = 8105
    database: str = "documents"
    orders_secret: SecretStr = Field(
        default=SecretStr("demo-secret-of-orders"),
        min_length=16,
        description="Decrypts what is to be printed (certificates' CERTIFICATES_ORDERS_SECRET).",
    )
    letters_secret: SecretStr = Field(
        default=SecretStr("demo-secret-of-letters"),
        min_length=16,
        description="Encrypts documents that are mailed (NOTIFIER_LETTERS_SECRET).",
    )
    keys_secret: SecretStr = Field(
        default=SecretStr("demo-secret-of-keys"),
        min_length=16,
        description="Wraps private keys at rest. Several with spaces between: the first wraps, all "
        "unwrap; `python -m services.documents rekey` brings every key under the first.",
    )
    key_algorithm: Algorithm = Field(default=Algorithm.P256, description="Of new signing keys.")
    token_module: Path | None = Field(
        default=None, description="A PKCS#11 library: keys may be made and kept in its token."
    )
    token_label: str = Field(default="", description="The token's label.")
    token_pin: SecretStr = Field(default=SecretStr(""), description="The PIN of its user.")
    bucket_uploads: str = "uploads"
    bucket_sealed: str = "sealed"
    pki_dir: Path = Path(".run/data/pki")
    trust_dir: Path | None = Field(
        default=None,
        description="PEM files: roots whose signatures on uploaded PDFs are trusted beside those "
        "of this platform, certificates on the way to them, lists of revoked ones.",
    )
    malware_scanner: str = Field(
        default="off",
        pattern=r"^(off|tcp://[^/\s]+:\d+|unix:///\S+)$",
        description="ClamAV's daemon, which every upload is shown: `tcp://host:port` or "
        "`unix:///path`. `off`: nothing is scanned, and purposes and files say so.",
    )
    malware_seconds: float = Field(default=15.0, gt=0, le=50, description="For one file.")
    tsa_url: str = "http://127.0.0.1:8191/"
    link_seconds: int = Field(default=120, gt=0, le=3600)
    grant_days: int = Field(default=30, gt=0)
    purposes: Mapping[str, Mapping[str, Any]] = Field(
        default={},
        description="Limits of uploads, one entry a purpose (d1); JSON that replaces the default.",
    )
    quota_files: int = Field(default=300, gt=0, description="Of one person in a month.")
    quota_megabytes: int = Field(default=500, gt=0, description="Of one person in a month.")
    http_concurrency: int | None = Field(
        default=32, ge=1, description="Each may hold an upload of some megabytes in memory."
    )
    http_queue_seconds: float | None = Field(default=2.0, gt=0)
    http_seconds: float | None = Field(
        default=60.0, gt=0, description="An inspection waits for its turn and may take long."
    )
