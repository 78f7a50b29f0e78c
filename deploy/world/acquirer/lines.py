"""The line to a merchant: signed both ways, fresh only.

`X-Signature: t=<seconds>,v1=<hex>`, HMAC-SHA256 over `<way>.<seconds>.<message>`; the message of a
request begins with its method and path.
"""

from __future__ import annotations

import hmac
import re
import time
from hashlib import sha256

HEADER = "X-Signature"
REQUEST, CALLBACK = "request", "callback"
_FRESH_SECONDS = 300
_FORM = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})", re.ASCII)


def signed(secret: str, way: str, message: bytes, at: float | None = None) -> str:
    """The value of the header."""
    seconds = int(time.time() if at is None else at)
    return f"t={seconds},v1={_digest(secret, way, seconds, message)}"


def admits(secret: str, way: str, message: bytes, given: str) -> bool:
    """Whether that was signed so, and just now."""
    found = _FORM.fullmatch(given)
    if found is None or abs(time.time() - int(found[1])) > _FRESH_SECONDS:
        return False
    return hmac.compare_digest(found[2], _digest(secret, way, int(found[1]), message))


def _digest(secret: str, way: str, seconds: int, message: bytes) -> str:
    said = f"{way}.{seconds}.".encode() + message
    return hmac.new(secret.encode(), said, sha256).hexdigest()
