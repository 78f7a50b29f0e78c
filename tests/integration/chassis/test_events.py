"""The one flow on real MongoDB and Kafka, with everything that can die in the middle of it.

E4, E5, E6, E8, X6: afterwards every effect exists exactly once, and every bad record is kept.
"""

from __future__ import annotations

import asyncio
import secrets
import sys
from datetime import UTC, datetime

import bson
import pytest

from services.chassis.foundation.errors import AccidentError
from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.chassis.kafka import deadletters
from services.chassis.runtime.service import Runtime
from tests.support.eventually import eventually
from tests.support.service import Tokens, an_event, running
from tests.support.stack import ServerStack, restarting
from tests.support.tools import counter
from tests.support.tools.crowds import SIZES
from tests.support.tools.flow import equals, has, metric, pending, published, unique
from tests.support.tools.kafka import reached, send, victim
from tests.support.tools.programs import program


async def test_an_event_is_heard_once_and_answered_once(
    kafka_platform: Platform, database: str, tokens: Tokens
) -> None:
    key = unique("a")
    app = counter.build(kafka_platform, database, name=unique("c"), fetch_keys=tokens.fetch)
    async with running(app):
        await send(kafka_platform, [an_event(counter.checked(key), aggregate_id=key)])
        await eventually(app.state.counter.counts)
        assert await eventually(lambda: published(kafka_platform, key)) == [1]


@pytest.mark.parametrize("largest", SIZES)
async def test_the_same_event_twice_late_and_out_of_order(
    kafka_platform: Platform, database: str, tokens: Tokens, largest: int
) -> None:
    """E4: duplicates change nothing; where only the latest counts, an older one changes nothing."""
    key, other = unique("a"), unique("b")
    app = counter.build(
        kafka_platform,
        database,
        name=unique("c"),
        fetch_keys=tokens.fetch,
        latest_only=True,
        largest=largest,
    )
    async with running(app):
        second = an_event(counter.checked(key), aggregate_id=key, seq=2)
        first = an_event(counter.checked(key), aggregate_id=key, seq=1)
        third = an_event(counter.checked(key), aggregate_id=key, seq=3)
        last = an_event(counter.checked(other), aggregate_id=other)
        await send(kafka_platform, [second, second, first, third, second, first, last, third])
        await eventually(lambda: has(app.state.counter.counts(), {key: 2, other: 1}))
        await eventually(lambda: metric(app, "events_handled_total", outcome="duplicate") >= 5)
        await has(app.state.counter.counts(), {key: 2, other: 1})


async def test_bad_records_are_kept_as_they_came_and_the_rest_goes_on(
    kafka_platform: Platform, database: str, tokens: Tokens
) -> None:
    """E5: random bytes, null header, non-UTF-8 header, unknown type, contract broken."""
    good, headless, binary = unique("a"), unique("b"), unique("c")
    name = unique("c")
    app = counter.build(kafka_platform, database, name=name, fetch_keys=tokens.fetch)
    events = {k: an_event(counter.checked(k), aggregate_id=k) for k in (good, headless, binary)}
    garbage = secrets.token_bytes(64)
    foreign = (
        events[good].to_json().replace(b"registry.identity-checked.v1", b"foreign.thing-done.v9")
    )
    broken = events[good].to_json().replace(b'"matched":true', b'"matched":"perhaps"')
    topic = "registry.events"
    kind = ("ce_type", b"registry.identity-checked.v1")
    await send(
        kafka_platform,
        raw=[
            (topic, None, garbage, [("x", None), ("y", b"\xff\xfe")]),
            (topic, headless.encode(), events[headless].to_json(), [("ce_type", None)]),
            (topic, binary.encode(), events[binary].to_json(), [("trace", b"\xff"), kind]),
            (topic, b"k", foreign, [("ce_type", b"foreign.thing-done.v9")]),
            (topic, b"k", foreign, []),
            (topic, b"k", broken, [kind]),
            (topic, b"k", b"", [kind]),
        ],
    )
    await send(kafka_platform, [events[good]])
    async with running(app):
        wanted = {good: 1, headless: 1, binary: 1}
        await eventually(lambda: has(app.state.counter.counts(), wanted))
        letters = find(app, Runtime).dispatcher.letters.collection
        mine = {"value": {"$in": [garbage, broken, b""]}}
        await eventually(lambda: equals(letters.count_documents(mine), 3))
        letter = await letters.find_one({"value": garbage})
        assert letter is not None
        assert letter["reason"] == "unparseable"
        assert letter["headers"] == [["x", None], ["y", b"\xff\xfe"]]
        assert (letter["topic"], letter["key"], letter["state"]) == (topic, None, "open")
        assert await letters.count_documents({"value": foreign}) == 0
        assert metric(app, "events_handled_total", outcome="ignored") >= 2


