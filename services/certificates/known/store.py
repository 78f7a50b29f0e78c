"""The copies of what other services said. The newest counts; their consumers see to the order."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from pymongo import ASCENDING, IndexModel

from contracts.roles import Role
from services.certificates.known.domain.clinics import Clinic, Home
from services.certificates.known.domain.people import Admission, KnownFile, Person
from services.certificates.known.domain.signers import Signer
from services.certificates.known.domain.staff import Staff
from services.chassis.database.client import Database, Indexes
from services.chassis.database.mapping import Mapper
from services.chassis.work.aggregates import Records
from services.chassis.work.transactions import Transaction

INDEXES: Indexes = {
    "people": [IndexModel([("snils", ASCENDING)], name="of_snils", sparse=True)],
    "staff": [IndexModel([("doctor_at", ASCENDING)], name="doctors_of_clinic")],
    "admissions": [],
    "files": [],
    "clinics": [],
    "homes": [],
    "signers": [],
}


class _StaffMapper(Mapper[Staff]):
    """Where a doctor decides is stored beside the posts that say so, to be found by."""

    def document(self, value: Staff) -> dict[str, Any]:
        return super().document(value) | {"doctor_at": list(value.clinics(Role.DOCTOR))}


class KnownStore:
    """People, staff, clinics, signers, admissions, files. `tx` None: a read outside."""

    def __init__(self, db: Database) -> None:
        self.people = Records(db["people"], Mapper(Person, key="account_id"))
        self.staff = Records(db["staff"], _StaffMapper(Staff, key="account_id"))
        self.clinics = Records(db["clinics"], Mapper(Clinic))
        self.homes = Records(db["homes"], Mapper(Home, key="account_id"))
        self.signers = Records(db["signers"], Mapper(Signer))
        self.files = Records(db["files"], Mapper(KnownFile), owner="owner_id")
        self._admissions = db["admissions"]

    async def of_snils(self, tx: Transaction, snils: str) -> list[Person]:
        """The confirmed people of this number: one, or nobody."""
        return await self.people.every(tx, {"snils": snils}, limit=2)

    async def has_doctor(
        self, tx: Transaction | None, clinic_id: str, specialties: Collection[str]
    ) -> bool:
        """Whether a doctor of one of these specialties works at that clinic."""
        query = {"doctor_at": clinic_id, "specialties": {"$in": list(specialties)}}
        return await self.staff.first(tx, query) is not None

    async def clinic_names(self, ids: Collection[str]) -> dict[str, str]:
        """How those of these clinics that are known are called."""
        found = await self.clinics.every(None, {"_id": {"$in": sorted(ids)}})
        return {clinic.id: clinic.name for clinic in found}

    async def admission_of(self, tx: Transaction, account_id: str) -> Admission:
        """What stands against an account: nothing, unless an event said so."""
        known = await tx.find_one(self._admissions, {"_id": account_id}) or {}
        return Admission(account_id, known.get("rejected", False), known.get("blocked", False))

    async def blocked(self, account_id: str) -> bool:
        """Whether an account is closed: a citizen's, or that of a member of staff."""
        found = await self._admissions.find_one({"_id": account_id})
        return found is not None and bool(found.get("blocked"))

    async def note_admission(self, tx: Transaction, account_id: str, **facts: bool) -> None:
        """Keep what an event said: `rejected` or `blocked`. Two topics write one document."""
        await tx.update(self._admissions, account_id, {"$set": facts}, upsert=True)

    async def files_of(
        self, tx: Transaction | None, owner_id: str, file_ids: Iterable[str]
    ) -> dict[str, KnownFile]:
        """Those of the files that are accepted and this citizen's, by id."""
        query = {"_id": {"$in": list(file_ids)}, "owner_id": owner_id}
        return {file.id: file for file in await self.files.every(tx, query)}
