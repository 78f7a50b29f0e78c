"""Certificates in MongoDB: by id, by number, by citizen."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from typing import Any

from pymongo import ASCENDING, IndexModel

from services.certificates.registry.domain.certificate import Certificate, Sealed, Status
from services.certificates.registry.errors import UnknownCertificateError
from services.chassis.database.client import Database, Document, Indexes
from services.chassis.database.mapping import Mapper
from services.chassis.database.pages import Page, Sort
from services.chassis.work.aggregates import Aggregates

_NEWEST = Sort("created_at", descending=True)
_SEALED = tuple(field.name for field in fields(Sealed))
_SHOWN = {"$in": [Status.ISSUED.value, Status.REVOKED.value]}
INDEXES: Indexes = {
    "certificates": [
        IndexModel("number", unique=True),
        IndexModel([("citizen_id", ASCENDING), *_NEWEST.keys], name="of_citizen"),
    ]
}


class _Mapper(Mapper[Certificate]):
    """Where it is sealed lies beside the rest in a document."""

    def document(self, value: Certificate) -> dict[str, Any]:
        document = super().document(value)
        return document | (document.pop("sealed") or dict.fromkeys(_SEALED))

    def value(self, document: Document) -> Certificate:
        sealed = {name: document.get(name) for name in _SEALED}
        return super().value({**document, "sealed": sealed if sealed["document_id"] else None})


class CertificateStore(Aggregates[Certificate]):
    """The collection `certificates`. A number that exists leaves as `DuplicateError`."""

    def __init__(self, db: Database) -> None:
        super().__init__(
            db["certificates"],
            _Mapper(Certificate),
            not_found=UnknownCertificateError,
            owner="citizen_id",
        )

    async def shown(self, certificate_id: str, citizen_id: str) -> Certificate:
        """An issued or revoked certificate of this citizen.

        Raises:
            UnknownCertificateError: there is none, or it is somebody else's.
        """
        query = {"_id": certificate_id, "citizen_id": citizen_id, "status": _SHOWN}
        found = await self.first(None, query)
        if found is None:
            raise UnknownCertificateError
        return found

    async def of_citizen(
        self, citizen_id: str, *, after: str | None, limit: int
    ) -> Page[Certificate]:
        """A citizen's issued and revoked certificates, newest first."""
        query = {"citizen_id": citizen_id, "status": _SHOWN}
        return await self.page(query, _NEWEST, after=after, limit=limit)

    async def some(self, ids: Collection[str]) -> list[Certificate]:
        """Those of these ids that are there."""
        return await self.every(None, {"_id": {"$in": list(ids)}}) if ids else []

    async def of_number(self, number: str) -> Certificate | None:
        """The certificate of that number."""
        return await self.first(None, {"number": number})
