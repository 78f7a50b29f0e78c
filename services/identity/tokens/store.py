"""Refresh tokens by their hash, and the keys that sign access tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from pymongo import ASCENDING, IndexModel

from services.chassis.database.client import Database, Document, Indexes, Session
from services.identity.domain import RefreshToken, SigningKey

INDEXES: Indexes = {
    "refresh_tokens": [
        IndexModel([("family", ASCENDING)]),
        IndexModel([("account_id", ASCENDING)]),
        IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=0),
    ],
    "signing_keys": [],
}


class RefreshTokens:
    """The collection `refresh_tokens`."""

    def __init__(self, db: Database) -> None:
        """Keep the collection."""
        self._collection = db["refresh_tokens"]

    async def get(self, digest: str, *, session: Session | None = None) -> RefreshToken | None:
        """The token with this hash."""
        found = await self._collection.find_one({"_id": digest}, session=session)
        return _from_document(found) if found else None

    async def put(self, token: RefreshToken, *, session: Session) -> None:
        """The token as it is now; two writers of one token conflict and the later runs again."""
        fields = asdict(token)
        await self._collection.replace_one(
            {"_id": fields.pop("digest")}, fields, upsert=True, session=session
        )

    async def revoke_family(self, family: str, now: datetime, *, session: Session) -> None:
        """No token of this login is good any more."""
        await self._collection.update_many(
            {"family": family, "revoked_at": None}, {"$set": {"revoked_at": now}}, session=session
        )

    async def revoke_account(self, account_id: str, now: datetime, *, session: Session) -> None:
        """No login of this account is good any more."""
        await self._collection.update_many(
            {"account_id": account_id, "revoked_at": None},
            {"$set": {"revoked_at": now}},
            session=session,
        )


def _from_document(d: Document) -> RefreshToken:
    return RefreshToken(
        digest=d["_id"],
        family=d["family"],
        account_id=d["account_id"],
        issued_at=d["issued_at"],
        expires_at=d["expires_at"],
        rotated_at=d["rotated_at"],
        revoked_at=d["revoked_at"],
    )


class Keys:
    """The collection `signing_keys`: private keys, as readable as the database is."""

    def __init__(self, db: Database) -> None:
        """Keep the collection."""
        self._collection = db["signing_keys"]

    async def all(self, *, session: Session | None = None) -> list[SigningKey]:
        """Every key that is still published."""
        cursor = self._collection.find({}, session=session)
        return [SigningKey(d["_id"], d["private"], d["created_at"]) async for d in cursor]

    async def add(self, key: SigningKey, *, session: Session) -> None:
        """A new key."""
        await self._collection.insert_one(
            {"_id": key.kid, "private": dict(key.private), "created_at": key.created_at},
            session=session,
        )

    async def remove(self, keys: Sequence[SigningKey], *, session: Session) -> None:
        """Keys that nothing needs any more."""
        await self._collection.delete_many({"_id": {"$in": [k.kid for k in keys]}}, session=session)
