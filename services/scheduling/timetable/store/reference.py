"""Clinics, doctors, closed days: reference data that operators own, seeded where it is missing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Any

from pymongo import ASCENDING, IndexModel, UpdateOne

from services.chassis.database.client import Collection, Database, Document
from services.scheduling.timetable.domain import (
    Clinic,
    ClosedDay,
    Doctor,
    Hours,
    Licence,
    Specialty,
)

INDEXES = {
    "clinics": [],
    "doctors": [
        IndexModel([("specialty.code", ASCENDING), ("_id", ASCENDING)]),
        IndexModel([("clinic_id", ASCENDING), ("_id", ASCENDING)]),
    ],
    "closed_days": [IndexModel([("day", ASCENDING)])],
}


class Reference:
    """What the timetable is made from."""

    def __init__(self, db: Database) -> None:
        """Keep the collections."""
        self._clinics = db["clinics"]
        self._doctors = db["doctors"]
        self._closed = db["closed_days"]

    async def clinics(self) -> list[Clinic]:
        """All clinics by id."""
        cursor = self._clinics.find().sort("_id", ASCENDING)
        return [_clinic(d) async for d in cursor]

    async def doctors(
        self,
        *,
        specialty: str | None = None,
        clinic_id: str | None = None,
        after: str | None = None,
        limit: int = 0,
    ) -> list[Doctor]:
        """Doctors by id, filtered; `limit` 0 means all."""
        query: dict[str, Any] = {}
        if specialty is not None:
            query["specialty.code"] = specialty
        if clinic_id is not None:
            query["clinic_id"] = clinic_id
        if after is not None:
            query["_id"] = {"$gt": after}
        cursor = self._doctors.find(query).sort("_id", ASCENDING).limit(limit)
        return [_doctor(d) async for d in cursor]

    async def specialties(self) -> list[Specialty]:
        """What doctors there are, by title."""
        pipeline: list[dict[str, Any]] = [
            {"$group": {"_id": "$specialty.code", "title": {"$first": "$specialty.title"}}},
            {"$sort": {"title": ASCENDING}},
        ]
        return [Specialty(d["_id"], d["title"]) async for d in self._doctors.aggregate(pipeline)]

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
        await _insert_missing(self._clinics, [_clinic_document(c) for c in clinics])
        await _insert_missing(self._doctors, [_doctor_document(d) for d in doctors])

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


async def _insert_missing(collection: Collection, documents: list[dict[str, Any]]) -> None:
    if documents:
        await collection.bulk_write(
            [UpdateOne({"_id": d["_id"]}, {"$setOnInsert": d}, upsert=True) for d in documents],
            ordered=False,
        )


def _clinic_document(clinic: Clinic) -> dict[str, Any]:
    return {
        "_id": clinic.id,
        "number": clinic.number,
        "name": clinic.name,
        "address": clinic.address,
        "phone": clinic.phone,
        "timezone": clinic.timezone,
    }


def _clinic(document: Document) -> Clinic:
    fields = dict(document)
    return Clinic(id=fields.pop("_id"), **fields)


def _doctor_document(doctor: Doctor) -> dict[str, Any]:
    return {
        "_id": doctor.id,
        "full_name": doctor.full_name,
        "specialty": {"code": doctor.specialty.code, "title": doctor.specialty.title},
        "clinic_id": doctor.clinic_id,
        "room": doctor.room,
        "practising_since": doctor.practising_since,
        "licence": {
            "number": doctor.licence.number,
            "issued_on": datetime.combine(doctor.licence.issued_on, time(), UTC),
        },
        "visit_minutes": doctor.visit_minutes,
        "weekly": {
            str(day): [[f"{h.begins:%H:%M}", f"{h.ends:%H:%M}"] for h in hours]
            for day, hours in doctor.weekly.items()
        },
    }


def _doctor(document: Document) -> Doctor:
    licence = document["licence"]
    return Doctor(
        id=document["_id"],
        full_name=document["full_name"],
        specialty=Specialty(**document["specialty"]),
        clinic_id=document["clinic_id"],
        room=document["room"],
        practising_since=document["practising_since"],
        licence=Licence(licence["number"], licence["issued_on"].date()),
        visit_minutes=document["visit_minutes"],
        weekly={
            int(day): tuple(Hours(time.fromisoformat(a), time.fromisoformat(b)) for a, b in hours)
            for day, hours in document["weekly"].items()
        },
    )
