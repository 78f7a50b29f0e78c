"""Counts of gauges end where nobody reads on."""

from __future__ import annotations

from pymongo import ASCENDING, IndexModel

from services.chassis.database.client import Mongo
from services.chassis.database.counting import counted
from services.chassis.foundation.settings import Platform


async def test_o2_a_count_walks_no_further_than_it_is_asked_to(
    platform: Platform, database: str
) -> None:
    """A gauge of what grows for ever takes the same time on every day of it."""
    mongo = Mongo(platform.mongo_url, database)
    things = mongo.db["things"]
    await things.create_indexes([IndexModel([("kind", ASCENDING)], name="by_kind")])
    await things.insert_many([{"kind": kind} for kind in ("rare", *["common"] * 50)])
    assert await counted(things, {"kind": "rare"}, most=10) == 1
    assert await counted(things, {"kind": "common"}, most=10) == 10
    assert await counted(things, {"kind": "common"}, hint="by_kind") == 50
    assert await counted(things, {"kind": "none"}, most=10) == 0
    await mongo.client.drop_database(database)
    mongo.close()
