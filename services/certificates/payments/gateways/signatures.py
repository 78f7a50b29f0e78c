"""What is said on the line to the acquirer is signed: by whom, when, and which way it goes.

`X-Signature: t=<seconds>,v1=<hex>`, HMAC-SHA256 under the secret of both over
`<way>.<seconds>.<body>`: what was said one way cannot be said back, and not much later again.
"""

from __future__ import annotations

import hmac
import re
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from services.certificates.payments.errors import CallbackForgedError, CallbackStaleError

HEADER = "X-Signature"
FRESH = timedelta(minutes=5)
_FORM = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})", re.ASCII)


class Way(StrEnum):
    """Which way a message goes."""

    REQUEST = "request"
    CALLBACK = "callback"


def signature(secret: str, way: Way, message: bytes, at: datetime) -> str:
    """The value of the header."""
    seconds = int(at.timestamp())
    return f"t={seconds},v1={_digest(secret, way, seconds, message)}"


def verify(secret: str, way: Way, message: bytes, given: str, now: datetime) -> None:
    """Refuse what was not signed so, or not now.

    Raises:
        CallbackForgedError: not by who has the secret.
        CallbackStaleError: too long ago, or in the future.
    """
    found = _FORM.fullmatch(given)
    seconds = int(found[1]) if found else 0
    expected = _digest(secret, way, seconds, message)
    if found is None or not hmac.compare_digest(found[2], expected):
        raise CallbackForgedError
    if abs(now.timestamp() - seconds) > FRESH.total_seconds():
        raise CallbackStaleError


def _digest(secret: str, way: Way, seconds: int, message: bytes) -> str:
    said = f"{way}.{seconds}.".encode() + message
    return hmac.new(secret.encode(), said, sha256).hexdigest()
