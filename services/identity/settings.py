"""Settings of identity, read from `IDENTITY_…` once, in `__main__`."""

from __future__ import annotations

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from services.chassis.foundation.settings import ServiceSettings


class Settings(ServiceSettings):
    """What identity has of its own. A demo's wide limits are a matter of its stack."""

    model_config = SettingsConfigDict(env_prefix="IDENTITY_", frozen=True)

    OWN_SECRETS = (
        "secret",
        "codes_secret",
        "profiles_secret",
        "papers_secret",
        "patients_secret",
        "authenticators_secret",
    )

    port: int = 8101
    database: str = "identity"
    secret: SecretStr = Field(
        default=SecretStr("demo-only-secret-of-identity"),
        min_length=16,
        description="Keys the HMAC of one-time codes and of counters. Required outside a demo.",
    )
    codes_secret: SecretStr = Field(
        default=SecretStr("demo-secret-of-codes"),
        min_length=16,
        description="Encrypts one-time codes for the notifier (its NOTIFIER_CODES_SECRET).",
    )
    profiles_secret: SecretStr = Field(
        default=SecretStr("demo-secret-of-profiles"),
        min_length=16,
        description="Encrypts profiles for the state registry.",
    )
    papers_secret: SecretStr = Field(
        default=SecretStr("demo-secret-of-papers"),
        min_length=16,
        description="Encrypts identity papers for certificates (CERTIFICATES_PAPERS_SECRET).",
    )
    patients_secret: SecretStr = Field(
        default=SecretStr("demo-secret-of-patients"),
        min_length=16,
        description="Encrypts patients for scheduling (SCHEDULING_PATIENTS_SECRET).",
    )
    authenticators_secret: SecretStr = Field(
        default=SecretStr("demo-secret-of-authenticators"),
        min_length=16,
        description="Encrypts the secrets of authenticator apps in the database.",
    )
    code_lifetime_seconds: float = 300
    code_tries: int = 5
    resend_seconds: float = 60
    codes_per_hour: int = Field(
        default=10, description="Codes to one set of contacts, for each who asks (I17)."
    )
    codes_per_site: int = Field(
        default=60, description="Codes a day to one contact, for each IPv4 address or IPv6 /48."
    )
    codes_per_day: int = Field(
        default=600,
        description="Codes a day to one contact for all strangers together; known devices go on.",
    )
    codes_from_network: int = Field(
        default=60,
        description="Codes an hour that one IPv4 address, IPv6 /64 or account has sent, to all "
        "contacts together; logins with the right password are not counted.",
    )
    codes_from_site: int = Field(
        default=600, description="The same a day, for each IPv4 address or IPv6 /48."
    )
    phone_countries: tuple[str, ...] = Field(
        default=("RU",), description="Countries (ISO 3166) whose mobile numbers get codes."
    )
    requests_per_minute: int = Field(
        default=120, description="Per network address, over all routes without a token (I17)."
    )
    guesses_per_day: int = Field(
        default=50,
        description="Wrong codes per purpose and phone or address (or all known devices of an "
        "account), over all codes of six digits; from then on codes have ten.",
    )
    profiles_per_day: int = Field(
        default=10, description="Checks of the state registry that one account asks for."
    )
    attachments_per_year: int = Field(
        default=2, description="How often a year a citizen chooses a clinic: once, and for a move."
    )
    invitations_per_day: int = Field(
        default=5, description="How often a day one member of staff is invited again."
    )
    temporary_policy_days: int = Field(
        default=75, ge=1, description="Longest term of a temporary policy: 45 working days (A25)."
    )
    people_searches_per_hour: int = Field(
        default=60, description="People that one member of staff looks for (K7)."
    )
    claims_per_day: int = Field(
        default=10, description="Checks of the civil registry that one account asks for."
    )
    offers_per_day: int = Field(
        default=50, description="Whom the head of organisations asks to represent them, a day."
    )
    wards_limit: int = Field(
        default=20, ge=1, description="Children whom one account represents, or asks to, at once."
    )
    lock_after: int = Field(
        default=5, description="Wrong passwords of one device or network for one login (I5)."
    )
    lock_seconds: float = 900
    passwords_per_network: int = Field(
        default=100, description="Wrong passwords an hour of one network, over all logins."
    )
    passwords_per_day: int = Field(
        default=100,
        description="Wrong passwords of strangers (or of all known devices together) for one "
        "login; from then on no answer tells whether one was right, and the code goes to the "
        "owner alone.",
    )
    staff_password_days: int = Field(
        default=180, ge=1, description="Older passwords of staff must change at a login (e11)."
    )
    access_token_seconds: int = 600
    refresh_token_days: float = 30
    refresh_grace_seconds: float = Field(
        default=10,
        ge=0,
        le=60,
        description="How long an exchanged refresh token gets the same successor again.",
    )
    act_seconds: int = Field(
        default=300, ge=30, le=1800, description="How long a signer's act for one document is good."
    )
    signing_session_seconds: int = Field(
        default=1800, ge=60, le=1800, description="How long a signing session lasts (K5)."
    )
    key_rotation_days: float = 30
    password_memory_kib: int = 47_104  # OWASP: 46 MiB, one pass, one lane
    password_time_cost: int = 1
    password_parallelism: int = 1
    password_workers: int = 2
    password_queue: int = Field(
        default=100, description="Waiting for a worker; more are told to wait."
    )
