"""The collection `previews`: each is gone after its day."""

from __future__ import annotations

from pymongo import ASCENDING, IndexModel

from services.chassis.database.client import Database, Indexes
from services.chassis.database.mapping import Mapper
from services.chassis.work.aggregates import Records
from services.documents.previews.domain import Preview

INDEXES: Indexes = {"previews": [IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=0)]}


class Previews(Records[Preview]):
    """Previews by their ids."""

    def __init__(self, db: Database) -> None:
        super().__init__(db["previews"], Mapper(Preview))
