"""Aggregates on real MongoDB: two writers, whose it is, facts in order, pages, duplicates."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest
import pytest_asyncio
from pymongo import IndexModel

from contracts.identity import ProfileRejected
from services.chassis.database.client import Mongo
from services.chassis.database.mapping import Mapper
from services.chassis.database.pages import Sort
from services.chassis.foundation.errors import DuplicateError, NotFoundError, StaleVersionError
from services.chassis.foundation.settings import Platform
from services.chassis.work.aggregates import Aggregates, Records
from services.chassis.work.outbox import INDEXES as OUTBOX
from services.chassis.work.outbox import Outbox
from services.chassis.work.timers import Timers
from services.chassis.work.transactions import Fact, Transaction, Transactions, new_event_id

T = TypeVar("T")
NOW = datetime(2026, 11, 27, 8, tzinfo=UTC)
NEWEST = Sort("made_at", descending=True)
FACT = ProfileRejected(account_id="t", mismatches=())


@dataclass(frozen=True)
class Thing:
    id: str
    citizen_id: str
    number: str
    made_at: datetime = NOW
    edition: int = 1
    revision: int = 0
    version: int = 0


class ThingUnknownError(NotFoundError):
    code = "thing-not-found"

    def __init__(self) -> None:
        super().__init__("Нет.")


class NumberTakenError(DuplicateError):
    """Another thing has the number."""


@dataclass(frozen=True)
class Shelf:
    mongo: Mongo
    transactions: Transactions
    things: Aggregates[Thing]

    async def run(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        return await self.transactions.run(work)

    async def add(self, thing: Thing, *facts: ProfileRejected) -> Thing:
        return await self.run(lambda tx: self.things.add(tx, thing, *facts))

    async def save(self, thing: Thing, *facts: ProfileRejected | Fact) -> Thing:
        return await self.run(lambda tx: self.things.save(tx, thing, *facts))

    async def seqs(self) -> list[tuple[str, int]]:
        found = await self.mongo.db["outbox"].find(sort=[("seq", 1)]).to_list(None)
        return [(d["aggregateid"], d["seq"]) for d in found]


def _things(mongo: Mongo, **stored_as: str) -> Aggregates[Thing]:
    return Aggregates(
        mongo.db["things"],
        Mapper(Thing, stored_as=stored_as),
        not_found=ThingUnknownError,
        owner="citizen_id",
        duplicate=NumberTakenError,
    )


@pytest_asyncio.fixture
async def shelf(platform: Platform, database: str) -> AsyncIterator[Shelf]:
    mongo = Mongo(platform.mongo_url, database)
    await mongo.ensure({**OUTBOX, "timers": [], "things": [IndexModel("number", unique=True)]})
    transactions = Transactions("identity", mongo, Outbox(mongo), Timers(mongo))
    yield Shelf(mongo, transactions, _things(mongo))
    await mongo.client.drop_database(database)
    mongo.close()


async def test_changes_and_facts_are_counted_apart(shelf: Shelf) -> None:
    new = await shelf.add(Thing("t", "c", "1"), FACT)
    assert (new.revision, new.version) == (1, 1)
    quiet = await shelf.save(replace(new, number="2"))
    assert (quiet.revision, quiet.version) == (2, 1)
    told = await shelf.save(quiet, FACT, Fact(asked := new_event_id(), FACT))
    assert (told.revision, told.version) == (3, 3)
    assert await shelf.things.get(None, "t", owner="c") == told
    assert await shelf.seqs() == [("t", 1), ("t", 2), ("t", 3)]
    assert await shelf.mongo.db["outbox"].find_one({"_id": asked, "seq": 3}) is not None


async def test_one_of_many_writers_is_first_and_nobody_else_is_told_of(shelf: Shelf) -> None:
    new = await shelf.add(Thing("t", "c", "1"))
    done = await asyncio.gather(
        *(shelf.save(replace(new, number=str(n)), FACT) for n in range(8)), return_exceptions=True
    )
    (winner,) = [d for d in done if isinstance(d, Thing)]
    assert sum(isinstance(d, StaleVersionError) for d in done) == 7
    assert await shelf.things.find(None, "t") == winner
    assert await shelf.seqs() == [("t", 1)]


async def test_another_citizens_thing_is_not_there(shelf: Shelf) -> None:
    await shelf.add(Thing("t", "c", "1"))

    async def work(tx: Transaction) -> Thing:
        return await shelf.things.get(tx, "t", owner="another")

    with pytest.raises(ThingUnknownError):
        await shelf.run(work)
    with pytest.raises(ThingUnknownError):
        await shelf.things.get(None, "t", owner="another")
    assert await shelf.things.find(None, "t", owner="another") is None
    assert (await shelf.things.get(None, "t", owner=None)).number == "1"


async def test_a_duplicate_has_a_name_and_leaves_nothing(shelf: Shelf) -> None:
    await shelf.add(Thing("a", "c", "1"))
    b = await shelf.add(Thing("b", "c", "2"))
    attempts: list[Callable[[], Awaitable[object]]] = [
        lambda: shelf.add(Thing("d", "c", "1"), FACT),
        lambda: shelf.save(replace(b, number="1"), FACT),
        lambda: shelf.run(
            lambda tx: shelf.things.add_all(tx, [Thing("d", "c", "3"), Thing("e", "c", "1")])
        ),
    ]
    for attempt in attempts:
        with pytest.raises(NumberTakenError) as taken:
            await attempt()
        assert taken.value.field == "number"
    with pytest.raises(NumberTakenError) as same:
        await shelf.add(Thing("a", "c", "9"))
    assert same.value.field == "_id"
    assert [t.id for t in await shelf.things.every(None, {})] == ["a", "b"]
    assert await shelf.seqs() == []


async def test_a_unit_sees_what_it_wrote(shelf: Shelf) -> None:
    async def work(tx: Transaction) -> list[Thing]:
        new = await shelf.things.add(tx, Thing("t", "c", "1"), FACT)
        await shelf.things.save(tx, replace(new, number="2"), FACT)
        again = await shelf.things.get(tx, "t", owner="c")
        await shelf.things.save(tx, again)
        assert await shelf.things.find(None, "t") is None  # nobody else does
        return await shelf.things.every(tx, {"citizen_id": "c"}, NEWEST)

    assert await shelf.run(work) == [Thing("t", "c", "2", revision=3, version=2)]
    assert await shelf.seqs() == [("t", 1), ("t", 2)]


async def test_pages_show_everything_once_and_end(shelf: Shelf) -> None:
    """Equal moments, too; a last page that is full has no cursor."""
    things = [Thing(f"t{n}", "c", str(n), NOW + timedelta(milliseconds=n // 3)) for n in range(8)]
    await shelf.run(lambda tx: shelf.things.add_all(tx, [*things, Thing("x", "other", "x")]))
    shown: list[str] = []
    cursor: str | None = None
    sizes = []
    while True:
        page = await shelf.things.page({"citizen_id": "c"}, NEWEST, after=cursor, limit=4)
        shown += [t.id for t in page.items]
        sizes.append(len(page.items))
        if (cursor := page.next_cursor) is None:
            break
    assert shown == [f"t{n}" for n in (7, 6, 5, 4, 3, 2, 1, 0)]
    assert sizes == [4, 4]
    by_id = await shelf.things.page({}, Sort(), after=None, limit=8)
    rest = await shelf.things.page({}, Sort(), after=by_id.next_cursor, limit=8)
    assert [t.id for t in (*by_id.items, *rest.items)] == [*(f"t{n}" for n in range(8)), "x"]


async def test_what_was_stored_before_changes_were_counted_goes_on(shelf: Shelf) -> None:
    """Its facts count for its changes until the first change; then there is a counter."""
    things = _things(shelf.mongo, edition="revision", revision="changes")
    old = {"_id": "t", "citizen_id": "c", "number": "1", "made_at": NOW}
    await shelf.mongo.db["things"].insert_one({**old, "revision": 5, "version": 2})
    read = await things.get(None, "t", owner="c")
    assert (read.edition, read.revision, read.version) == (5, 2, 2)

    async def save(thing: Thing) -> Thing:
        return await shelf.run(lambda tx: things.save(tx, thing, FACT))

    done = await asyncio.gather(*(save(read) for _ in range(4)), return_exceptions=True)
    (saved,) = [d for d in done if isinstance(d, Thing)]
    assert (saved.edition, saved.revision, saved.version) == (5, 3, 3)
    assert (await save(saved)).revision == 4
    stored = await shelf.mongo.db["things"].find_one({"_id": "t"})
    assert stored is not None
    assert (stored["revision"], stored["changes"]) == (5, 4)


async def test_a_record_is_put_in_place_of_the_one_before(shelf: Shelf) -> None:
    copies = Records(shelf.mongo.db["things"], Mapper(Thing, key="number"), owner="citizen_id")
    for id_ in ("first", "second"):
        await shelf.run(lambda tx, id_=id_: copies.put(tx, Thing(id_, "c", "n")))  # type: ignore[misc] # the default binds the loop's value
    found = await copies.find(None, "n", owner="c")
    assert found is not None
    assert found.id == "second"
