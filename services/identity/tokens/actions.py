"""Logins: opened in the transaction of whoever logs somebody in, ended in that of who ends them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.chassis.http.acts import Act
from services.chassis.work.transactions import Transaction
from services.identity.deps import Deps
from services.identity.tokens.domain import (
    AccessClaims,
    Holder,
    SigningKey,
    digest_of_token,
    first_token,
    signer,
)
from services.identity.tokens.gateways import Signer
from services.identity.tokens.store import Keys, RefreshTokens
from services.identity.tokens.views import TokenPair

_CACHED_FOR = timedelta(seconds=60)


@dataclass
class _Cache:
    key: SigningKey | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Logins:
    """Opens logins, ends them, and signs what they are given."""

    deps: Deps
    refresh_tokens: RefreshTokens
    keys: Keys
    signer: Signer
    _cache: _Cache = field(default_factory=_Cache)

    async def open(self, tx: Transaction, account_id: str) -> str:
        """The first refresh token of a login."""
        token = self.deps.new_token()
        lifetime = timedelta(days=self.deps.settings.refresh_token_days)
        kept = first_token(
            digest_of_token(token), self.deps.new_id(), account_id, self.deps.now(), lifetime
        )
        await self.refresh_tokens.put(tx, kept)
        return token

    async def end_all(self, tx: Transaction, account_id: str) -> None:
        """Every login of the account ends."""
        await self.refresh_tokens.revoke_account(tx, account_id, self.deps.now())

    async def pair(
        self, holder: Holder, refresh_token: str, device_token: str | None = None
    ) -> TokenPair:
        """The tokens; the access token says what the account is now."""
        claims = AccessClaims(holder, self.deps.new_id(), self.deps.now())
        return TokenPair(
            account_id=holder.account_id,
            access_token=self.signer.sign(await self._key(), claims),
            refresh_token=refresh_token,
            device_token=device_token,
            expires_in=self.signer.lifetime_seconds,
            level=holder.level,
            roles=list(holder.roles),
        )

    async def acting(self, holder: Holder, *, actor: str, right_id: str) -> str:
        """An access token with which `actor` acts for another; nothing renews it."""
        claims = AccessClaims(holder, self.deps.new_id(), self.deps.now(), actor, right_id)
        return self.signer.sign(await self._key(), claims)

    async def signed(self, act: Act) -> str:
        """A signer's act as a token."""
        return self.signer.sign_act(await self._key(), act)

    def forget_key(self) -> None:
        """Look for the key anew: it was rotated here."""
        self._cache.key = None

    async def _key(self) -> SigningKey:
        """The key that signs. Another replica may have rotated: look again after a minute."""
        cache, now = self._cache, self.deps.now()
        if cache.key is None or cache.until is None or now >= cache.until:
            cache.key = signer(await self.keys.all())
            cache.until = now + _CACHED_FOR
        return cache.key
