"""Who may publish which part of the outbox now, and how a transaction makes sure of it."""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime, timedelta

from pymongo import ReturnDocument
from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError

from services.chassis.database.client import Document, Mongo, blocking
from services.chassis.work.outbox import BUCKETS


class Leases:
    """Who may publish which bucket: a lease with a deadline and a fencing token that only grows."""

    def __init__(self, mongo: Mongo, *, ttl: float) -> None:
        """Take the time to live of a lease in seconds."""
        self._collection = mongo.db["outbox_leases"]
        self._owner = secrets.token_hex(8)
        self._ttl = ttl
        self.held: dict[int, tuple[int, float]] = {}

    def alive(self, bucket: int, token: int) -> bool:
        """Still ours by our own monotonic clock (a fifth of the time is kept as a margin)."""
        held = self.held.get(bucket)
        return held is not None and held[0] == token and time.monotonic() < held[1]

    async def renew(self, now: datetime) -> dict[int, int]:
        """Take or prolong what is free or ours; returns bucket → fencing token."""
        for bucket in range(BUCKETS):
            held = self.held.get(bucket)
            if held and time.monotonic() < held[1] - self._ttl * 0.4:
                continue
            started = time.monotonic()
            token = await self._take(bucket, now)
            if token is None:
                self.held.pop(bucket, None)
            else:
                self.held[bucket] = (token, started + self._ttl * 0.8)
        return {b: t for b, (t, until) in self.held.items() if time.monotonic() < until}

    async def _take(self, bucket: int, now: datetime) -> int | None:
        until = now + timedelta(seconds=self._ttl)
        mine: Document | None = await self._collection.find_one_and_update(
            {"_id": bucket, "owner": self._owner, "until": {"$gt": now}},
            {"$set": {"until": until}},
            return_document=ReturnDocument.AFTER,
        )
        if mine is None:
            try:
                mine = await self._collection.find_one_and_update(
                    {"_id": bucket, "until": {"$lte": now}},
                    {"$set": {"owner": self._owner, "until": until}, "$inc": {"token": 1}},
                    upsert=True,
                    return_document=ReturnDocument.AFTER,
                )
            except DuplicateKeyError:  # somebody else holds it
                return None
        return int(mine["token"])

    def confirm(self, session: ClientSession, tokens: dict[int, int]) -> bool:
        """Inside a transaction: are these leases still ours? Writes, so a new holder conflicts.

        Blocks, so for a thread.
        """
        touched = blocking(self._collection).update_many(
            {"$or": [{"_id": b, "owner": self._owner, "token": t} for b, t in tokens.items()]},
            {"$inc": {"marks": 1}},
            session=session,
        )
        return bool(touched.matched_count == len(tokens))

    async def release(self) -> None:
        """Give all back, so that another replica need not wait for the deadline."""
        await self._collection.update_many(
            {"owner": self._owner}, {"$set": {"until": datetime.fromtimestamp(0, UTC)}}
        )
        self.held.clear()
