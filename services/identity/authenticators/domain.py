"""Codes of an authenticator app (RFC 6238: SHA-1, six digits, thirty seconds).

A code is good once: the step that it belongs to is kept. A clock may be one step off.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pyotp

ISSUER = "Моё здоровье"
DRIFT = 1
"""How many steps a clock may be off, either way."""
PENDING = timedelta(minutes=15)
"""How long an app may take to be connected."""


@dataclass(frozen=True)
class Authenticator:
    """An app that an account's owner connected; `secret` is encrypted, `step` the last one used."""

    account_id: str
    secret: str = field(repr=False)
    since: datetime
    step: int


@dataclass(frozen=True)
class Enrolment:
    """An app that is being connected: its first code is awaited."""

    account_id: str
    secret: str = field(repr=False)
    forget_at: datetime


def new_secret() -> str:
    """160 random bits in base32, as apps take them."""
    return pyotp.random_base32()


def uri_of(secret: str, owner: str) -> str:
    """What an app is given (`otpauth://…`), also as a QR code."""
    return pyotp.TOTP(secret, name=owner, issuer=ISSUER).provisioning_uri()


def accepted_step(secret: str, code: str, now: datetime, *, after: int = 0) -> int | None:
    """The step whose code this is, if that is near and none of it or later was used; else None."""
    app = pyotp.TOTP(secret)
    current = app.timecode(now)
    for step in range(current - DRIFT, current + DRIFT + 1):
        if step > after and hmac.compare_digest(app.generate_otp(step).encode(), code.encode()):
            return step
    return None
