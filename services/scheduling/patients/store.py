"""The collection `patients`: confirmed citizens as identity told of them, with their agendas.

Each booking writes its citizen's document, so two bookings of one citizen cannot pass each other.
"""

from __future__ import annotations

from datetime import datetime

from services.chassis.database.client import Database, Document, Indexes, Session
from services.scheduling.patients.domain import (
    Engagement,
    Patient,
    Visit,
)
from services.scheduling.timetable.store.conflicts import contended

INDEXES: Indexes = {"patients": []}


class Patients:
    """Who may come, and when they are taken."""

    def __init__(self, db: Database) -> None:
        """Keep the collection."""
        self._patients = db["patients"]

    async def remember(self, session: Session, account_id: str, full_name: str) -> None:
        """Keep the newest name of a citizen; the agenda stays."""
        await self._patients.update_one(
            {"_id": account_id},
            {
                "$set": {"full_name": full_name, "rejected": False},
                "$setOnInsert": {"agenda": []},
            },
            upsert=True,
            session=session,
        )

    async def note(self, session: Session, account_id: str, **facts: bool) -> None:
        """Keep what stands against a citizen: `rejected` or `blocked`."""
        await self._patients.update_one(
            {"_id": account_id},
            {"$set": facts, "$setOnInsert": {"agenda": []}},
            upsert=True,
            session=session,
        )

    async def known(self, account_id: str) -> bool:
        """Whether a booking of this citizen can be decided: confirmed, or blocked before that.

        A rejection alone decides nothing: who has a token by now was confirmed after it.
        """
        told = {"_id": account_id, "$or": [{"full_name": {"$exists": True}}, {"blocked": True}]}
        return await self._patients.find_one(told, {"_id": 1}) is not None

    async def blocked(self, account_id: str) -> bool:
        """Whether an account is closed: a citizen's, or that of a member of staff."""
        query = {"_id": account_id, "blocked": True}
        return await self._patients.find_one(query, {"_id": 1}) is not None

    async def engage(
        self, session: Session, citizen_id: str, appointment_id: str, visit: Visit, now: datetime
    ) -> Patient | None:
        """Enter a visit into the agenda (past ones leave it); the patient *before* that.

        None: not confirmed here yet. Who was blocked before any confirmation has no name.
        The caller decides on what was there, and ends the transaction if the answer is no.

        Raises:
            ContendedError: the same citizen is booking something else right now.
        """
        entry = {
            "appointment_id": appointment_id,
            "starts_at": visit.starts_at,
            "ends_at": visit.ends_at,
        }
        coming = {"$filter": {"input": "$agenda", "cond": {"$gt": ["$$this.ends_at", now]}}}
        with contended():
            before: Document | None = await self._patients.find_one_and_update(
                {"_id": citizen_id},
                [{"$set": {"agenda": {"$concatArrays": [coming, [entry]]}}}],
                session=session,
            )
        if before is None or not ("full_name" in before or before.get("blocked")):
            return None
        agenda = tuple(Engagement(**e) for e in before["agenda"])
        return Patient(
            before["_id"],
            before.get("full_name", ""),
            agenda,
            rejected=before.get("rejected", False),
            blocked=before.get("blocked", False),
        )

    async def disengage(self, session: Session, citizen_id: str, appointment_id: str) -> None:
        """Take a visit out of the agenda."""
        await self._patients.update_one(
            {"_id": citizen_id},
            {"$pull": {"agenda": {"appointment_id": appointment_id}}},
            session=session,
        )
