"""The collection `closed_days`: what clinics say of their own days, beside the public holidays."""

from __future__ import annotations

from datetime import date

from pymongo import ASCENDING, IndexModel

from services.chassis.database.client import Database, Document
from services.chassis.foundation.errors import DuplicateError
from services.chassis.work.transactions import Transaction
from services.scheduling.timetable.domain import ClosedDay

INDEXES = {
    "closed_days": [IndexModel([("clinic_id", ASCENDING), ("day", ASCENDING)], name="of_clinic")]
}


class ClosedDays:
    """Days on which a clinic does not work, or does although it is a holiday."""

    def __init__(self, db: Database) -> None:
        self._days = db["closed_days"]

    async def of_clinic(
        self, tx: Transaction | None, clinic_id: str, since: date, until: date
    ) -> list[ClosedDay]:
        """What the clinic said of days from `since` to `until`, both included, by day."""
        between = {"$gte": since.isoformat(), "$lte": until.isoformat()}
        query = {"clinic_id": clinic_id, "day": between}
        order = [("day", ASCENDING)]
        if tx is not None:
            return [_value(found) for found in await tx.find(self._days, query, order)]
        return [_value(found) async for found in self._days.find(query).sort(order)]

    async def put(self, tx: Transaction, day: ClosedDay) -> None:
        """Keep what a clinic says of a day, in place of what it said before."""
        document = {
            "_id": _id(day.clinic_id, day.day),
            "day": day.day.isoformat(),
            "clinic_id": day.clinic_id,
            "reason": day.reason,
            "closed": day.closed,
        }
        query = {"_id": document["_id"]}
        await tx.replace(self._days, query, document, duplicate=DuplicateError)

    async def remove(self, tx: Transaction, clinic_id: str, day: date) -> None:
        """The clinic says nothing of this day any more."""
        await tx.delete(self._days, _id(clinic_id, day))


def _id(clinic_id: str | None, day: date) -> str:
    return f"{clinic_id}:{day.isoformat()}"


def _value(found: Document) -> ClosedDay:
    day = date.fromisoformat(found["day"])
    return ClosedDay(day, found["reason"], found["clinic_id"], found["closed"])
