"""The copies `staff` and `clinics`: what identity said last."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from pymongo import ASCENDING, IndexModel

from contracts.roles import Role
from services.chassis.database.client import Database, Indexes
from services.chassis.database.mapping import Mapper
from services.chassis.database.pages import Page, Sort
from services.chassis.work.aggregates import Records
from services.chassis.work.transactions import Transaction
from services.documents.signers.domain.people import Clinic, Member

_BY_ID = Sort("_id")
INDEXES: Indexes = {
    "staff": [IndexModel([("posts.clinic_id", ASCENDING), ("_id", ASCENDING)])],
    "clinics": [],
}
_MOST_TOLD = 20


class People:
    """Staff and clinics."""

    def __init__(self, db: Database) -> None:
        self.members = Records[Member](db["staff"], Mapper(Member))
        self.clinics = Records[Clinic](db["clinics"], Mapper(Clinic))

    async def doctors_of(self, clinic_id: str, *, after: str | None, limit: int) -> Page[Member]:
        """The doctors of a clinic, those who left among them no more."""
        query = {**_at(clinic_id, Role.DOCTOR), "active": True}
        return await self.members.page(query, _BY_ID, after=after, limit=limit)

    async def clinic_names(self, ids: Collection[str]) -> dict[str, str]:
        """How those of these clinics that are known are called."""
        found = await self.clinics.every(None, {"_id": {"$in": sorted(ids)}})
        return {clinic.id: clinic.name for clinic in found}

    async def administrators_of(self, tx: Transaction, clinic_ids: Iterable[str]) -> list[str]:
        """Who runs these clinics; where a clinic has nobody, who runs the platform."""
        found: list[str] = []
        for clinic_id in sorted(clinic_ids):
            found += await self._administrators(tx, clinic_id)
        return found or await self._administrators(tx, None)

    async def _administrators(self, tx: Transaction, clinic_id: str | None) -> list[str]:
        query = {**_at(clinic_id, Role.ADMINISTRATOR), "active": True}
        return [m.id for m in await self.members.every(tx, query, limit=_MOST_TOLD)]


def _at(clinic_id: str | None, role: Role) -> dict[str, object]:
    post = {"clinic_id": clinic_id, "role": role.value}
    return {"posts.clinic_id": clinic_id, "posts": {"$elemMatch": post}}
