"""Tokens of a login and the keys that sign them (I18)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from services.chassis.work.timers import Due
from services.chassis.work.transactions import Transaction
from services.identity.deps import Pair, World
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

ROTATE = "rotate-keys"
_CACHED_FOR = timedelta(seconds=60)


@dataclass
class _Cache:
    key: SigningKey | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Opened:
    """What a transaction that logs somebody in leaves behind."""

    refresh_token: str
    epoch: int


@dataclass(frozen=True)
class Signing:
    """Opens logins and keeps the keys."""

    world: World
    _cache: _Cache = field(default_factory=_Cache)

    async def open(self, tx: Transaction, account: Account) -> Opened:
        """The first refresh token of a login, and what makes its device known."""
        w = self.world
        token = w.new_token()
        kept = first_token(
            digest_of_token(token), w.new_id(), account.id, w.now(), w.rules.refresh_lifetime
        )
        await w.store.refresh_tokens.put(kept, session=tx.session)
        return Opened(token, await self.epoch(tx, account))

    async def epoch(self, tx: Transaction, account: Account) -> int:
        """What tokens of this account's devices say, as the transaction sees it.

        Read later, a login with the old password could make a device known for the new one.
        """
        return await self.world.store.accounts.device_epoch(account.id, session=tx.session)

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

    async def first_pair(self, account: Account, opened: Opened, caller: Caller) -> Pair:
        """The tokens that a login ends with; the device is known from now on, or still."""
        pair = await self.pair(account, opened.refresh_token)
        return replace(pair, device_token=self.device_token(account, opened.epoch, caller))

    def device_token(self, account: Account, epoch: int, caller: Caller) -> str:
        """What makes the device of this caller known to be the account owner's."""
        w, device = self.world, caller.device
        again = device is not None and device.account_id == account.id
        device_id = device.id if device is not None and again else w.new_id()
        known = KnownDevice(account.id, device_id, w.now() + DEVICE_KNOWN_FOR, epoch)
        return known.token(w.secret)

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
