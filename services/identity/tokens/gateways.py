"""What identity signs, as JWT (ES256): access tokens for ten minutes, and acts of signers.

Their verifiers are `services.chassis.http.auth` and `services.chassis.http.acts`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey

from services.chassis.http.acts import Act
from services.identity.tokens.domain import AccessClaims, SigningKey, by_age

_ALGORITHM = "ES256"


def new_key(now: datetime) -> SigningKey:
    """A fresh key; its id is the thumbprint."""
    key = ECKey.generate_key("P-256", {"use": "sig", "alg": _ALGORITHM}, auto_kid=True)
    return SigningKey(str(key.kid), dict(key.as_dict(private=True)), now)


def key_set(keys: Sequence[SigningKey]) -> dict[str, Any]:
    """The JWKS document: public halves only."""
    return {"keys": [_public(key) for key in by_age(keys)]}


def _public(key: SigningKey) -> dict[str, Any]:
    public = ECKey.import_key(dict(key.private)).as_dict(private=False)
    return {**public, "kid": key.kid}


@dataclass(frozen=True)
class Signer:
    """Signs for the platform."""

    issuer: str
    audience: str
    lifetime_seconds: int

    def sign(self, key: SigningKey, claims: AccessClaims) -> str:
        """An access token."""
        holder, issued_at = claims.holder, int(claims.now.timestamp())
        claimed: dict[str, Any] = {
            "iss": self.issuer,
            "aud": self.audience,
            "sub": holder.account_id,
            "iat": issued_at,
            "exp": issued_at + self.lifetime_seconds,
            "jti": claims.token_id,
            "roles": list(holder.roles),
            "level": holder.level,
        }
        if holder.posts:
            claimed["posts"] = [
                {"role": role, "clinic_id": clinic_id} if clinic_id else {"role": role}
                for role, clinic_id in holder.posts
            ]
        said = {"name": holder.name, "position": holder.position, "right_id": claims.right_id}
        claimed |= {claim: text for claim, text in said.items() if text}
        if claims.actor:
            claimed["act"] = {"sub": claims.actor}  # RFC 8693
        return self._encoded(key, claimed)

    def sign_act(self, key: SigningKey, act: Act) -> str:
        """A signer's act as a token."""
        return self._encoded(key, act.claims(self.issuer, self.audience))

    @staticmethod
    def _encoded(key: SigningKey, claimed: dict[str, Any]) -> str:
        header = {"alg": _ALGORITHM, "kid": key.kid}
        private = ECKey.import_key(dict(key.private))
        return jwt.encode(header, claimed, private, algorithms=[_ALGORITHM])
