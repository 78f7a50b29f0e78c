"""Reads that are made together answer as each would by itself: MongoDB says what is right."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymongo import MongoClient

from services.chassis.database.client import Mongo
from services.chassis.database.reads import Read, fits, id_of, read_all
from services.chassis.database.together import read_together
from services.chassis.foundation.settings import Platform

VALUES = st.sampled_from(["a", 1, 0, True, b"a", "a.b"])
SCALARS = st.one_of(VALUES, st.sampled_from([None, 1.0, False, "$a"]))
STORED = st.one_of(
    SCALARS,
    st.lists(st.one_of(SCALARS, st.lists(SCALARS, max_size=1), st.just({"a": 1})), max_size=3),
    st.just({"a": "a"}),
)
DOCUMENTS = st.lists(st.fixed_dictionaries({}, optional={"f": STORED, "g": STORED}), max_size=6)
MORE = st.dictionaries(
    st.sampled_from(["f", "g", "f.a", "f.0"]),
    st.one_of(SCALARS, st.just({"$exists": True}), st.just({"$in": ["a", 1]})),
    max_size=1,
)
QUERIES = st.one_of(
    st.builds(lambda id_, more: {"_id": id_} | more, st.integers(0, 6), MORE),
    st.builds(lambda value: {"f": value}, VALUES),
    st.builds(lambda value, more: {"f": value} | more, SCALARS, MORE),
)
ORDERS = st.sampled_from([None, [("_id", 1)], [("_id", -1)], [("g", 1), ("_id", 1)]])
ANY = st.tuples(QUERIES, ORDERS, st.sampled_from([0, 1, 2]), st.booleans())
ALIKE = st.tuples(
    st.builds(lambda value: {"f": value}, VALUES), st.none(), st.just(0), st.just(False)
)
ASKED = st.lists(st.one_of(ALIKE, ANY), min_size=2, max_size=12)


@pytest_asyncio.fixture
async def mongo(platform: Platform, database: str) -> AsyncIterator[Mongo]:
    found = Mongo(platform.mongo_url, database)
    yield found
    await found.client.drop_database(database)
    found.close()


def test_read_together_as_read_alone(platform: Platform, database: str) -> None:
    """Any documents, any queries: arrays, nulls, numbers that Python takes for truths, dots."""
    client: MongoClient[Any] = MongoClient(platform.mongo_url)
    there = client[database]["there"]

    class Collection:
        """As `Motor` has it: `blocking` wants what is behind."""

        delegate = there
        name = there.name

    @settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
    @given(DOCUMENTS, ASKED)
    def same(documents: list[dict[str, Any]], asked: list[Any]) -> None:
        there.delete_many({})
        stored = [{"_id": n, **document} for n, document in enumerate(documents)]
        if stored:
            there.insert_many(stored)
        reads = [
            Read(Collection, query, order, limit, counted)  # type: ignore[arg-type] # see there
            for query, order, limit, counted in asked
        ]
        # without an order there is none to keep
        for read, found in zip(reads, read_all(reads, None), strict=True):
            (right,) = read_all([read], None)
            if read.counted or read.sort or read.limit:
                assert found == right, read
            else:
                assert sorted(d["_id"] for d in found) == sorted(d["_id"] for d in right), read
        for query in (read.query for read in reads if id_of(read.query) is not None):
            for document in stored:
                one = there.count_documents({"$and": [{"_id": document["_id"]}, query]}) == 1
                assert fits(document, query) is one, (document, query)

    try:
        same()
    finally:
        client.drop_database(database)
        client.close()


async def test_a_bad_read_is_told_to_who_asked(mongo: Mongo) -> None:
    """Not to everybody who asks for something of the collection at the same moment."""
    there = mongo.collection("there")
    await there.insert_many([{"_id": n} for n in range(20)])
    reads = [read_together(Read(there, {"_id": n}, limit=1)) for n in range(20)]
    reads.append(read_together(Read(there, {"_id": 2**70})))
    *found, bad = await asyncio.gather(*reads, return_exceptions=True)
    assert found == [[{"_id": n}] for n in range(20)]
    assert isinstance(bad, OverflowError)


async def test_each_who_asks_in_vain_has_an_error_of_its_own(
    platform: Platform, database: str
) -> None:
    nowhere = Mongo("mongodb://127.0.0.1:1/?directConnection=true", database)
    there = nowhere.collection("there")
    errors = await asyncio.gather(
        *(read_together(Read(there, {"_id": n})) for n in range(5)), return_exceptions=True
    )
    assert len(set(map(id, errors))) == 5
    nowhere.close()
