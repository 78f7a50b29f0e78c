"""Clinics as they are stored."""

from __future__ import annotations

from collections.abc import Collection

from pymongo import ASCENDING, IndexModel

from contracts.envelope import Data
from services.chassis.database.client import Database, Indexes
from services.chassis.database.mapping import Mapper
from services.chassis.database.pages import Page, Sort
from services.chassis.work.aggregates import Aggregates
from services.chassis.work.transactions import Transaction
from services.identity.clinics.domain import Clinic
from services.identity.clinics.errors import (
    ClinicExistsError,
    ClinicNotFoundError,
    ClinicNumberTakenError,
)

_BY_ID = Sort()
_NUMBER = "details.number"

INDEXES: Indexes = {
    "clinics": [
        # one legal entity may have many clinics, and «№ 3» is there in every town
        IndexModel(
            [("details.ogrn", ASCENDING), (_NUMBER, ASCENDING)], unique=True, name="one_number"
        ),
        IndexModel([(_NUMBER, ASCENDING), *_BY_ID.keys], name="by_number"),
    ],
}


def _taken(field: str) -> Exception:
    return ClinicExistsError() if field == "_id" else ClinicNumberTakenError()


class ClinicStore:
    """The collection `clinics`."""

    def __init__(self, db: Database) -> None:
        self._clinics = Aggregates(
            db["clinics"],
            Mapper(Clinic),
            not_found=ClinicNotFoundError,
            owner=None,
            duplicate=_taken,
        )

    async def get(self, tx: Transaction | None, clinic_id: str) -> Clinic:
        """One clinic.

        Raises:
            ClinicNotFoundError: there is none.
        """
        return await self._clinics.get(tx, clinic_id, owner=None)

    async def find(self, tx: Transaction | None, clinic_id: str) -> Clinic | None:
        """One clinic, if it is there."""
        return await self._clinics.find(tx, clinic_id)

    async def numbered(
        self, tx: Transaction, wanted: Collection[tuple[str, str]]
    ) -> dict[tuple[str, str], str]:
        """Which clinics have these numbers of these legal entities: (ОГРН, number) → id."""
        ogrns, numbers = ({pair[place] for pair in wanted} for place in (0, 1))
        query = {"details.ogrn": {"$in": sorted(ogrns)}, _NUMBER: {"$in": sorted(numbers)}}
        found = await self._clinics.every(tx, query)
        return {(clinic.details.ogrn, clinic.details.number): clinic.id for clinic in found}

    async def some(self, clinic_ids: Collection[str]) -> dict[str, Clinic]:
        """Those of these ids that are there."""
        found = await self._clinics.every(None, {"_id": {"$in": sorted(clinic_ids)}})
        return {clinic.id: clinic for clinic in found}

    async def names(self, clinic_ids: Collection[str]) -> dict[str, str]:
        """How those of these ids that are there are called."""
        return {id_: c.details.name for id_, c in (await self.some(clinic_ids)).items()}

    async def add(self, tx: Transaction, clinic: Clinic, *facts: Data) -> Clinic:
        """A new clinic.

        Raises:
            ClinicExistsError: another one has its id.
            ClinicNumberTakenError: its legal entity has one of its number.
        """
        return await self._clinics.add(tx, clinic, *facts)

    async def save(self, tx: Transaction, clinic: Clinic, *facts: Data) -> Clinic:
        """The change of a clinic.

        Raises:
            StaleVersionError: another writer was faster.
            ClinicNumberTakenError: its legal entity has one of its number.
        """
        return await self._clinics.save(tx, clinic, *facts)

    async def page(self, number: str | None, after: str | None, limit: int) -> Page[Clinic]:
        """Clinics by id, or those of one number.

        Raises:
            InvalidInputError: `after` is no cursor of ours.
        """
        query = {} if number is None else {_NUMBER: number}
        return await self._clinics.page(query, _BY_ID, after=after, limit=limit)
