"""Tokens of a login and the keys that sign them (I18)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from services.chassis.work.timers import Due
from services.chassis.work.transactions import Transaction
from services.identity.domain import (
    DEVICE_KNOWN_FOR,
    Account,
    Caller,
    KnownDevice,
    SigningKey,
    digest_of_token,
    first_token,
    next_rotation,
    retired,
    signer,
)
from services.identity.gateways import AccessClaims, key_set, new_key
from services.identity.usecases.world import Pair, World

ROTATE = "rotate-keys"
_CACHED_FOR = timedelta(seconds=60)


@dataclass
class _Cache:
    key: SigningKey | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Signing:
    """Opens logins and keeps the keys."""

    world: World
    _cache: _Cache = field(default_factory=_Cache)

    async def open(self, tx: Transaction, account: Account) -> str:
        """The first refresh token of a login."""
        w = self.world
        token = w.new_token()
        kept = first_token(
            digest_of_token(token), w.new_id(), account.id, w.now(), w.rules.refresh_lifetime
        )
        await w.store.refresh_tokens.put(kept, session=tx.session)
        return token

    async def pair(self, account: Account, refresh_token: str) -> Pair:
        """The two tokens; the access token says what the account is now."""
        w = self.world
        claims = AccessClaims(account, w.new_id(), w.now())
        return Pair(
            account_id=account.id,
            access_token=w.signer.sign(await self._key(), claims),
            refresh_token=refresh_token,
            expires_in=w.signer.lifetime_seconds,
            level=account.level,
            roles=(account.role.value,),
        )

    def known(self, pair: Pair, caller: Caller) -> Pair:
        """The pair with the token of a device that is known from now on, or still."""
        w, device = self.world, caller.device
        again = device is not None and device.account_id == pair.account_id
        device_id = device.id if device is not None and again else w.new_id()
        known = KnownDevice(pair.account_id, device_id, w.now() + DEVICE_KNOWN_FOR)
        return replace(pair, device_token=known.token(w.secret))

    async def _key(self) -> SigningKey:
        """The key that signs. Another replica may have rotated: look again after a minute."""
        cache, now = self._cache, self.world.now()
        if cache.key is None or cache.until is None or now >= cache.until:
            cache.key = signer(await self.world.store.keys.all())
            cache.until = now + _CACHED_FOR
        return cache.key

    async def key_set(self) -> dict[str, Any]:
        """The JWKS document (the seam `fetch_keys` of our own verifier, and the public route)."""
        return key_set(await self.world.store.keys.all())

    async def prepare(self) -> None:
        """See that there is a key and that its rotation is planned. Runs at every start."""
        w = self.world

        async def work(tx: Transaction) -> None:
            keys = await w.store.keys.all(session=tx.session)
            if not keys:
                keys = [new_key(w.now())]
                await w.store.keys.add(keys[0], session=tx.session)
            await tx.set_timer(ROTATE, "signing", next_rotation(keys, w.rules.keys))

        await w.transactions.run(work)

    async def rotate(self, due: Due) -> None:
        """A new key signs; older ones stay published until no token of theirs lives."""
        w = self.world
        fresh = new_key(w.now())

        async def work(tx: Transaction) -> None:
            keys = [*await w.store.keys.all(session=tx.session), fresh]
            await w.store.keys.add(fresh, session=tx.session)
            gone = retired(keys, w.now(), w.rules.keys)
            await w.store.keys.remove(gone, session=tx.session)
            await tx.set_timer(ROTATE, "signing", next_rotation(keys, w.rules.keys))

        await w.transactions.run(work, cause=due)
        self._cache.key = None
