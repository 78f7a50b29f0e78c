"""Settings of certificates, read from `CERTIFICATES_…`."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from services.chassis.foundation.settings import ServiceSettings


class Settings(ServiceSettings):
    """What certificates has of its own."""

    model_config = SettingsConfigDict(env_prefix="CERTIFICATES_", frozen=True)

    OWN_SECRETS = ("papers_secret", "orders_secret", "records_secret", "vaccinations_secret")

    port: int = 8102
    database: str = "certificates"
    papers_secret: SecretStr = Field(
        default=SecretStr("demo-secret-of-papers"),
        min_length=16,
        description="Decrypts identity papers (identity's IDENTITY_PAPERS_SECRET).",
    )
    orders_secret: SecretStr = Field(
        default=SecretStr("demo-secret-of-orders"),
        min_length=16,
        description="Encrypts what is to be printed (documents' DOCUMENTS_ORDERS_SECRET).",
    )
    records_secret: SecretStr = Field(
        default=SecretStr("demo-secret-of-records"),
        min_length=16,
        description="Shared with the hospitals' system: records asked for and answered.",
    )
    vaccinations_secret: SecretStr = Field(
        default=SecretStr("demo-secret-of-vaccinations"),
        min_length=16,
        description="Shared with the register of vaccinations.",
    )
    record_days: int = Field(
        default=365,
        ge=1,
        description="How many days back a record is asked for where the form names no period.",
    )
    record_retry: timedelta = Field(
        default=timedelta(seconds=20),
        gt=timedelta(0),
        description="After which time a record is asked for again; it doubles, up to an hour.",
    )
    record_patience: timedelta = Field(
        default=timedelta(minutes=4),
        gt=timedelta(0),
        description="How long a certificate without a doctor waits for the answer of a register.",
    )
    catalogue: Path = Field(
        default=Path(__file__).parent / "catalogue",
        description="The data files: certificate types, calendars, consent texts.",
    )
    former_clinic: str | None = Field(
        default=None,
        description="The id of the clinic that decides about applications from before they named "
        "one; without it no doctor sees those.",
    )
    region: str = Field(
        default="RU",
        description="Whose days off count where a clinic names no region (ISO 3166-2).",
    )
    trusted_cas: Path | None = Field(
        default=None,
        description="A directory of PEM files: the authorities (roots and others) whose "
        "certificates citizens may sign applications with, and their revocation lists. Without it "
        "applications are confirmed by codes alone.",
    )
    hotline: str = Field(default="8-800-555-35-35", description="The support's number (n24).")
    support_email: str | None = Field(
        default=None, description="Where the support reads of applications that are late."
    )
    support_after: timedelta = Field(
        default=timedelta(days=7),
        description="After so long in processing a late application goes to the support (n16).",
    )
    department_after: timedelta = Field(
        default=timedelta(hours=48),
        description="So long later it goes to the clinic's department that issues (n17).",
    )
    reapply_after: timedelta = Field(
        default=timedelta(hours=48),
        description="So long later its citizen is offered to apply again (e14).",
    )
    claim_lease: timedelta = Field(
        default=timedelta(hours=2),
        gt=timedelta(0),
        description="How long a doctor keeps an application without deciding.",
    )
    claims_per_doctor: int = Field(
        default=10, ge=1, description="How many applications one doctor keeps at a time."
    )
    applies_from_age: int = Field(
        default=18,
        ge=14,
        le=18,
        description="From which age a citizen applies alone; before it a representative does.",
    )
    drafts_per_citizen: int = Field(
        default=10, ge=1, description="How many drafts one citizen keeps at a time."
    )
    drafts_per_day: int = Field(
        default=30,
        ge=1,
        description="How many drafts one citizen begins in a day, withdrawn or not.",
    )
    applications_per_citizen: int = Field(
        default=20, ge=1, description="How many applications of one citizen wait for a decision."
    )
    payee: str = Field(
        default="00000000",
        pattern=r"^[0-9]{8}$",
        description="The payee's number at the treasury, which bill numbers (УИН) begin with.",
    )
    bill_valid: timedelta = Field(
        default=timedelta(days=3), gt=timedelta(0), description="How long a bill can be paid."
    )
    payment_lasts: timedelta = Field(
        default=timedelta(minutes=20),
        gt=timedelta(0),
        description="How long one attempt to pay at the acquirer may take.",
    )
    acquirer_url: Annotated[str | None, BeforeValidator(lambda url: url or None)] = Field(
        default=None,
        description="Where cards are charged; without it bills are paid through the treasury only.",
    )
    acquirer_secret: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="Signs requests to the acquirer and its callbacks; both have it.",
    )
    acquirer_poll: timedelta = Field(
        default=timedelta(seconds=30),
        gt=timedelta(0),
        description="How soon the acquirer is asked where its callback does not come.",
    )

    bulk_rows: int = Field(
        default=10_000, ge=1, description="How many employees one bulk of an organisation has."
    )
    bulk_rows_per_day: int = Field(
        default=20_000, ge=1, description="How many rows of bulks an organisation sends in a day."
    )
    prepared_per_employee: int = Field(
        default=5, ge=1, description="How many drafts organisations keep waiting for one citizen."
    )

    @model_validator(mode="after")
    def _both(self) -> Self:
        if self.acquirer_url is not None and self.acquirer_secret is None:
            message = "CERTIFICATES_ACQUIRER_SECRET must be set where CERTIFICATES_ACQUIRER_URL is"
            raise ValueError(message)
        return self
