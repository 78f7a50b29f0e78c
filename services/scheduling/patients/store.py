"""The collection `patients`: confirmed citizens as identity told of them, with their agendas.

A store of its own, not an aggregate's: each booking writes its citizen's document, so two bookings
of one citizen cannot pass each other, and entering the visit and reading what was there before is
one round trip.
"""

from __future__ import annotations

from datetime import datetime

from services.chassis.database.client import Database, Document, Indexes
from services.chassis.work.transactions import Transaction
from services.scheduling.patients.domain import Engagement, Known
from services.scheduling.timetable.domain import Visit
from services.scheduling.timetable.store import named_conflicts

INDEXES: Indexes = {"patients": []}


class Patients:
    """Who may come, and when they are taken."""

    def __init__(self, db: Database) -> None:
        self._patients = db["patients"]

    async def remember(self, tx: Transaction, account_id: str, full_name: str) -> None:
        """Keep the newest name of a citizen; the agenda stays."""
        await self._patients.update_one(
            {"_id": account_id},
            {
                "$set": {"full_name": full_name, "rejected": False},
                "$setOnInsert": {"agenda": []},
            },
            upsert=True,
            session=tx.session,
        )

    async def note(self, tx: Transaction, account_id: str, **facts: bool) -> None:
        """Keep what stands against a citizen: `rejected` or `blocked`."""
        await self._patients.update_one(
            {"_id": account_id},
            {"$set": facts, "$setOnInsert": {"agenda": []}},
            upsert=True,
            session=tx.session,
        )

    async def known(self, account_id: str) -> bool:
        """Whether a booking of this citizen can be decided: confirmed, or blocked before that.

        The same as `may_book` decides, in one look.
        """
        query = {"_id": account_id, "$or": [{"full_name": {"$exists": True}}, {"blocked": True}]}
        return await self._patients.find_one(query, {"_id": 1}) is not None

    async def blocked(self, account_id: str) -> bool:
        """Whether an account is closed: a citizen's, or that of a member of staff."""
        query = {"_id": account_id, "blocked": True}
        return await self._patients.find_one(query, {"_id": 1}) is not None

    async def engage(
        self, tx: Transaction, citizen_id: str, appointment_id: str, visit: Visit, now: datetime
    ) -> Known | None:
        """Enter a visit into the agenda (past ones leave it); what was known *before* that.

        The caller decides on what was there, and ends the transaction if the answer is no.

        Raises:
            WriteConflictError: the same citizen is booking something else right now.
        """
        entry = {
            "appointment_id": appointment_id,
            "starts_at": visit.starts_at,
            "ends_at": visit.ends_at,
        }
        coming = {"$filter": {"input": "$agenda", "cond": {"$gt": ["$$this.ends_at", now]}}}
        with named_conflicts():
            before: Document | None = await self._patients.find_one_and_update(
                {"_id": citizen_id},
                [{"$set": {"agenda": {"$concatArrays": [coming, [entry]]}}}],
                session=tx.session,
            )
        if before is None:
            return None
        return Known(
            before["_id"],
            before.get("full_name"),
            tuple(Engagement(**e) for e in before["agenda"]),
            rejected=before.get("rejected", False),
            blocked=before.get("blocked", False),
        )

    async def disengage(self, tx: Transaction, citizen_id: str, appointment_id: str) -> None:
        """Take a visit out of the agenda."""
        await self._patients.update_one(
            {"_id": citizen_id},
            {"$pull": {"agenda": {"appointment_id": appointment_id}}},
            session=tx.session,
        )
