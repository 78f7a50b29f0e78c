"""Signing sessions, forgotten when their time is over: their acts carry it themselves."""

from __future__ import annotations

from pymongo import ASCENDING, IndexModel

from services.chassis.database.client import Database, Indexes
from services.chassis.database.mapping import Mapper
from services.chassis.work.aggregates import Records
from services.chassis.work.transactions import Transaction
from services.identity.acts.domain import SigningSession

INDEXES: Indexes = {
    "signing_sessions": [
        IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=0),
        IndexModel([("account_id", ASCENDING)], name="account"),
    ],
}


class SigningSessions:
    """The collection `signing_sessions`."""

    def __init__(self, db: Database) -> None:
        self._sessions = Records(db["signing_sessions"], Mapper(SigningSession))

    async def put(self, tx: Transaction, session: SigningSession) -> None:
        """The session as it is now."""
        await self._sessions.put(tx, session)

    async def of(self, tx: Transaction | None, account_id: str) -> list[SigningSession]:
        """The sessions of this signer that did not end before their time."""
        return await self._sessions.every(tx, {"account_id": account_id, "ended_at": None})
