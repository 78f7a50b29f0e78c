"""What a demo allows that no installation for citizens may: the same few people log in all day.

Every stack gives it to its programs by their environment; the services themselves know no demo
limits. Outside a demo compose refuses these values.
"""

from __future__ import annotations

from collections.abc import Mapping

DEMO_LIMITS: Mapping[str, str] = {
    "IDENTITY_RESEND_SECONDS": "3",
    "IDENTITY_CODES_PER_HOUR": "1000",
    "IDENTITY_CODES_PER_SITE": "10000",
    "IDENTITY_CODES_PER_DAY": "10000",
    "IDENTITY_CODES_FROM_NETWORK": "10000",
    "IDENTITY_CODES_FROM_SITE": "100000",
    "IDENTITY_PASSWORDS_PER_NETWORK": "1000",
    "IDENTITY_PROFILES_PER_DAY": "1000",
    "IDENTITY_REQUESTS_PER_MINUTE": "6000",
}
