"""E4, E6: a process that dies, or a line that breaks, at every step of a group."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import pytest
from pydantic import BaseModel

from services.chassis.database.idempotency import Once, ReplayedAnswer
from services.chassis.foundation.errors import AlreadyHandledError
from services.chassis.foundation.faults import is_accident
from services.chassis.foundation.settings import Platform
from services.chassis.work.group import Group
from services.chassis.work.groups import Groups
from services.chassis.work.inbox import EventCause, EventPosition
from services.chassis.work.transactions import Transaction, Transactions
from services.chassis.work.unit import Unit
from tests.support.tools.crowds import Workshop, workshop_of
from tests.support.tools.lines import abandoned_soon, line_to
from tests.support.tools.programs import program
from tests.support.victims.grouping import EVENTS, STEPS, handle

T = TypeVar("T")
ALL = {f"e{n}" for n in range(EVENTS)}
CASES = [(step, 32) for step in STEPS] + [("written", 1), ("committed", 1), ("committed", 2)]


async def effects(workshop: Workshop) -> list[set[str]]:
    """Of which events there is each effect."""
    db = workshop.mongo.db
    return [
        {d["_id"].rpartition(":")[2] async for d in db["inbox"].find()},
        {d["_id"] async for d in db["counts"].find({"count": 1})},
        {d["key"] async for d in db["timers"].find()},
        {d["aggregateid"] async for d in db["outbox"].find({"seq": 1})},
    ]


async def settled(workshop: Workshop) -> list[set[str]]:
    """The effects once the server is through with a commit that the killed process had sent."""
    before, now = None, await effects(workshop)
    while before != now:
        await asyncio.sleep(0.2)  # longer than a commit takes
        before, now = now, await effects(workshop)
    return now


@pytest.mark.parametrize(("step", "largest"), CASES)
async def test_a_group_killed_at_any_step_is_whole_or_nothing(
    platform: Platform, database: str, step: str, largest: int
) -> None:
    """Each event has all of its effects or none; delivered again, each has them once."""
    opened = workshop_of(platform.mongo_url, database, largest=largest)
    async with opened as workshop, abandoned_soon(workshop.mongo):
        await workshop.mongo.db.create_collection("counts")
        async with program(
            *(sys.executable, "-m", "tests.support.victims.grouping"),
            *(platform.mongo_url, database, step, str(largest)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        ) as victim:
            assert victim.stdout is not None
            assert await victim.stdout.readline() == b"REACHED\n"
            victim.kill()

        inbox, *others = await settled(workshop)
        assert all(effect == inbox for effect in others)
        if largest >= EVENTS:
            assert inbox == (ALL if step == "committed" else set())
        answers = await asyncio.gather(
            *(handle(workshop.transactions, n, None) for n in range(EVENTS)),
            return_exceptions=True,
        )
        known = {f"e{n}" for n, a in enumerate(answers) if isinstance(a, AlreadyHandledError)}
        assert known == inbox
        assert sum(a is None for a in answers) == EVENTS - len(known)
        assert await effects(workshop) == [ALL] * 4
        assert await workshop.mongo.db["outbox"].count_documents({}) == EVENTS


class Hasty(Groups):
    """Does not ask for an unknown outcome for long."""

    async def run(
        self, attempt: Callable[[Group, Unit], Awaitable[T]], *, within: float = 0.5
    ) -> T:
        return await super().run(attempt, within=within)


class Done(BaseModel):
    """What a keyed request is answered."""

    key: str


def _counting(transactions: Transactions, kind: str, key: str) -> Awaitable[Done]:
    """An event, a keyed request, or a request without any key: it counts its own."""
    mongo = transactions.mongo
    things = mongo.collection("things")

    async def work(tx: Transaction) -> Done:
        change = {"$inc": {"n": 1}, "$setOnInsert": {"number": key}}
        await tx.update(things, key, change, upsert=True)
        return Done(key=key)

    if kind == "event":
        cause = EventCause(mongo, "c", "/registry", key, "t", key, EventPosition(1))
        return transactions.run(work, cause=cause)
    once = Once.of(subject="a", route="r", key=key, payload=b"").answering(lambda done: done)
    return transactions.run(work, once=once if kind == "keyed" else None)


KINDS = ("event", "keyed", "bare")


def _all(transactions: Transactions, keys: Sequence[tuple[str, str]]) -> Awaitable[list[Any]]:
    runs = [_counting(transactions, kind, key) for kind, key in keys]
    return asyncio.gather(*runs, return_exceptions=True)


@pytest.mark.parametrize("answer", [False, True], ids=["commit lost", "answer lost"])
async def test_a_commit_of_unknown_outcome_is_asked_for_again(
    platform: Platform, database: str, answer: bool
) -> None:
    """The line breaks at it, and once more: everybody is told of one effect, and has one."""
    keys = [(kind, f"{kind}{n}") for kind in KINDS for n in range(4)]
    async with (
        line_to(platform.mongo_url, answer=answer) as (line, near),
        workshop_of(near, database) as workshop,
    ):
        line.breaks = 2
        answers = await _all(workshop.transactions, keys)
        assert [a.key for a in answers] == [key for _, key in keys]
        counts = [d["n"] async for d in workshop.things.find()]
        assert counts == [1] * len(keys)
        assert line.breaks == 0


@pytest.mark.parametrize("answer", [False, True], ids=["commit lost", "answer lost"])
async def test_who_is_not_known_to_be_committed_is_told_an_accident(
    platform: Platform, database: str, answer: bool
) -> None:
    """Each by an error of its own. What has a claim comes again and doubles nothing."""
    keys = [(kind, f"{kind}{n}") for kind in KINDS for n in range(4)]
    async with (
        line_to(platform.mongo_url, answer=answer) as (line, near),
        workshop_of(near, database) as workshop,
        abandoned_soon(workshop.mongo),
    ):
        line.breaks = 1_000
        workshop.transactions.groups = Hasty(workshop.mongo)
        told = await _all(workshop.transactions, keys)
        assert all(isinstance(error, Exception) and is_accident(error) for error in told)
        assert len(set(map(id, told))) == len(keys)

        line.breaks = 0
        workshop.transactions.groups = Groups(workshop.mongo)
        again = await _all(workshop.transactions, [key for key in keys if key[0] != "bare"])
        known = (AlreadyHandledError, ReplayedAnswer)
        assert [isinstance(a, known if answer else Done) for a in again] == [True] * 8
        counts = {d["_id"]: d["n"] async for d in workshop.things.find()}
        expected = {key for kind, key in keys if answer or kind != "bare"}
        assert counts == dict.fromkeys(expected, 1)
