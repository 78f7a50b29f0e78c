"""The collection `timetables`: the hours of each doctor at each clinic."""

from __future__ import annotations

from collections.abc import Collection

from pymongo import ASCENDING, IndexModel

from services.chassis.database.client import Database, Indexes
from services.chassis.database.mapping import Mapper
from services.chassis.database.pages import Page, Sort
from services.chassis.work.aggregates import Aggregates
from services.chassis.work.transactions import Transaction
from services.scheduling.hours.domain.timetable import Timetable
from services.scheduling.known.errors import DoctorUnknownError

_BY_ID = Sort()
INDEXES: Indexes = {
    "timetables": [
        IndexModel([(field, ASCENDING), ("_id", ASCENDING)])
        for field in ("clinic_id", "doctor_id", "absences.replacement_id")
    ]
}


class Timetables(Aggregates[Timetable]):
    """The hours of doctors."""

    def __init__(self, db: Database) -> None:
        super().__init__(
            db["timetables"], Mapper(Timetable), not_found=DoctorUnknownError, owner=None
        )

    async def of_clinic(
        self, tx: Transaction | None, clinic_id: str, *, after: str = "", limit: int = 0
    ) -> list[Timetable]:
        """Those of a clinic, by id."""
        query = {"clinic_id": clinic_id, "_id": {"$gt": after}}
        return await self.every(tx, query, _BY_ID, limit)

    async def page_of(self, clinic_id: str, *, after: str | None, limit: int) -> Page[Timetable]:
        """A page of those of a clinic, by id."""
        return await self.page({"clinic_id": clinic_id}, _BY_ID, after=after, limit=limit)

    async def of_doctors(self, tx: Transaction, doctor_ids: Collection[str]) -> list[Timetable]:
        """Those of these doctors themselves."""
        return await self.every(tx, {"doctor_id": {"$in": sorted(doctor_ids)}}, _BY_ID)

    async def of_doctor(self, tx: Transaction | None, doctor_id: str) -> list[Timetable]:
        """Those in which a doctor receives, or stands in for another one."""
        own = await self.every(tx, {"doctor_id": doctor_id}, _BY_ID)
        stood_in = await self.every(tx, {"absences.replacement_id": doctor_id}, _BY_ID)
        return [*own, *stood_in]
