"""Groups of units: neighbours do not hurt each other, nobody is passed by, everybody is told."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import bson.errors
import pytest
import pytest_asyncio
from pymongo.errors import BulkWriteError

from contracts.identity import ProfileRejected
from services.chassis.database.deadline import Deadline, TookTooLongError, set_deadline
from services.chassis.foundation.errors import (
    AccidentError,
    DuplicateError,
    RefusalError,
    StaleVersionError,
)
from services.chassis.foundation.settings import Platform
from services.chassis.work.group import Group
from services.chassis.work.inbox import EventCause, EventPosition
from services.chassis.work.transactions import Transaction
from services.chassis.work.unit import Unit
from tests.support.eventually import eventually
from tests.support.tools.crowds import Workshop, adding, workshop_of

Work = Callable[[Transaction], Awaitable[Any]]


@pytest_asyncio.fixture
async def workshop(platform: Platform, database: str) -> AsyncIterator[Workshop]:
    async with workshop_of(platform.mongo_url, database) as found:
        yield found


async def _bug(tx: Transaction) -> None:
    raise ZeroDivisionError


async def _refusal(tx: Transaction) -> None:
    raise RefusalError


def _writing(document: dict[str, Any]) -> Callable[[Workshop], Work]:
    def of(workshop: Workshop) -> Work:
        async def work(tx: Transaction) -> None:
            await tx.insert(workshop.things, [{"_id": "bad", **document}], duplicate=DuplicateError)

        return work

    return of


def _stale(workshop: Workshop) -> Work:
    async def work(tx: Transaction) -> None:
        await tx.replace(
            workshop.things,
            {"_id": "old", "revision": 7},
            {"_id": "old", "number": "old", "revision": 8},
            missed=StaleVersionError,
            duplicate=DuplicateError,
        )

    return work


def _operator(workshop: Workshop) -> Work:
    async def work(tx: Transaction) -> None:
        await tx.update(workshop.things, "old", {"$inc": {"number": 1}})

    return work


def _query(workshop: Workshop) -> Work:
    async def work(tx: Transaction) -> None:
        await tx.find(workshop.things, {"$nonsense": 1})

    return work


def _at_its_end(then: Callable[[Transaction], Awaitable[None]]) -> Callable[[Workshop], Work]:
    return lambda workshop: adding(workshop, "bad", then)


BAD: dict[str, tuple[Callable[[Workshop], Work], type[Exception]]] = {
    "bug": (_at_its_end(_bug), ZeroDivisionError),
    "refusal": (_at_its_end(_refusal), RefusalError),
    "no BSON": (_writing({"number": {"a", "set"}}), bson.errors.InvalidDocument),
    "too large": (_writing({"number": "bad", "x": b"x" * (17 << 20)}), Exception),
    "duplicate": (_writing({"number": "old"}), DuplicateError),
    "stale": (_stale, StaleVersionError),
    "operator": (_operator, BulkWriteError),
    "query": (_query, Exception),
}
AT_MOST = {"bug": 1, "refusal": 1, "stale": 20, "query": 101}
"""Transactions for the hundred; 5 where the database or the driver says whose write it was."""


@pytest.mark.parametrize("kind", BAD)
async def test_one_bad_unit_among_a_hundred_is_told_alone(workshop: Workshop, kind: str) -> None:
    """What it raises is its own; the others commit, all of each; and that costs little."""
    old = {"_id": "old", "number": "old", "revision": 1}
    await workshop.things.insert_one(old)
    make, error = BAD[kind]
    good = [f"t{n}" for n in range(99)]

    def telling(id_: str) -> Work:
        async def tell(tx: Transaction) -> None:
            tx.emit(id_, 1, ProfileRejected(account_id=id_, mismatches=()))

        return adding(workshop, id_, tell)

    works = [telling(id_) for id_ in good]
    works.insert(50, make(workshop))
    answers = await workshop.all(works)
    assert isinstance(answers.pop(50), error)
    assert answers == good
    assert await workshop.ids() == {"old", *good}
    assert await workshop.things.find_one({"_id": "old"}) == old
    told = await workshop.mongo.db["outbox"].distinct("aggregateid")
    assert set(told) == set(good)
    assert workshop.sent.counts["transactions"] <= AT_MOST.get(kind, 5)


async def test_one_stale_among_a_hundred_that_save_is_found_by_halves(workshop: Workshop) -> None:
    """Of what must not miss, the database says how many did, and not which."""
    ids = [f"t{n}" for n in range(100)]
    await workshop.things.insert_many([{"_id": n, "number": n, "revision": 1} for n in ids])

    def saving(id_: str) -> Work:
        async def work(tx: Transaction) -> str:
            query = {"_id": id_, "revision": 7 if id_ == "t50" else 1}
            after = {"_id": id_, "number": id_, "revision": 2}
            await tx.replace(
                workshop.things, query, after, missed=StaleVersionError, duplicate=DuplicateError
            )
            return id_

        return work

    answers = await workshop.all(map(saving, ids))
    assert isinstance(answers.pop(50), StaleVersionError)
    ids.remove("t50")
    assert answers == ids
    saved = {d["_id"] async for d in workshop.things.find({"revision": 2})}
    assert saved == set(ids)
    assert workshop.sent.counts["transactions"] <= 20


async def test_many_that_want_one_number_leave_the_others_in_peace(workshop: Workshop) -> None:
    """One has it; the rest are told so; who stood among them commits, and not at its last try."""

    def wanting(id_: str) -> Work:
        async def work(tx: Transaction) -> str:
            thing = {"_id": id_, "number": "one"}
            await tx.insert(workshop.things, [thing], duplicate=DuplicateError)
            return id_

        return work

    works = [wanting(f"w{n}") if n % 5 else adding(workshop, f"t{n}") for n in range(100)]
    answers = await workshop.all(works)
    innocent = [f"t{n}" for n in range(0, 100, 5)]
    assert answers[::5] == innocent
    (winner,) = [a for a in answers if isinstance(a, str) and a.startswith("w")]
    assert sum(isinstance(a, DuplicateError) for a in answers) == 79
    assert await workshop.ids() == {winner, *innocent}


async def test_who_writes_one_document_has_its_turn_before_those_who_came_later(
    workshop: Workshop,
) -> None:
    """Under a stream of newcomers nobody starves."""
    done: list[int] = []

    async def add(number: int) -> None:
        async def work(tx: Transaction) -> None:
            found = await tx.find_one(workshop.things, {"_id": "hot"})
            hot = {"_id": "hot", "number": 1 + (found["number"] if found else 0)}
            await tx.replace(workshop.things, {"_id": "hot"}, hot, duplicate=DuplicateError)

        await workshop.transactions.run(work)
        done.append(number)
        if len(tasks) < 300:
            tasks.append(asyncio.create_task(add(len(tasks))))

    tasks: list[asyncio.Task[None]] = []
    tasks += [asyncio.create_task(add(n)) for n in range(40)]
    while len(done) < 300:
        await asyncio.gather(*tasks)
    assert [d["number"] async for d in workshop.things.find()] == [300]
    late = max(place - number for place, number in enumerate(done))
    assert late < 40  # 282 where who runs again goes to the head of the queue


async def test_a_unit_that_does_something_else_holds_up_nobody(workshop: Workshop) -> None:
    """Neither those in its group nor those who come later; it commits when it is done."""
    over = asyncio.Event()

    async def wait(tx: Transaction) -> None:
        await tx.find_one(workshop.things, {"_id": "?"})
        await over.wait()

    slow = [
        asyncio.create_task(workshop.transactions.run(adding(workshop, f"slow{n}", wait)))
        for n in range(3)
    ]
    good = await asyncio.wait_for(workshop.all([adding(workshop, f"t{n}") for n in range(5)]), 10)
    assert good == [f"t{n}" for n in range(5)]
    later: list[asyncio.Task[str]] = []
    for n in range(5):  # each by itself: a group of one that waits is not sent away
        later.append(
            asyncio.create_task(workshop.transactions.run(adding(workshop, f"slower{n}", wait)))
        )
        await eventually(lambda: not workshop.groups._queue)
    good = await asyncio.wait_for(workshop.all([adding(workshop, f"u{n}") for n in range(5)]), 10)
    assert good == [f"u{n}" for n in range(5)]
    over.set()
    await asyncio.gather(*slow, *later)
    assert len(await workshop.ids()) == 18


async def _until_struck(deadline: Deadline) -> None:
    await eventually(lambda: deadline.struck)


async def test_who_was_told_that_time_is_up_is_not_committed(workshop: Workshop) -> None:
    """O5: whether it waits for its turn, works, or stands among others; they go on."""
    struck: list[str] = []
    deadlines: dict[str, Deadline] = {}
    good = [f"t{n}" for n in range(20)]
    bad = [f"b{n}" for n in range(20)]

    async def request(id_: str, seconds: float) -> str:
        deadline = deadlines[id_] = Deadline(seconds, lambda: struck.append(id_))
        set_deadline(deadline)
        deadline.go()

        async def slow(tx: Transaction) -> None:
            if id_ in bad:
                await _until_struck(deadline)

        return await workshop.transactions.run(adding(workshop, id_, slow))

    runs = [request(id_, 60.0) for id_ in good] + [request(id_, 0.05) for id_ in bad]
    answers = await asyncio.gather(*runs, return_exceptions=True)
    assert answers[:20] == good
    assert all(isinstance(a, TookTooLongError) for a in answers[20:])
    assert set(struck) == set(bad)
    assert await workshop.ids() == set(good)


async def test_who_is_cancelled_while_others_work_leaves_nothing(workshop: Workshop) -> None:
    """E6: also when it has come to its end before; it leaves the group, which commits."""
    over, settled = asyncio.Event(), asyncio.Event()

    async def wait(_: Transaction) -> None:
        settled.set()
        await over.wait()

    slow = asyncio.create_task(workshop.transactions.run(adding(workshop, "slow", wait)))
    gone = [asyncio.create_task(workshop.transactions.run(adding(workshop, f"g{n}"))) for n in "ab"]
    good = asyncio.create_task(workshop.transactions.run(adding(workshop, "good")))
    await settled.wait()
    gone[0].cancel()
    await asyncio.sleep(0)  # a turn of the loop: the other one has come to its end
    gone[1].cancel()
    await asyncio.wait(gone)
    over.set()
    await asyncio.gather(slow, good)
    assert await workshop.ids() == {"slow", "good"}


async def test_a_request_whose_group_failed_has_its_clock_again(workshop: Workshop) -> None:
    """O5: its clock stood for a commit that was none; what comes then takes time, too."""
    struck = asyncio.Event()
    tries = 0

    async def request() -> str:
        deadline = Deadline(1.5, struck.set)  # the first try is over long before
        set_deadline(deadline)
        deadline.go()

        async def work(tx: Transaction) -> str:
            nonlocal tries
            tries += 1
            await tx.insert(workshop.things, [{"_id": "t", "number": 1}], duplicate=DuplicateError)
            if tries > 1:
                await _until_struck(deadline)
            return "t"

        return await workshop.transactions.run(work)

    bad = _writing({"number": {"a", "set"}})(workshop)
    answers = await asyncio.gather(
        request(), workshop.transactions.run(bad), return_exceptions=True
    )
    assert isinstance(answers[0], TookTooLongError)
    assert tries == 2
    assert struck.is_set()
    assert await workshop.ids() == set()


async def test_who_waits_in_vain_for_a_turn_is_told(workshop: Workshop) -> None:
    """O5: soon, also when nothing moves: the database hangs, and every place is taken."""
    stopped = threading.Event()
    loop, reached = asyncio.get_running_loop(), asyncio.Event()

    async def hang(group: Group, unit: Unit) -> None:
        def step(_: Any) -> None:
            loop.call_soon_threadsafe(reached.set)
            stopped.wait(20)

        await group._transaction._in_thread(step)
        await group.settle(unit, ())

    async def none(group: Group, unit: Unit) -> None:
        await group.settle(unit, ())

    groups = workshop.groups
    # both places are taken by one that reads, as it seems
    hanging = []
    for _ in range(2):
        reached.clear()
        hanging.append(asyncio.create_task(groups.run(hang)))
        await reached.wait()
    for group in groups._running:
        group._reading = True
    try:
        started = time.monotonic()
        late = [asyncio.create_task(groups.run(none, within=0.1)) for _ in range(5)]
        done, _ = await asyncio.wait(late, timeout=10)
        assert time.monotonic() - started < 5
        assert all(isinstance(task.exception(), AccidentError) for task in done)
        assert len(done) == 5
    finally:
        stopped.set()
        for group in groups._running:
            group._reading = False
    await asyncio.gather(*hanging)


async def test_reads_side_by_side_end_with_their_unit(workshop: Workshop) -> None:
    """One session is for one thread at a time, and what nobody waits for is left to nobody."""
    await workshop.things.insert_one({"_id": "old", "number": "old", "owner": "x"})

    async def both(tx: Transaction) -> list[list[Any]]:
        async def owned() -> list[Any]:
            return await tx.find(workshop.things, {"owner": "x"})

        new = {"_id": "new", "number": "new", "owner": "x"}
        await tx.insert(workshop.things, [new], duplicate=DuplicateError)
        return await asyncio.gather(*(owned() for _ in range(8)))

    for found in await workshop.transactions.run(both):
        assert {document["_id"] for document in found} == {"old", "new"}

    async def fails(tx: Transaction) -> None:
        async def refuse() -> None:
            raise RefusalError

        await asyncio.gather(tx.find(workshop.things, {"owner": "x"}), refuse())

    with pytest.raises(RefusalError):
        await workshop.transactions.run(fails)
    await eventually(lambda: len(asyncio.all_tasks()) == 1)


async def test_an_event_is_refused_though_its_unit_wrote_early(workshop: Workshop) -> None:
    """What it asked for first is read before: a failed write ends the transaction."""
    await workshop.things.insert_one({"_id": "old", "number": "old"})
    cause = EventCause(workshop.mongo, "c", "/registry", "e1", "t", "a", EventPosition(1))

    async def work(tx: Transaction) -> None:
        new = {"_id": "new", "number": "old"}
        await tx.insert(workshop.things, [new], duplicate=DuplicateError)
        await tx.find(workshop.things, {"owner": "x"})

    with pytest.raises(DuplicateError):
        await asyncio.wait_for(workshop.transactions.run(work, cause=cause), 5)
