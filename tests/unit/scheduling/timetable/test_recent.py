"""Answers of a moment ago: whose they are, how long, how many."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest
from fastapi import APIRouter, FastAPI, Response
from fastapi.testclient import TestClient

from services.chassis.foundation.errors import NotFoundError
from services.chassis.http.facilities import provide
from services.scheduling.timetable.api.recent import (
    LIFETIME,
    Question,
    RecentAnswers,
    RecentRoute,
)

SLOTS: Question = ("/v1/slots", b"")


@dataclass
class Database:
    """What is read, and how often; a reading ends when `open` is set."""

    now: float = 0.0
    state: str = "free"
    readings: int = 0
    open: asyncio.Event = field(default_factory=asyncio.Event)

    async def read(self) -> Response:
        self.readings += 1
        seen = self.state
        await self.open.wait()
        return Response(seen)


@pytest.fixture
def database() -> Database:
    found = Database()
    found.open.set()
    return found


@pytest.fixture
def recent(database: Database) -> RecentAnswers:
    return RecentAnswers(clock=lambda: database.now, most=3)


async def ask(
    recent: RecentAnswers, database: Database, read: Callable[[], Awaitable[Response]] | None = None
) -> bytes:
    return bytes((await recent.answer(SLOTS, read or database.read)).body)


async def begun(*asked: Awaitable[bytes]) -> list[asyncio.Task[bytes]]:
    tasks = [asyncio.ensure_future(one) for one in asked]
    for _ in range(3):
        await asyncio.sleep(0)  # turns of the loop, no time
    return tasks


async def test_an_answer_is_given_again_for_less_than_a_second(
    recent: RecentAnswers, database: Database
) -> None:
    assert LIFETIME < 1
    await ask(recent, database)
    database.now, database.state = LIFETIME - 0.01, "taken"
    assert await ask(recent, database) == b"free"
    database.now = LIFETIME
    assert await ask(recent, database) == b"taken"
    assert database.readings == 2


async def test_a_change_of_ours_is_seen_at_once(recent: RecentAnswers, database: Database) -> None:
    await ask(recent, database)
    database.state = "taken"
    recent.changed()
    assert await ask(recent, database) == b"taken"


async def test_a_crowd_is_one_reading(recent: RecentAnswers, database: Database) -> None:
    database.open.clear()
    crowd = await begun(*(ask(recent, database) for _ in range(100)))
    database.open.set()
    assert set(await asyncio.gather(*crowd)) == {b"free"}
    assert database.readings == 1


async def test_who_comes_after_a_change_does_not_get_what_was_read_before_it(
    recent: RecentAnswers, database: Database
) -> None:
    """However many changes there are: one reading at a time, and one for all who wait."""
    database.open.clear()
    early = await begun(ask(recent, database))
    database.state = "taken"
    late = []
    for _ in range(10):
        recent.changed()
        late += await begun(ask(recent, database))
    database.open.set()
    assert await asyncio.gather(*early) == [b"free"]
    assert set(await asyncio.gather(*late)) == {b"taken"}
    assert database.readings == 2
    assert await ask(recent, database) == b"taken", "what was read last is what is kept"
    assert database.readings == 2


async def test_who_leaves_does_not_take_the_answer_from_the_others(
    recent: RecentAnswers, database: Database
) -> None:
    database.open.clear()
    first, second = await begun(ask(recent, database), ask(recent, database))
    first.cancel()
    database.open.set()
    assert await second == b"free"
    assert database.readings == 1


async def test_a_failure_is_told_and_not_kept(recent: RecentAnswers, database: Database) -> None:
    async def refuse() -> Response:
        await database.open.wait()
        raise NotFoundError

    database.open.clear()
    asked = await begun(*(ask(recent, database, refuse) for _ in range(3)))
    database.open.set()
    told = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(one) for one in told] == [NotFoundError] * 3
    assert len(recent) == 0
    assert await ask(recent, database) == b"free"


async def test_a_reading_that_hangs_keeps_nobody_waiting_for_ever(
    recent: RecentAnswers, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.scheduling.timetable.api.recent.LIFETIME", 0.01)
    database.open.clear()
    (hanging,) = await begun(ask(recent, database))
    recent.changed()

    async def quick() -> Response:
        return Response("taken")

    assert await ask(recent, database, quick) == b"taken"
    assert not hanging.done()
    database.open.set()
    assert await hanging == b"free"


async def test_no_more_are_kept_than_were_meant(recent: RecentAnswers, database: Database) -> None:
    """Old ones go first, and those that are of no use any more go all."""
    for n in range(10):
        database.now += 0.01
        await recent.answer(("/v1/slots", b"%d" % n), database.read)
    assert len(recent) == 3
    await recent.answer(("/v1/slots", b"9"), database.read)
    assert database.readings == 10
    recent.changed()
    await ask(recent, database)
    assert len(recent) == 1


def app_of(router: APIRouter, recent: RecentAnswers) -> TestClient:
    app = FastAPI()
    provide(app, recent)
    app.include_router(router)
    return TestClient(app)


def test_what_a_route_does_not_read_makes_no_other_question_of_it(recent: RecentAnswers) -> None:
    """Somebody who counts up in a word that means nothing would put out what others ask for."""
    router, read = APIRouter(route_class=RecentRoute), Counter[str]()

    @router.get("/all")
    async def everything() -> int:
        read["all"] += 1
        return read["all"]

    @router.get("/some")
    async def some(most: int = 1) -> int:
        read["some"] += 1
        return most

    with app_of(router, recent) as client:
        assert [client.get(f"/all?x={n}").json() for n in range(3)] == [1, 1, 1]
        assert [client.get(f"/some?most={n}").json() for n in (1, 2, 1)] == [1, 2, 1]
    assert read == {"all": 1, "some": 2}


@pytest.mark.parametrize("path", ["/things/{id_}", "/files/{id_:path}"])
def test_a_route_with_a_thing_in_its_address_is_refused(path: str) -> None:
    """One thing's answer would be another's."""
    router = APIRouter(route_class=RecentRoute)

    async def one(id_: str) -> str:
        return id_

    with pytest.raises(ValueError, match="not one question"):
        router.get(path)(one)
