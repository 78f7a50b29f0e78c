"""What the holder of an access token may be: identity says it in every token."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a token holder may be. A person can be a citizen and staff, with a token for each."""

    CITIZEN = "citizen"
    DOCTOR = "doctor"
    REGISTRAR = "registrar"
    SUPPORT = "support"
    ADMINISTRATOR = "administrator"
    SRE = "sre"
    SYSTEM = "system"
