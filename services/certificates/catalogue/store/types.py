"""The types as they are stored: heads, and every version that there ever was."""

from __future__ import annotations

from services.certificates.catalogue.domain.versions import Edition, Head, edition_id
from services.certificates.catalogue.errors import (
    TypeExistsError,
    UnknownTypeError,
    UnknownVersionError,
)
from services.chassis.database.client import Database, Indexes
from services.chassis.database.mapping import Mapper
from services.chassis.foundation.errors import StaleVersionError
from services.chassis.work.aggregates import Aggregates, Records
from services.chassis.work.transactions import Transaction

INDEXES: Indexes = {"types": [], "type_versions": []}
_ALL = {"_id": {"$gt": ""}}
"""By the index of ids: no query scans a collection, however small."""


def _exists(_: str) -> Exception:
    return TypeExistsError()


def _stale(_: str) -> Exception:
    return StaleVersionError()


class TypeStore:
    """The collections `types` and `type_versions`. There are tens of types: they are read whole."""

    def __init__(self, db: Database) -> None:
        self._heads = Aggregates(
            db["types"],
            Mapper(Head),
            not_found=UnknownTypeError,
            owner=None,
            duplicate=_exists,
        )
        self._editions = Records(db["type_versions"], Mapper(Edition), duplicate=_stale)

    async def heads(self, tx: Transaction | None = None) -> list[Head]:
        """Of all types, retired ones too."""
        found = await self._heads.every(tx, _ALL)
        return sorted(found, key=lambda head: head.id)

    async def head(self, tx: Transaction | None, code: str) -> Head:
        """Of one type.

        Raises:
            UnknownTypeError: there is none.
        """
        return await self._heads.get(tx, code, owner=None)

    async def edition(self, tx: Transaction | None, code: str, number: int) -> Edition:
        """One version.

        Raises:
            UnknownVersionError: there is none.
        """
        found = await self._editions.find(tx, edition_id(code, number))
        if found is None:
            raise UnknownVersionError
        return found

    async def add(self, tx: Transaction, head: Head, edition: Edition) -> Head:
        """A new type with its first version.

        Raises:
            TypeExistsError: there is one of its code.
            StaleVersionError: another writer adds it at this moment.
        """
        if await self._heads.find(tx, head.id) is not None:
            raise TypeExistsError
        await self._editions.add_all(tx, [edition])
        return await self._heads.add(tx, head)

    async def save(self, tx: Transaction, head: Head, edition: Edition | None = None) -> Head:
        """The change of a type, with its next version if that is the change.

        Raises:
            StaleVersionError: another writer was faster.
        """
        if edition is not None:
            await self._editions.add_all(tx, [edition])
        return await self._heads.save(tx, head)
