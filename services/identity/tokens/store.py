"""Refresh tokens by their hash, and the keys that sign access tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from pymongo import ASCENDING, IndexModel

from services.chassis.database.client import Database, Indexes, Query
from services.chassis.database.mapping import Mapper
from services.chassis.work.aggregates import Records
from services.chassis.work.transactions import Transaction
from services.identity.tokens.domain import RefreshToken, SigningKey

INDEXES: Indexes = {
    "refresh_tokens": [
        IndexModel([("family", ASCENDING)]),
        IndexModel([("account_id", ASCENDING)]),
        IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=0),
    ],
    "signing_keys": [],
}


class RefreshTokens:
    """The collection `refresh_tokens`. Two writers of one token conflict: the later runs again."""

    def __init__(self, db: Database) -> None:
        self._tokens = Records(db["refresh_tokens"], Mapper(RefreshToken, key="digest"))

    async def find(self, tx: Transaction, digest: str) -> RefreshToken | None:
        """The token with this hash."""
        return await self._tokens.find(tx, digest)

    async def put(self, tx: Transaction, token: RefreshToken) -> None:
        """The token as it is now."""
        await self._tokens.put(tx, token)

    async def revoke_family(self, tx: Transaction, family: str, now: datetime) -> None:
        """No token of this login is good any more."""
        await self._revoke(tx, {"family": family}, now)

    async def revoke_account(self, tx: Transaction, account_id: str, now: datetime) -> None:
        """No login of this account is good any more."""
        await self._revoke(tx, {"account_id": account_id}, now)

    async def _revoke(self, tx: Transaction, whose: Query, now: datetime) -> None:
        for token in await self._tokens.every(tx, {**whose, "revoked_at": None}):
            await self._tokens.put(tx, replace(token, revoked_at=now))


class Keys:
    """The collection `signing_keys`: private keys, as readable as the database is."""

    def __init__(self, db: Database) -> None:
        self._keys = Records(db["signing_keys"], Mapper(SigningKey, key="kid"))

    async def all(self, tx: Transaction | None = None) -> list[SigningKey]:
        """Every key that is still published."""
        return await self._keys.every(tx, {})

    async def add(self, tx: Transaction, key: SigningKey) -> None:
        """A new key."""
        await self._keys.add_all(tx, [key])

    async def remove(self, tx: Transaction, keys: Sequence[SigningKey]) -> None:
        """Keys that nothing needs any more."""
        for key in keys:
            await tx.delete(self._keys.collection, key.kid)
