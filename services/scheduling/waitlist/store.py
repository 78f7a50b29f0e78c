"""The collection `waits`: who waits, by what slots are looked up by, in the order of joining."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from pymongo import ASCENDING, IndexModel

from services.chassis.database.client import Database, Indexes
from services.chassis.database.counting import counted
from services.chassis.database.mapping import Mapper
from services.chassis.database.pages import Page, Sort
from services.chassis.work.aggregates import Aggregates
from services.chassis.work.transactions import Transaction
from services.scheduling.timetable.domain import Slot
from services.scheduling.waitlist.domain import State, Wait, keys_of
from services.scheduling.waitlist.errors import WaitUnknownError

_BY_JOINING = Sort("joined_at")
_LATEST = Sort("joined_at", descending=True)
_OPEN = [State.WAITING.value, State.OFFERED.value]
_MINUTES = 20
"""Of so many times of day at most it is asked who wants one of them."""
MOST_AHEAD = 1000
"""So many who joined before are counted for somebody; more is «as many or more»."""
INDEXES: Indexes = {
    "waits": [
        IndexModel(
            [
                ("keys", ASCENDING),
                *_BY_JOINING.keys,
                ("sought.since", ASCENDING),
                ("sought.until", ASCENDING),
            ],
            name="line",
            partialFilterExpression={"state": State.WAITING.value},
        ),
        IndexModel([("citizen_id", ASCENDING), *_LATEST.keys], name="of_citizen"),
        IndexModel(
            [("citizen_id", ASCENDING)],
            name="open_of_citizen",
            partialFilterExpression={"state": {"$in": _OPEN}},
        ),
        IndexModel([("state", ASCENDING)], name="by_state"),
    ],
    "waiting_citizens": [],
}


class _WaitMapper(Mapper[Wait]):
    """The hours are stored once more, as spans of one day, to be asked for."""

    def document(self, value: Wait) -> dict[str, Any]:
        spans = [{"first": first, "end": end} for first, end in value.sought.spans]
        return {**super().document(value), "spans": spans}


def _wanted(slots: Collection[Slot]) -> dict[str, Any]:
    """What sets those aside who want none of them; of many slots at once, not all of those."""
    kinds = {slot.visit.kind for slot in slots}
    query: dict[str, Any] = {"sought.kind": {"$in": [None, *sorted(filter(None, kinds))]}}
    minutes = sorted({slot.minute for slot in slots})
    if len(minutes) <= _MINUTES:
        at = [{"first": {"$lte": minute}, "end": {"$gt": minute}} for minute in minutes]
        query["$or"] = [{"spans": {"$elemMatch": span}} for span in at]
    if len(slots) == 1:
        query["passed"] = {"$nin": [slot.id for slot in slots]}
    return query


class Waits(Aggregates[Wait]):
    """Places in line."""

    def __init__(self, db: Database) -> None:
        super().__init__(
            db["waits"], _WaitMapper(Wait), not_found=WaitUnknownError, owner="citizen_id"
        )
        self._citizens = db["waiting_citizens"]

    async def join(self, tx: Transaction, wait: Wait) -> Wait:
        """Keep a new one. Two of one citizen both write theirs: the second sees the first."""
        await tx.update(self._citizens, wait.citizen_id, {"$inc": {"joined": 1}}, upsert=True)
        return await self.add(tx, wait)

    async def in_line(
        self, tx: Transaction, slots: Collection[Slot], *, after: Wait | None, limit: int
    ) -> list[Wait]:
        """Who waits for such slots, in the order of joining: some may want none of them."""
        days = sorted(slot.day.isoformat() for slot in slots)
        query: dict[str, Any] = {
            "keys": {"$in": sorted(keys_of(slots))},
            "state": State.WAITING.value,
            "sought.since": {"$lte": days[-1]},
            "sought.until": {"$gte": days[0]},
            **_wanted(slots),
        }
        if after is not None:
            beyond = _BY_JOINING.after(_BY_JOINING.cursor(self.mapper.document(after)))
            query = {"$and": [query, beyond]}
        return await self.every(tx, query, _BY_JOINING, limit)

    async def open_of(self, tx: Transaction, citizen_id: str) -> list[Wait]:
        """Those of a citizen that go on."""
        return await self.every(tx, {"citizen_id": citizen_id, "state": {"$in": _OPEN}})

    async def ahead(self, wait: Wait) -> int:
        """How many joined before who wait for some of the same; at most `MOST_AHEAD`."""
        query = {
            "keys": {"$in": list(wait.keys)},
            "state": State.WAITING.value,
            "joined_at": {"$lt": wait.joined_at},
        }
        return await counted(self.collection, query, hint="line", most=MOST_AHEAD)

    async def of_citizen(self, citizen_id: str, *, after: str | None, limit: int) -> Page[Wait]:
        """A citizen's, the latest first, those that are over too."""
        return await self.page({"citizen_id": citizen_id}, _LATEST, after=after, limit=limit)

    async def left(self, state: State) -> int:
        """How many are in this state."""
        return await counted(self.collection, {"state": state.value}, hint="by_state")