async def test_what_nobody_could_have_sent_is_kept_small_and_told(
    kafka_platform: Platform,
    database: str,
    tokens: Tokens,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """E9: a megabyte does not fill the reader's disk; a forgery that has no effect here is seen."""
    name = unique("c")
    app = counter.build(kafka_platform, database, name=name, fetch_keys=tokens.fetch)
    topic, huge = "registry.events", secrets.token_bytes(2) * 450_000
    since = datetime.now(UTC)
    kind = b"documents.document-sealed.v1"
    sealed = (b"k", b"x" * 9_000, [("ce_type", kind)])
    bare = an_event(counter.checked("k"), aggregate_id="k").to_json()
    bare = bare.replace(b"registry.identity-checked.v1", kind)  # its type stands in the body alone
    stuffed = (b"k", b"x", [(name, bytes(250_000)) for name in "abcd"])
    unknown = (b"k", b"{}", [("ce_type", b"foreign.thing-done.v9")])
    forged = [sealed, unknown, stuffed, (b"k", bare, [])]
    await send(kafka_platform, raw=[(topic, b"k", huge, []), *((topic, *f) for f in forged)])
    async with running(app):
        letters = find(app, Runtime).dispatcher.letters.collection
        mine = {"cut": True, "topic": topic, "first_seen_at": {"$gte": since}}
        await eventually(lambda: equals(letters.count_documents(mine), 4))
        async for letter in letters.find(mine):
            assert len(bson.encode(letter)) < 8_000, letter["reason"]
        large = await letters.find_one({"size": len(huge) + 1})
        assert large is not None
        assert (large["value"], large["reason"]) == (huge[:1024], "unparseable")
        assert metric(app, "events_misplaced_total", type="documents.document-sealed.v1") == 2
        assert (
            await deadletters.main([database, "replay", large["_id"]], platform=kafka_platform) == 1
        )
        assert (
            await deadletters.main([database, "show", large["_id"]], platform=kafka_platform) == 0
        )
        assert "900001 bytes" in capsys.readouterr().out
        assert (
            await deadletters.main([database, "discard", large["_id"]], platform=kafka_platform)
            == 0
        )


async def test_a_record_that_cannot_even_be_read_is_stepped_over(
    kafka_platform: Platform, database: str, tokens: Tokens
) -> None:
    """E5: a header *key* that is not UTF-8 breaks the client library's read of all partitions."""
    keys = [f"k{n}" for n in range(24)]
    events = [an_event(counter.checked(k), aggregate_id=k) for k in keys]
    with ServerStack.own() as own:
        platform = kafka_platform.model_copy(update={"kafka_bootstrap": own.kafka_bootstrap})
        app = counter.build(platform, database, name=unique("c"), fetch_keys=tokens.fetch)
        await send(platform, events[:12])
        poison = [sys.executable, "-m", "tests.support.tools.poison", platform.kafka_bootstrap]
        async with program(*poison, "registry.events", keys[3]) as process:
            assert await process.wait() == 0
        await send(platform, events[12:])
        async with running(app):
            once = dict.fromkeys(keys, 1)
            await eventually(lambda: equals(app.state.counter.counts(), once), within=40)
            letters = find(app, Runtime).dispatcher.letters.collection
            await eventually(lambda: equals(letters.count_documents({"reason": "unreadable"}), 1))
            await send(platform, [an_event(counter.checked("late"), aggregate_id="late")])
            await eventually(lambda: has(app.state.counter.counts(), {"late": 1}))
            assert await letters.count_documents({}) == 1


@pytest.mark.parametrize("largest", SIZES[::3])
async def test_refusals_and_bugs_become_dead_letters_and_can_be_replayed(
    kafka_platform: Platform,
    database: str,
    tokens: Tokens,
    capsys: pytest.CaptureFixture[str],
    largest: int,
) -> None:
    """E5: list, show, replay, discard; a replay goes through the inbox."""
    refused, buggy, healthy = unique("refused"), unique("buggy"), unique("a")
    tries: dict[str, int] = {}
    well = False

    async def trouble(key: str) -> None:
        tries[key] = tries.get(key, 0) + 1
        if key == refused and not well:
            raise counter.CounterRefusedError
        if key == buggy and not well:
            raise ZeroDivisionError

    app = counter.build(
        kafka_platform,
        database,
        name=unique("c"),
        fetch_keys=tokens.fetch,
        trouble=trouble,
        largest=largest,
    )
    events = [an_event(counter.checked(k), aggregate_id=k) for k in (refused, buggy, healthy)]
    async with running(app):
        await send(kafka_platform, events)
        letters = find(app, Runtime).dispatcher.letters.collection
        mine = {"key": {"$in": [refused.encode(), buggy.encode()]}}
        await eventually(lambda: equals(letters.count_documents(mine), 2))
        await eventually(lambda: has(app.state.counter.counts(), {healthy: 1}))
        assert tries[refused] == 1
        assert tries[buggy] == 3
        well = True
        ids = {d["key"].decode(): d["_id"] async for d in letters.find(mine)}

        async def command(*argv: str) -> int:
            return await deadletters.main([database, *argv], platform=kafka_platform)

        assert await command("list") == 0
        listed = capsys.readouterr().out
        assert ids[refused] in listed
        assert "counter-refused" in listed
        assert await command("show", ids[buggy]) == 0
        assert "ZeroDivisionError" in capsys.readouterr().out
        assert await command("replay", ids[buggy]) == 0
        assert await command("discard", ids[refused]) == 0
        assert await command("discard", ids[refused]) == 1
        await eventually(lambda: has(app.state.counter.counts(), {healthy: 1, buggy: 1}))
        await eventually(
            lambda: equals(letters.count_documents({"_id": ids[buggy], "state": "replayed"}), 1)
        )
        await find(app, Runtime).dispatcher.letters.collection.update_one(
            {"_id": ids[buggy]}, {"$set": {"state": "replaying"}}
        )
        await eventually(
            lambda: equals(letters.count_documents({"_id": ids[buggy], "state": "replayed"}), 1)
        )
        assert (await app.state.counter.counts())[buggy] == 1


@pytest.mark.parametrize("largest", SIZES[1:3])
async def test_an_accident_backs_off_and_is_never_a_dead_letter(
    kafka_platform: Platform, database: str, tokens: Tokens, largest: int
) -> None:
    """E5: while the dependency is down nothing is given up; order of the aggregate is kept."""
    key = unique("a")
    down, tried = True, 0

    async def trouble(counted: str) -> None:
        nonlocal tried
        tried += counted == key
        if down and counted == key:
            raise AccidentError

    app = counter.build(
        kafka_platform,
        database,
        name=unique("c"),
        fetch_keys=tokens.fetch,
        trouble=trouble,
        largest=largest,
    )
    async with running(app):
        find(app, Runtime).dispatcher._backoff = 0.02
        find(app, Runtime).dispatcher._longest_backoff = 0.05
        await send(
            kafka_platform,
            [an_event(counter.checked(key), aggregate_id=key, seq=n) for n in (1, 2)],
        )
        await eventually(lambda: tried >= 5)
        assert key not in await app.state.counter.counts()
        down = False
        await eventually(lambda: has(app.state.counter.counts(), {key: 2}))
        letters = find(app, Runtime).dispatcher.letters.collection
        assert await letters.count_documents({"key": key.encode()}) == 0


async def test_consumer_killed_after_its_transaction(
    kafka_platform: Platform, database: str, tokens: Tokens
) -> None:
    """E4, X6: the event comes again and changes nothing."""
    key, name = unique("a"), unique("c")
    app = counter.build(kafka_platform, database, name=name, fetch_keys=tokens.fetch)
    async with victim("committed", kafka_platform, database, name, key) as process:
        await send(kafka_platform, [an_event(counter.checked(key), aggregate_id=key)])
        await reached(process)
    await has(app.state.counter.counts(), {key: 1})
    async with running(app):
        await eventually(
            lambda: metric(app, "events_handled_total", outcome="duplicate") >= 1, within=40
        )
        await has(app.state.counter.counts(), {key: 1})


async def test_kafka_stopped_while_requests_come_in(
    kafka_platform: Platform, database: str, tokens: Tokens
) -> None:
    """E6, O5: the API goes on without Kafka; everything is published afterwards, in order."""
    key, name = unique("a"), unique("c")
    with ServerStack.own() as own:
        platform = kafka_platform.model_copy(update={"kafka_bootstrap": own.kafka_bootstrap})
        app = counter.build(platform, database, name=name, fetch_keys=tokens.fetch)
        assert own.kafka is not None
        async with running(app):
            await app.state.counter.count(key)
            await eventually(lambda: equals(pending(find(app, Runtime)), 0))
            stopped = restarting(own.kafka)
            await asyncio.to_thread(stopped.__enter__)
            for _ in range(20):
                await app.state.counter.count(key)
            await eventually(lambda: not find(app, Runtime).consuming)  # degraded, not dead
            assert await pending(find(app, Runtime)) == 20
            await asyncio.to_thread(stopped.__exit__, None, None, None)
            await eventually(lambda: equals(pending(find(app, Runtime)), 0), within=40)
            # the in-memory broker forgot the first; duplicates after unknown outcomes are allowed
            seqs = await published(platform, key)
            assert sorted(set(seqs)) == list(range(1 if own.kafka.durable else 2, 22))
            firsts = list(dict.fromkeys(seqs))
            assert firsts == sorted(firsts)
            await send(platform, [an_event(counter.checked(key), aggregate_id=key)])
            await eventually(lambda: equals(app.state.counter.counts(), {key: 22}), within=40)
