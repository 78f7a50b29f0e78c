"""The copies of clinics and doctors. The newest counts; their consumers see to the order."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection

from pymongo import ASCENDING, IndexModel

from services.chassis.database.client import Database, Indexes
from services.chassis.database.mapping import Mapper
from services.chassis.database.pages import Page, Sort
from services.chassis.work.aggregates import Records
from services.chassis.work.transactions import Transaction
from services.scheduling.known.domain import Clinic, Doctor

_BY_ID = Sort()
INDEXES: Indexes = {
    "known_clinics": [],
    "known_doctors": [
        IndexModel([("specialties", ASCENDING), ("_id", ASCENDING)], name="by_specialty"),
        IndexModel([("clinics", ASCENDING), ("_id", ASCENDING)], name="by_clinic"),
        IndexModel([("receives", ASCENDING), ("_id", ASCENDING)], name="receiving"),
    ],
}


class _DoctorMapper(Mapper[Doctor]):
    """Whether patients can come is stored, to be asked for."""

    def document(self, value: Doctor) -> dict[str, object]:
        return {**super().document(value), "receives": value.receives}


class Known:
    """Clinics and doctors. `tx` None: a read outside."""

    def __init__(self, db: Database) -> None:
        self.clinics = Records(db["known_clinics"], Mapper(Clinic))
        self.doctors = Records(db["known_doctors"], _DoctorMapper(Doctor))

    def clinic_asked(
        self, tx: Transaction, clinic_id: str
    ) -> Callable[[], Awaitable[Clinic | None]]:
        """Ask for a clinic together with whatever else is read next; waits for the answer."""
        asked = tx.ask(self.clinics.collection, {"_id": clinic_id})

        async def found() -> Clinic | None:
            document = await asked()
            return None if document is None else self.clinics.mapper.value(document)

        return found

    async def clinics_after(self, after: str | None, limit: int) -> Page[Clinic]:
        """Clinics by id."""
        return await self.clinics.page({}, _BY_ID, after=after, limit=limit)

    async def clinics_of(self, ids: Collection[str]) -> dict[str, Clinic]:
        """Those of these clinics that are known."""
        found = await self.clinics.every(None, {"_id": {"$in": sorted(ids)}})
        return {clinic.id: clinic for clinic in found}

    async def doctors_by(
        self, *, specialty: str | None, clinic_id: str | None, after: str | None, limit: int
    ) -> Page[Doctor]:
        """Doctors who receive, by id."""
        asked = {"specialties": specialty, "clinics": clinic_id}
        query = {field: value for field, value in asked.items() if value is not None}
        return await self.doctors.page(
            {"receives": True, **query}, _BY_ID, after=after, limit=limit
        )

    async def specialties(self) -> list[str]:
        """The codes of what there are doctors of."""
        found: list[str] = await self.doctors.collection.distinct("specialties")
        return found

    async def doctors_of(self, tx: Transaction | None, ids: Collection[str]) -> dict[str, Doctor]:
        """Those of these doctors that are known."""
        found = await self.doctors.every(tx, {"_id": {"$in": sorted(ids)}})
        return {doctor.id: doctor for doctor in found}
