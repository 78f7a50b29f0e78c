"""The collection `signers`: one document a holder, found by its id and by when it ends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, IndexModel

from services.chassis.database.client import Database, Indexes
from services.chassis.database.mapping import Mapper
from services.chassis.foundation.errors import DuplicateError
from services.chassis.work.aggregates import Aggregates
from services.documents.signers.domain.signer import Holder, Signer
from services.documents.signers.errors import AnothersKeyError, NoSuchSignerError

INDEXES: Indexes = {
    "signers": [
        IndexModel(
            [("holder", ASCENDING), ("ends_at", ASCENDING)],
            partialFilterExpression={"ends_at": {"$exists": True}},
        ),
        IndexModel(
            [("keys", ASCENDING)],
            unique=True,
            partialFilterExpression={"keys": {"$exists": True}},
        ),
    ]
}
_PAGE = 100


def _taken(field: str) -> Exception:
    return AnothersKeyError() if field == "keys" else DuplicateError(field)


class Signers(Aggregates[Signer]):
    """Who signs."""

    def __init__(self, db: Database) -> None:
        super().__init__(
            db["signers"],
            _Mapper(Signer),
            not_found=NoSuchSignerError,
            owner="holder_id",
            duplicate=_taken,
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
    """`ends_at` is there exactly for those who can sign: its index is of them alone.

    A key is one signer's, in `keys`: a token proves that it holds a key, not whose that is, and
    certificates of others stand in every document.
    """

    def document(self, value: Signer) -> dict[str, Any]:
        plain = super().document(value)
        if value.active and value.credential is not None:
            plain["ends_at"] = value.credential.valid_until
        keys = {part.key.id for part in (value.request, value.credential) if part}
        if keys:
            plain["keys"] = sorted(keys)
        return plain
