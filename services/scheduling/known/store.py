"""Copies of clinics, doctors and uploads. The newest counts; consumers see to the order."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from datetime import date
from typing import Any

from pymongo import ASCENDING, GEOSPHERE, IndexModel

from services.chassis.database.client import Database, Indexes
from services.chassis.database.mapping import Mapper
from services.chassis.database.pages import Page, Sort
from services.chassis.work.aggregates import Records
from services.chassis.work.transactions import Transaction
from services.scheduling.known.domain import (
    Clinic,
    Doctor,
    File,
    Near,
    Place,
    Wanted,
    rank_from,
)
from services.scheduling.known.errors import ClinicUnknownError

_BY_ID = Sort()
_BEST = Sort("rank", descending=True, text=True)
INDEXES: Indexes = {
    "known_clinics": [
        IndexModel([("point", GEOSPHERE)], name="by_place"),
        IndexModel([("urgent_point", GEOSPHERE)], name="urgent_by_place"),
        IndexModel([("insurance", ASCENDING), ("_id", ASCENDING)], name="by_insurance"),
        IndexModel([("timezone", ASCENDING)], name="by_timezone"),
    ],
    "known_files": [],
    "known_doctors": [
        IndexModel([("specialties", ASCENDING), ("_id", ASCENDING)], name="by_specialty"),
        IndexModel([("clinics", ASCENDING), ("_id", ASCENDING)], name="by_clinic"),
        IndexModel([("receives", ASCENDING), ("_id", ASCENDING)], name="receiving"),
        *(
            IndexModel([(field, ASCENDING), *_BEST.keys], name=f"best_by_{field}")
            for field in ("specialties", "clinics", "receives")
        ),
    ],
}


class _ClinicMapper(Mapper[Clinic]):
    """Where it is, is stored once more, as GeoJSON; and where its department of urgent care is."""

    def document(self, value: Clinic) -> dict[str, object]:
        document = super().document(value)
        if value.place is not None:
            document["point"] = _point(value.place)
            if value.emergency is not None:
                document["urgent_point"] = _point(value.place)
        return document


def _point(place: Place) -> dict[str, object]:
    return {"type": "Point", "coordinates": [place.longitude, place.latitude]}


class _DoctorMapper(Mapper[Doctor]):
    """Whether patients can come is stored, to be asked for; and what the best are found by."""

    def document(self, value: Doctor) -> dict[str, object]:
        return {**super().document(value), "receives": value.receives, "rank": value.rank}


def doctors_query(wanted: Wanted, year: int, clinics: Collection[str] | None) -> dict[str, Any]:
    """Which doctors are wanted in this year, of these clinics alone where some are named."""
    query: dict[str, Any] = {"receives": True}
    if wanted.specialty is not None:
        query["specialties"] = wanted.specialty
    if wanted.clinic_id is not None:
        clinics = {wanted.clinic_id} if clinics is None else {wanted.clinic_id} & {*clinics}
    if clinics is not None:
        query["clinics"] = {"$in": sorted(clinics)}
    if wanted.rating is not None:
        query["rank"] = {"$gte": rank_from(wanted.rating)}
    if wanted.experience is not None:
        query["practising_since"] = {"$lte": year - wanted.experience}
    return query


class Known:
    """Clinics, doctors and uploads. `tx` None: a read outside."""

    def __init__(self, db: Database) -> None:
        self.clinics = Records(db["known_clinics"], _ClinicMapper(Clinic))
        self.doctors = Records(db["known_doctors"], _DoctorMapper(Doctor))
        self.files = Records(db["known_files"], Mapper(File), owner="owner_id")

    async def clinic(self, clinic_id: str) -> Clinic:
        """One clinic, also one that has closed.

        Raises:
            ClinicUnknownError: there is none.
        """
        found = await self.clinics.find(None, clinic_id)
        if found is None:
            raise ClinicUnknownError
        return found

    def clinic_asked(
        self, tx: Transaction, clinic_id: str
    ) -> Callable[[], Awaitable[Clinic | None]]:
        """Ask for a clinic together with whatever else is read next; waits for the answer."""
        asked = tx.ask(self.clinics.collection, {"_id": clinic_id})

        async def found() -> Clinic | None:
            document = await asked()
            return None if document is None else self.clinics.mapper.value(document)

        return found

    async def clinics_after(
        self, after: str | None, limit: int, *, insurance: str | None = None
    ) -> Page[Clinic]:
        """Clinics by id, which take this insurance programme where one is named."""
        query = {} if insurance is None else {"insurance": insurance}
        return await self.clinics.page(query, _BY_ID, after=after, limit=limit)

    async def clinics_near(
        self, near: Near, *, insurance: str | None, day: date, limit: int
    ) -> list[Clinic]:
        """The nearest clinics that are not closed for good by this day, nearest first."""
        metres = near.within_km * 1000
        query: dict[str, Any] = {
            "point": {"$nearSphere": {"$geometry": _point(near.place), "$maxDistance": metres}},
            "closed_on": {"$not": {"$lte": day.isoformat()}},
        }
        if insurance is not None:
            query["insurance"] = insurance
        found = await self.clinics.collection.find(query, limit=limit).to_list(None)
        return [self.clinics.mapper.value(document) for document in found]

    async def urgent_near(self, near: Near, *, day: date, limit: int) -> list[Clinic]:
        """The nearest clinics with a department of urgent care, nearest first (A40)."""
        within = {"$geometry": _point(near.place), "$maxDistance": near.within_km * 1000}
        query = {
            "urgent_point": {"$nearSphere": within},
            "closed_on": {"$not": {"$lte": day.isoformat()}},
        }
        found = await self.clinics.collection.find(query, limit=limit).to_list(None)
        return [self.clinics.mapper.value(document) for document in found]

    async def zones(self) -> list[str]:
        """The time zones of all clinics, over an index."""
        found: list[str] = await self.clinics.collection.distinct("timezone")
        return found

    async def clinics_taking(self, insurance: str) -> list[str]:
        """The ids of all clinics that take this programme."""
        found = self.clinics.collection.find({"insurance": insurance}, {"_id": 1})
        return [document["_id"] async for document in found]

    async def clinics_of(self, ids: Collection[str]) -> dict[str, Clinic]:
        """Those of these clinics that are known."""
        found = await self.clinics.every(None, {"_id": {"$in": sorted(ids)}})
        return {clinic.id: clinic for clinic in found}

    async def clinic_names(self, ids: Collection[str]) -> dict[str, str]:
        """How those of these clinics that are known are called."""
        return {id_: clinic.name for id_, clinic in (await self.clinics_of(ids)).items()}

    async def doctors_by(
        self,
        wanted: Wanted,
        year: int,
        *,
        clinics: Collection[str] | None = None,
        best: bool = False,
        after: str | None,
        limit: int,
    ) -> Page[Doctor]:
        """Doctors who receive, by id or by rating; of these clinics alone where some are named."""
        query = doctors_query(wanted, year, clinics)
        sort = _BEST if best else _BY_ID
        if best:  # who was copied before there were ranks has one with the next copy
            query.setdefault("rank", {"$gte": rank_from(0)})
        return await self.doctors.page(query, sort, after=after, limit=limit)

    async def doctors_in(self, wanted: Wanted, year: int, clinics: Collection[str]) -> list[Doctor]:
        """All who are wanted of a few clinics."""
        return await self.doctors.every(None, doctors_query(wanted, year, clinics))

    async def doctor_ids(
        self, wanted: Wanted, year: int, clinics: Collection[str] | None = None
    ) -> list[str]:
        """All who are wanted."""
        query = doctors_query(wanted, year, clinics)
        return [found["_id"] async for found in self.doctors.collection.find(query, {"_id": 1})]

    async def doctors_at(self, tx: Transaction, clinic_id: str) -> list[str]:
        """The ids of all who receive at a clinic."""
        found = await self.doctors.every(tx, {"clinics": clinic_id, "receives": True})
        return [doctor.id for doctor in found]

    async def specialties(self) -> list[str]:
        """The codes of what there are doctors of."""
        found: list[str] = await self.doctors.collection.distinct("specialties")
        return found

    async def files_of(
        self, tx: Transaction | None, owner_id: str, ids: Collection[str]
    ) -> frozenset[str]:
        """Those of these files that are this person's, and passed every check."""
        query = {"_id": {"$in": sorted(ids)}, "owner_id": owner_id}
        return frozenset(file.id for file in await self.files.every(tx, query))

    async def heard_of_files(self, ids: Collection[str]) -> bool:
        """Whether all of them are known, whoever's: there is nothing to wait for then."""
        query = {"_id": {"$in": sorted({*ids})}}
        return len(await self.files.every(None, query)) == len({*ids})

    async def specialties_at(self, clinic_id: str) -> list[str]:
        """The codes of what there are doctors of at a clinic, over its index."""
        found: list[str] = await self.doctors.collection.distinct(
            "specialties", {"clinics": clinic_id}
        )
        return sorted(found)

    async def doctors_of(self, tx: Transaction | None, ids: Collection[str]) -> dict[str, Doctor]:
        """Those of these doctors that are known."""
        found = await self.doctors.every(tx, {"_id": {"$in": sorted(ids)}})
        return {doctor.id: doctor for doctor in found}
