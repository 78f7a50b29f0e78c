"""Clinics, doctors, closed days: reference data that operators own, seeded where it is missing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from pymongo import ASCENDING, IndexModel, UpdateOne

from services.chassis.database.client import Collection, Database, Document
from services.chassis.database.mapping import Mapper
from services.chassis.database.pages import Page, Sort
from services.chassis.work.aggregates import Records
from services.scheduling.timetable.domain import Clinic, ClosedDay, Doctor, Specialty

_BY_ID = Sort()
INDEXES = {
    "clinics": [],
    "doctors": [
        IndexModel([("specialty.code", ASCENDING), ("_id", ASCENDING)]),
        IndexModel([("clinic_id", ASCENDING), ("_id", ASCENDING)]),
    ],
    "closed_days": [IndexModel([("day", ASCENDING)])],
}


class _DoctorMapper(Mapper[Doctor]):
    """Weekdays are keys, and keys are text; the licence's day is kept as its midnight."""

    def __init__(self) -> None:
        super().__init__(Doctor)

    def document(self, value: Doctor) -> dict[str, Any]:
        found = super().document(value)
        found["licence"]["issued_on"] = datetime.combine(value.licence.issued_on, time(), UTC)
        found["weekly"] = {
            str(day): [[f"{h.begins:%H:%M}", f"{h.ends:%H:%M}"] for h in hours]
            for day, hours in value.weekly.items()
        }
        return found

    def value(self, document: Document) -> Doctor:
        weekly = {
            int(day): [{"begins": begins, "ends": ends} for begins, ends in hours]
            for day, hours in document["weekly"].items()
        }
        return super().value({**document, "weekly": weekly})


class Reference:
    """What the timetable is made from."""

    def __init__(self, db: Database) -> None:
        self._clinics = Records(db["clinics"], Mapper(Clinic))
        self._doctors = Records(db["doctors"], _DoctorMapper())
        self._closed = db["closed_days"]

    async def clinics(self) -> list[Clinic]:
        """All clinics by id."""
        return await self._clinics.every(None, {}, _BY_ID)

    async def every_doctor(self) -> list[Doctor]:
        """All doctors by id."""
        return await self._doctors.every(None, {}, _BY_ID)

    async def doctors(
        self, *, specialty: str | None, clinic_id: str | None, after: str | None, limit: int
    ) -> Page[Doctor]:
        """Doctors by id, filtered."""
        asked = {"specialty.code": specialty, "clinic_id": clinic_id}
        query = {field: value for field, value in asked.items() if value is not None}
        return await self._doctors.page(query, _BY_ID, after=after, limit=limit)

    async def specialties(self) -> list[Specialty]:
        """What doctors there are, by title."""
        pipeline: list[dict[str, Any]] = [
            {"$group": {"_id": "$specialty.code", "title": {"$first": "$specialty.title"}}},
            {"$sort": {"title": ASCENDING}},
        ]
        found = self._doctors.collection.aggregate(pipeline)
        return [Specialty(d["_id"], d["title"]) async for d in found]

    async def closed_days(self, since: date, until: date) -> list[ClosedDay]:
        """Closed days from `since` to `until`, both included, but those an operator opened."""
        query = {"closed": True, "day": {"$gte": since.isoformat(), "$lte": until.isoformat()}}
        cursor = self._closed.find(query).sort("day", ASCENDING)
        return [
            ClosedDay(date.fromisoformat(d["day"]), d["reason"], d["clinic_id"])
            async for d in cursor
        ]

    async def seed(self, clinics: Iterable[Clinic], doctors: Iterable[Doctor]) -> None:
        """Put in what is not there; what an operator changed stays."""
        of_clinic, of_doctor = self._clinics.mapper.document, self._doctors.mapper.document
        await _insert_missing(self._clinics.collection, [of_clinic(c) for c in clinics])
        await _insert_missing(self._doctors.collection, [of_doctor(d) for d in doctors])

    async def seed_closed_days(self, days: Iterable[ClosedDay]) -> None:
        """Put in closed days that are not known; what an operator changed stays."""
        await _insert_missing(
            self._closed,
            [
                {
                    "_id": f"{d.clinic_id or 'all'}:{d.day.isoformat()}",
                    "day": d.day.isoformat(),
                    "clinic_id": d.clinic_id,
                    "reason": d.reason,
                    "closed": True,
                }
                for d in days
            ],
        )


async def _insert_missing(collection: Collection, documents: Sequence[Document]) -> None:
    if documents:
        await collection.bulk_write(
            [UpdateOne({"_id": d["_id"]}, {"$setOnInsert": d}, upsert=True) for d in documents],
            ordered=False,
        )
