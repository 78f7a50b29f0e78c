"""Settings of scheduling (`SCHEDULING_…`): numbers that an operator may want to change."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from services.chassis.foundation.settings import ServiceSettings


class Settings(ServiceSettings):
    """What scheduling has of its own."""

    model_config = SettingsConfigDict(env_prefix="SCHEDULING_", frozen=True)

    OWN_SECRETS = ("patients_secret", "visits_secret")

    port: int = 8103
    database: str = "scheduling"
    patients_secret: SecretStr = Field(
        default=SecretStr("demo-secret-of-patients"),
        min_length=16,
        description="Decrypts patients (identity's IDENTITY_PATIENTS_SECRET).",
    )
    visits_secret: SecretStr = Field(
        default=SecretStr("demo-secret-of-visits"),
        min_length=16,
        description="Encrypts visits for the clinics' own systems (PARTNERS_VISITS_SECRET).",
    )
    horizon_days: int = Field(default=14, ge=1, le=90, description="Days that can be booked ahead.")
    active_limit: int = Field(
        default=5, ge=1, description="Active appointments that one citizen may hold (A32)."
    )
    bookings_per_day: int = Field(
        default=20, ge=1, description="How often one citizen books in a day, cancelled or not."
    )
    hold: timedelta = Field(
        default=timedelta(minutes=10),
        gt=timedelta(0),
        description="How long a citizen holds a slot while filling in its booking (A5).",
    )
    hold_warning: timedelta = Field(
        default=timedelta(minutes=2),
        gt=timedelta(0),
        description="How long before its end the citizen is told; not at all of shorter holds.",
    )
    hold_limit: int = Field(
        default=2, ge=1, description="Slots that one citizen may hold at a time (A32)."
    )
    holds_per_day: int = Field(
        default=20, ge=1, description="How often one citizen holds a slot in a day."
    )
    pending_stalls: timedelta = Field(
        default=timedelta(hours=24),
        gt=timedelta(0),
        description="After so long without a change a pending visit's citizen is told whom to "
        "turn to (A12).",
    )
    pending_ends: timedelta = Field(
        default=timedelta(hours=3),
        ge=timedelta(0),
        description="So long before its time a visit that is pending still is off.",
    )
    self_cancel_hours: int = Field(
        default=24,
        ge=0,
        description="Hours before the visit until which citizens cancel (d3).",
    )
    wait_limit: int = Field(
        default=5, ge=1, description="Places in line that one citizen may have at once (A17)."
    )
    wait_days: int = Field(
        default=60, ge=1, le=180, description="How far ahead one waits for time at most."
    )
    offer: timedelta = Field(
        default=timedelta(minutes=15),
        gt=timedelta(0),
        description="How long a free slot is held for the first in line (A18); by night until so "
        "long after 8 o'clock, before a near visit less.",
    )
    offers_missed: int = Field(
        default=3, ge=1, description="Who lets so many offers run out leaves the line."
    )
    misses_limit: int = Field(
        default=3, ge=1, description="Missed visits after which booking is limited (A33)."
    )
    misses_within: timedelta = Field(
        default=timedelta(days=90), gt=timedelta(0), description="Within which time they count."
    )
    misses_limited: timedelta = Field(
        default=timedelta(days=30),
        ge=timedelta(0),
        description="For how long booking is limited then.",
    )
    misses_active: int = Field(
        default=1, ge=1, description="Active appointments that one may hold then."
    )
    trusted_cas: Path | None = Field(
        default=None,
        description="A directory of PEM files: the authorities whose certificates citizens may "
        "sign bookings with, and their revocation lists. Without it codes alone confirm (A30).",
    )
    request_limit: int = Field(
        default=3, ge=1, description="Requests to desks that one citizen may have open at once."
    )
    same_day_answer: timedelta = Field(
        default=timedelta(hours=2),
        gt=timedelta(0),
        description="In which a desk answers who asks for a doctor on the same day (A21), within "
        "the clinic's hours.",
    )
    request_hold: timedelta = Field(
        default=timedelta(days=1),
        gt=timedelta(0),
        description="How long time is held that a desk found for somebody; half of what is left "
        "to the visit at most.",
    )
    hotline: str = "8-800-555-35-35"
    video_url: str | None = Field(
        default=None,
        description="Where rooms of video visits are (a Jitsi Meet that believes our tokens); "
        "without it there are none, and it is said so.",
    )
    video_secret: SecretStr | None = Field(
        default=None, description="What the tokens of rooms are signed with (HS256)."
    )
    video_notice: timedelta = Field(
        default=timedelta(hours=1),
        ge=timedelta(0),
        description="How far ahead a video visit is booked at least, for its patient to hear of.",
    )
    video_retry: timedelta = Field(
        default=timedelta(minutes=5),
        gt=timedelta(0),
        description="How often time is looked for where there is none for a video visit.",
    )

    @property
    def self_cancel(self) -> timedelta:
        """How long before the visit a citizen may still cancel."""
        return timedelta(hours=self.self_cancel_hours)
