"""The collection `video_orders`: video visits that applications need, by the application."""

from __future__ import annotations

from services.chassis.database.client import Database, Indexes
from services.chassis.database.mapping import Mapper
from services.chassis.foundation.errors import NotFoundError
from services.chassis.work.aggregates import Aggregates
from services.scheduling.video.domain import Order

INDEXES: Indexes = {"video_orders": []}


class Orders(Aggregates[Order]):
    """Everything is asked for by its id."""

    def __init__(self, db: Database) -> None:
        super().__init__(
            db["video_orders"], Mapper(Order), not_found=NotFoundError, owner="citizen_id"
        )
