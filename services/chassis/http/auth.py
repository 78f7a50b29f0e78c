"""Who is asking: access tokens verified offline against identity's key set.

The key set is the one thing a service asks another for: fetched in the background, cached,
refreshed on an unknown key. Nothing here issues tokens.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import httpx2
import structlog
from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from contracts.roles import Role
from services.chassis.foundation.errors import (
    AccidentError,
    ForbiddenError,
    NotConfirmedError,
    UnauthenticatedError,
)
from services.chassis.foundation.faults import redacted
from services.chassis.foundation.tasks import repeat
from services.chassis.http.facilities import find
from services.chassis.telemetry.calls import outbound_call
from services.chassis.telemetry.journey import known, travelling
from services.chassis.telemetry.metrics import Metrics
from services.chassis.telemetry.tracing import journey_from, outgoing_headers

log = structlog.get_logger(__name__)

ALGORITHMS = ["ES256"]
_REFRESH_SECONDS = 300.0
_RETRY_SECONDS = 2.0
_FIRST_RETRY_SECONDS = 0.3
_LEEWAY_SECONDS = 30
_REMEMBERED = 4096


@dataclass(frozen=True)
class Principal:
    """The holder of a valid token. `level` is «registered» or «confirmed» (I9)."""

    subject: str
    roles: frozenset[Role]
    level: str = "registered"
    clinic_id: str | None = None

    @property
    def confirmed(self) -> bool:
        """Whether the state registry confirmed this person."""
        return self.level == "confirmed"


class NoKeysError(AccidentError):
    """The key set has not been fetched yet: no token can be verified."""

    def __init__(self) -> None:
        super().__init__("no key set yet")


FetchKeys = Callable[[], Awaitable[dict[str, Any]]]


def fetch_from(url: str, metrics: Metrics | None = None) -> FetchKeys:
    """Fetch a JWKS document over HTTP; a call made by nobody's request is a journey of its own."""

    async def fetch() -> dict[str, Any]:
        journey = known() or journey_from(None, None, "keys")
        about = {"http.request.method": "GET"}
        with travelling(journey), outbound_call("jwks", metrics, "GET", about, patient=True):
            async with httpx2.AsyncClient(timeout=3.0) as client:
                answer = await client.get(url, headers=outgoing_headers())
                answer.raise_for_status()
                found: dict[str, Any] = answer.json()
                return found

    return fetch


class TokenVerifier:
    """Verifies access tokens; keeps the key set fresh in the background."""

    def __init__(self, fetch: FetchKeys, *, issuer: str, audience: str) -> None:
        self._fetch = fetch
        self._claims = jwt.JWTClaimsRegistry(
            leeway=_LEEWAY_SECONDS,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sub={"essential": True},
        )
        self._keys: KeySet | None = None
        self._asked_at = -_RETRY_SECONDS
        self._verified: dict[bytes, tuple[Principal, float]] = {}

    async def run(self) -> None:
        """Keep the keys fresh until cancelled."""

        async def step() -> float:
            await self.refresh()
            return _REFRESH_SECONDS

        def failed(error: Exception, _: float) -> None:
            log.debug("the key set is not there yet", error=redacted(error))

        await repeat(step, failed, first=_FIRST_RETRY_SECONDS, longest=_RETRY_SECONDS)

    async def refresh(self) -> None:
        """Fetch the key set now. What the old one verified is forgotten: a key may be revoked."""
        self._keys = KeySet.import_key_set(await self._fetch())  # type: ignore[arg-type] # a parsed JWKS document
        self._verified.clear()

    @property
    def ready(self) -> bool:
        """Whether tokens can be verified."""
        return self._keys is not None

    async def principal(self, token: str) -> Principal:
        """The holder of this token. One that was verified is known until it expires.

        Raises:
            UnauthenticatedError: expired, forged, or not for us.
            NoKeysError: the key set is not there yet.
        """
        known = self._verified.get(sha256(token.encode()).digest())
        if known is not None and time.time() < known[1]:
            return known[0]
        try:
            return self._decode(token)
        except (UnauthenticatedError, NoKeysError):
            # an overlapping key may be newer than our copy
            if time.monotonic() - self._asked_at < _RETRY_SECONDS:
                raise
            self._asked_at = time.monotonic()
            try:
                await self.refresh()
            except Exception as error:
                log.info("the key set could not be refreshed", error=redacted(error))
        return self._decode(token)

    async def subject(self, authorization: str) -> str | None:
        """Whose valid token an `Authorization` header carries; None: nobody's."""
        try:
            return (await self.principal(_token_of(authorization))).subject
        except (UnauthenticatedError, NoKeysError):
            return None

    def _decode(self, token: str) -> Principal:
        if self._keys is None:
            raise NoKeysError
        try:
            claims = jwt.decode(token, self._keys, algorithms=ALGORITHMS).claims
            self._claims.validate(claims)
            principal = Principal(
                subject=claims["sub"],
                roles=frozenset(Role(r) for r in claims.get("roles", ())),
                level=claims.get("level", "registered"),
                clinic_id=claims.get("clinic_id"),
            )
            expires = float(claims["exp"])
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise UnauthenticatedError from error
        self._remember(token, principal, expires)
        return principal

    def _remember(self, token: str, principal: Principal, expires: float) -> None:
        """Half of a request's own work is the signature; a person sends many with one token."""
        if len(self._verified) >= _REMEMBERED:
            self._verified.clear()
        self._verified[sha256(token.encode()).digest()] = (principal, expires)


def _token_of(authorization: str) -> str:
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise UnauthenticatedError
    return token.strip()


_SCHEME = HTTPBearer(
    auto_error=False,  # our own refusals are problem+json
    scheme_name="access-token",
    description="`POST /api/identity/v1/sessions`, then its confirmation, gives one.",
)


async def anyone(request: Request, _: object = Depends(_SCHEME)) -> Principal:
    """The holder of any valid token. The scheme is for the API pages: it reads nothing here."""
    verifier = find(request.app, TokenVerifier)
    principal = await verifier.principal(_token_of(request.headers.get("authorization", "")))
    request.state.subject = principal.subject  # for the log line of the request
    return principal


def require(*roles: Role, confirmed: bool = False) -> Callable[..., Awaitable[Principal]]:
    """A FastAPI dependency: one of these roles, and (where asked) a confirmed account."""
    wanted = frozenset(roles)

    async def holder(principal: Principal = Depends(anyone)) -> Principal:
        if not principal.roles & wanted:
            raise ForbiddenError
        if confirmed and not principal.confirmed:
            raise NotConfirmedError
        return principal

    return holder
