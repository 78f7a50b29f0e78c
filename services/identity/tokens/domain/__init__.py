"""Access tokens say whose they are, refresh tokens are exchanged, keys sign and retire."""

from __future__ import annotations

from services.identity.tokens.domain.access import AccessClaims, Holder
from services.identity.tokens.domain.keys import (
    KeyRules,
    SigningKey,
    by_age,
    next_rotation,
    retired,
    signer,
)
from services.identity.tokens.domain.refresh_tokens import (
    RefreshToken,
    RefreshVerdict,
    digest_of_token,
    first_token,
    successor_of,
)

__all__ = [
    "AccessClaims",
    "Holder",
    "KeyRules",
    "RefreshToken",
    "RefreshVerdict",
    "SigningKey",
    "by_age",
    "digest_of_token",
    "first_token",
    "next_rotation",
    "retired",
    "signer",
    "successor_of",
]
