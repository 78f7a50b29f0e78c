"""Who is asking: access tokens verified offline against identity's key set.

Nothing here issues tokens.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from hashlib import sha256
from inspect import Parameter, Signature
from typing import Any

from fastapi import Request
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase
from joserfc import jwt
from joserfc.errors import JoseError

from contracts.roles import Role
from services.chassis.foundation.errors import (
    ForbiddenError,
    NotConfirmedError,
    OnlyForOneselfError,
    UnauthenticatedError,
)
from services.chassis.http.facilities import find
from services.chassis.http.headers import asked_of
from services.chassis.http.keys import FetchKeys, NoKeysError, NotSignedError, PublishedKeys

LEEWAY_SECONDS = 30
_REMEMBERED = 16_384  # about half a kilobyte each


@dataclass(frozen=True)
class Post:
    """A role at a clinic; without `clinic_id` on the whole platform."""

    role: Role
    clinic_id: str | None = None


@dataclass(frozen=True)
class Principal:
    """The holder of a valid token. `level` is «registered» or «confirmed» (I9).

    `subject` is whom everything is done for. `actor` is who does it, where that is another
    (RFC 8693 `act`), by the right `right_id` (I11, I12). Staff have a name and a position.
    """

    subject: str
    roles: frozenset[Role]
    level: str = "registered"
    posts: frozenset[Post] = frozenset()
    actor: str | None = None
    right_id: str | None = None
    name: str | None = None
    position: str | None = None

    @property
    def confirmed(self) -> bool:
        """Whether the state registry confirmed this person."""
        return self.level == "confirmed"

    @property
    def hands(self) -> str:
        """Whose hands these are: the representative's, or the subject's own."""
        return self.actor or self.subject

    @property
    def caller(self) -> str:
        """Who asks, and for whom: what is counted and remembered of one is not another's."""
        return f"{self.actor}>{self.subject}" if self.actor else self.subject

    def clinics(self, *roles: Role) -> frozenset[str]:
        """The clinics where the holder has one of these roles."""
        return frozenset(p.clinic_id for p in self.posts if p.role in roles and p.clinic_id)

    def everywhere(self, *roles: Role) -> bool:
        """Whether the holder has one of these roles on the whole platform."""
        return any(p.role in roles and p.clinic_id is None for p in self.posts)


class TokenVerifier:
    """Verifies access tokens; `keys` is the key set that it does so with."""

    def __init__(
        self, fetch: FetchKeys, *, issuer: str, audience: str, remembered: int = _REMEMBERED
    ) -> None:
        """At most so many tokens are `remembered`."""
        self._remembered = remembered
        self._claims = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sub={"essential": True},
        )
        self._verified: dict[bytes, tuple[Principal, float]] = {}
        # with other keys what was verified is forgotten: a key may be revoked
        self.keys = PublishedKeys(fetch, changed=self._verified.clear)

    async def run(self) -> None:
        """Keep the keys fresh until cancelled."""
        await self.keys.run()

    async def refresh(self) -> None:
        """Fetch the key set now."""
        await self.keys.refresh()

    @property
    def ready(self) -> bool:
        """Whether tokens can be verified."""
        return self.keys.ready

    async def principal(self, token: str) -> Principal:
        """The holder of this token. One that was verified is known until it expires.

        Raises:
            UnauthenticatedError: expired, forged, or not for us.
            NoKeysError: the key set is not there yet.
        """
        found = self._verified.get(_digest(token))
        if found is not None and time.time() < found[1]:
            return found[0]
        try:
            return self._decode(token)
        except (UnauthenticatedError, NoKeysError):
            if not await self.keys.renewed():
                raise
        return self._decode(token)

    async def subject(self, authorization: str) -> str | None:
        """Whose valid token an `Authorization` header carries; None: nobody's."""
        try:
            return (await self.principal(_token_of(authorization))).subject
        except (UnauthenticatedError, NoKeysError):
            return None

    def _decode(self, token: str) -> Principal:
        try:
            claims = self.keys.decode(token)
            self._claims.validate(claims)
            principal = Principal(
                subject=claims["sub"],
                roles=frozenset(Role(r) for r in claims.get("roles", ())),
                level=claims.get("level", "registered"),
                posts=frozenset(
                    Post(Role(p["role"]), p.get("clinic_id")) for p in claims.get("posts", ())
                ),
                actor=claims.get("act", {}).get("sub"),
                right_id=claims.get("right_id"),
                name=claims.get("name"),
                position=claims.get("position"),
            )
            expires = float(claims["exp"])
        except (NotSignedError, JoseError, ValueError, KeyError, TypeError) as error:
            raise UnauthenticatedError from error
        self._remember(token, principal, expires)
        return principal

    def _remember(self, token: str, principal: Principal, expires: float) -> None:
        """Half of a request's own work is the signature; a person sends many with one token."""
        digest = _digest(token)
        self._verified.pop(digest, None)
        while len(self._verified) >= self._remembered:  # the oldest one would expire first, too
            del self._verified[next(iter(self._verified))]
        self._verified[digest] = (principal, expires)


def _digest(token: str) -> bytes:
    """What a token is remembered by."""
    return sha256(token.encode()).digest()


def _token_of(authorization: str) -> str:
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise UnauthenticatedError
    return token.strip()


class Holder(SecurityBase):
    """A dependency: the holder of a valid token, with one of these roles where some are named.

    Whoever acts for another is refused, unless the route says that it is for them, too (`acting`).
    `model` and `scheme_name` are what the API documents tell of it.
    """

    # FastAPI reads the annotations of functions as text, but not those of objects
    __signature__ = Signature(
        [Parameter("request", Parameter.POSITIONAL_OR_KEYWORD, annotation=Request)]
    )

    def __init__(self, *roles: Role, confirmed: bool = False, acting: bool = False) -> None:
        self.model = HTTPBearer(
            description="`POST /api/identity/v1/sessions`, then its confirmation, gives one."
        )
        self.scheme_name = "access-token"
        self._roles = frozenset(roles)
        self._confirmed = confirmed
        self._acting = acting

    async def __call__(self, request: Request) -> Principal:
        """Whoever it is; refused (401, 403) where that is nobody, or not the right one."""
        principal = await _principal(request)
        if self._roles and not principal.roles & self._roles:
            raise ForbiddenError
        if self._confirmed and not principal.confirmed:
            raise NotConfirmedError
        if principal.actor is not None and not self._acting:
            raise OnlyForOneselfError
        return principal


async def _principal(request: Request) -> Principal:
    """Whose token the request carries; asked once, whoever else depends on it."""
    state: dict[str, Any] = request.scope.setdefault("state", {})
    known: Principal | None = state.get("principal")
    if known is None:
        header = asked_of(request.scope).get(b"authorization", b"")
        verifier = find(request.app, TokenVerifier)
        known = state["principal"] = await verifier.principal(_token_of(header.decode("latin-1")))
    return known


anyone = Holder()
"""The holder of any valid token, for themselves."""
whoever = Holder(acting=True)
"""The holder of any valid token, also one that acts for another."""


def require(*roles: Role, confirmed: bool = False, acting: bool = False) -> Holder:
    """A FastAPI dependency: one of these roles, and (where asked) a confirmed account.

    `acting`: also who acts for another. Where the right for it is looked at, see `http.door`.
    """
    return Holder(*roles, confirmed=confirmed, acting=acting)
