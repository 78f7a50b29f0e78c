"""The collection `signers`: one document a holder, found by its id and by when it ends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, IndexModel

from services.chassis.database.client import Database, Indexes
from services.chassis.database.mapping import Mapper
from services.chassis.work.aggregates import Aggregates
from services.documents.signers.domain.signer import Holder, Signer
from services.documents.signers.errors import NoSuchSignerError

INDEXES: Indexes = {
    "signers": [
        IndexModel(
            [("holder", ASCENDING), ("ends_at", ASCENDING)],
            partialFilterExpression={"ends_at": {"$exists": True}},
        )
    ]
}
_PAGE = 100


class Signers(Aggregates[Signer]):
    """Who signs."""

    def __init__(self, db: Database) -> None:
        super().__init__(
            db["signers"], _Mapper(Signer), not_found=NoSuchSignerError, owner="holder_id"
        )

    async def of(self, ids: Sequence[str]) -> dict[str, Signer]:
        """Those of these ids that there are."""
        found = await self.every(None, {"_id": {"$in": list(ids)}})
        return {signer.id: signer for signer in found}

    async def first_end(self, holder: Holder) -> datetime | None:
        """When the first of those who can sign ends."""
        query = {"holder": holder.value, "ends_at": {"$exists": True}}
        found = await self.collection.find_one(query, {"ends_at": 1}, sort=[("ends_at", ASCENDING)])
        return found["ends_at"] if found else None

    async def after(self, last: str) -> list[Signer]:
        """The next hundred by id."""
        query = {"_id": {"$gt": last}}
        found = self.collection.find(query, sort=[("_id", ASCENDING)], limit=_PAGE)
        return [self._value(document) for document in await found.to_list(None)]


class _Mapper(Mapper[Signer]):
    """`ends_at` is there exactly for those who can sign: its index is of them alone."""

    def document(self, value: Signer) -> dict[str, Any]:
        plain = super().document(value)
        if value.active and value.credential is not None:
            plain["ends_at"] = value.credential.valid_until
        return plain
