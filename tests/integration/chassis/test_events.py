"""The one flow on real MongoDB and Kafka, with everything that can die in the middle of it.

E4, E5, E6, E8, X6: afterwards every effect exists exactly once, and every bad record is kept.
"""

from __future__ import annotations

import asyncio
import secrets
import sys
from datetime import UTC, datetime, timedelta

import pytest

from contracts.envelope import Event
from contracts.identity import ProfileRejected
from services.chassis import deadletters
from services.chassis.errors import AccidentError
from services.chassis.outbox import Record, RefusedRecordError
from services.chassis.relay import Relay
from services.chassis.runtime import Runtime
from services.chassis.settings import Platform
from tests.support import counter
from tests.support.eventually import eventually
from tests.support.kafka import reached, read_all, send, victim
from tests.support.service import Collector, Tokens, an_event, running
from tests.support.stack import ServerStack, restarting


def unique(prefix: str) -> str:
    """A name that no other test uses on the shared broker."""
    return f"{prefix}-{secrets.token_hex(4)}"


async def published(platform: Platform, key: str) -> list[int]:
    """The sequence numbers that Kafka has for this aggregate, in order, duplicates included."""
    values = await read_all(platform, "identity.events")
    events = [
        Event[ProfileRejected].from_json(v)
        for v in values
        if f'"{key}"'.encode() in v and ProfileRejected.TYPE.encode() in v
    ]
    return [e.seq for e in events]


async def test_an_event_is_heard_once_and_answered_once(
    kafka_platform: Platform, database: str, tokens: Tokens
) -> None:
    key = unique("a")
    app = counter.build(kafka_platform, database, name=unique("c"), fetch_keys=tokens.fetch)
    async with running(app):
        await send(kafka_platform, [an_event(counter.checked(key), aggregate_id=key)])
        await eventually(app.state.counter.counts)
        assert await eventually(lambda: published(kafka_platform, key)) == [1]


async def test_the_same_event_twice_late_and_out_of_order(
    kafka_platform: Platform, database: str, tokens: Tokens
) -> None:
    """E4: duplicates change nothing; where only the latest counts, an older one changes nothing."""
    key, other = unique("a"), unique("b")
    app = counter.build(
        kafka_platform, database, name=unique("c"), fetch_keys=tokens.fetch, latest_only=True
    )
    async with running(app):
        second = an_event(counter.checked(key), aggregate_id=key, seq=2)
        first = an_event(counter.checked(key), aggregate_id=key, seq=1)
        third = an_event(counter.checked(key), aggregate_id=key, seq=3)
        last = an_event(counter.checked(other), aggregate_id=other)
        await send(kafka_platform, [second, second, first, third, second, first, last, third])
        await eventually(lambda: _all(app.state.counter.counts(), {key: 2, other: 1}))
        await eventually(lambda: _metric(app, "events_handled_total", outcome="duplicate") >= 5)
        await _all(app.state.counter.counts(), {key: 2, other: 1})


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
            (topic, b"k", events[headless].to_json(), [("ce_type", None)]),
            (topic, b"k", events[binary].to_json(), [("trace", b"\xff"), kind]),
            (topic, b"k", foreign, [("ce_type", b"foreign.thing-done.v9")]),
            (topic, b"k", foreign, []),
            (topic, b"k", broken, [kind]),
            (topic, b"k", b"", [kind]),
        ],
    )
    await send(kafka_platform, [events[good]])
    async with running(app):
        wanted = {good: 1, headless: 1, binary: 1}
        await eventually(lambda: _all(app.state.counter.counts(), wanted))
        letters = app.state.runtime.dispatcher.letters.collection
        mine = {"value": {"$in": [garbage, broken, b""]}}
        await eventually(lambda: _equals(letters.count_documents(mine), 3))
        letter = await letters.find_one({"value": garbage})
        assert letter["reason"] == "unparseable"
        assert letter["headers"] == [["x", None], ["y", b"\xff\xfe"]]
        assert (letter["topic"], letter["key"], letter["state"]) == (topic, None, "open")
        assert await letters.count_documents({"value": foreign}) == 0
        assert _metric(app, "events_handled_total", outcome="ignored") >= 2


async def test_a_record_that_cannot_even_be_read_is_stepped_over(
    kafka_platform: Platform, database: str, tokens: Tokens
) -> None:
    """E5: a header *key* that is not UTF-8 breaks the client library's read of all partitions."""
    keys = [f"k{n}" for n in range(24)]
    events = [an_event(counter.checked(k), aggregate_id=k) for k in keys]
    with ServerStack.start(kafka="memory", s3=False) as own:
        platform = kafka_platform.model_copy(update={"kafka_bootstrap": own.kafka_bootstrap})
        app = counter.build(platform, database, name=unique("c"), fetch_keys=tokens.fetch)
        await send(platform, events[:12])
        poison = [sys.executable, "-m", "tests.support.poison", platform.kafka_bootstrap]
        process = await asyncio.create_subprocess_exec(*poison, "registry.events", keys[3])
        assert await process.wait() == 0
        await send(platform, events[12:])
        async with running(app):
            once = dict.fromkeys(keys, 1)
            await eventually(lambda: _equals(app.state.counter.counts(), once), within=40)
            letters = app.state.runtime.dispatcher.letters.collection
            await eventually(lambda: _equals(letters.count_documents({"reason": "unreadable"}), 1))
            await send(platform, [an_event(counter.checked("late"), aggregate_id="late")])
            await eventually(lambda: _all(app.state.counter.counts(), {"late": 1}))
            assert await letters.count_documents({}) == 1


async def test_refusals_and_bugs_become_dead_letters_and_can_be_replayed(
    kafka_platform: Platform,
    database: str,
    tokens: Tokens,
    capsys: pytest.CaptureFixture[str],
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
        kafka_platform, database, name=unique("c"), fetch_keys=tokens.fetch, trouble=trouble
    )
    events = [an_event(counter.checked(k), aggregate_id=k) for k in (refused, buggy, healthy)]
    async with running(app):
        await send(kafka_platform, events)
        letters = app.state.runtime.dispatcher.letters.collection
        mine = {"key": {"$in": [refused.encode(), buggy.encode()]}}
        await eventually(lambda: _equals(letters.count_documents(mine), 2))
        await eventually(lambda: _all(app.state.counter.counts(), {healthy: 1}))
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
        await eventually(lambda: _all(app.state.counter.counts(), {healthy: 1, buggy: 1}))
        await eventually(
            lambda: _equals(letters.count_documents({"_id": ids[buggy], "state": "replayed"}), 1)
        )
        await app.state.runtime.dispatcher.letters.collection.update_one(
            {"_id": ids[buggy]}, {"$set": {"state": "replaying"}}
        )
        await eventually(
            lambda: _equals(letters.count_documents({"_id": ids[buggy], "state": "replayed"}), 1)
        )
        assert (await app.state.counter.counts())[buggy] == 1


async def test_an_accident_backs_off_and_is_never_a_dead_letter(
    kafka_platform: Platform, database: str, tokens: Tokens
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
        kafka_platform, database, name=unique("c"), fetch_keys=tokens.fetch, trouble=trouble
    )
    async with running(app):
        app.state.runtime.dispatcher._backoff = 0.02
        app.state.runtime.dispatcher._longest_backoff = 0.05
        await send(
            kafka_platform,
            [an_event(counter.checked(key), aggregate_id=key, seq=n) for n in (1, 2)],
        )
        await eventually(lambda: tried >= 5)
        assert key not in await app.state.counter.counts()
        down = False
        await eventually(lambda: _all(app.state.counter.counts(), {key: 2}))
        letters = app.state.runtime.dispatcher.letters.collection
        assert await letters.count_documents({"key": key.encode()}) == 0


async def test_killed_between_publish_and_mark(
    kafka_platform: Platform, database: str, tokens: Tokens
) -> None:
    """E6: the event is published again, so it is there at least once, and marked at the end."""
    key = unique("a")
    app = counter.build(kafka_platform, database, fetch_keys=tokens.fetch, publisher=_Never())
    async with app.router.lifespan_context(app):
        await app.state.counter.count(key)
        await app.state.counter.count(key)
    runtime: Runtime = counter.build(kafka_platform, database).state.runtime
    async with victim("published", kafka_platform, database, unique("v")) as process:
        await reached(process)
    assert await published(kafka_platform, key) == [1, 2]
    assert await _pending(runtime) == 2
    async with victim("none", kafka_platform, database, unique("v")):
        await eventually(lambda: _equals(_pending(runtime), 0), within=30)
    assert await published(kafka_platform, key) == [1, 2, 1, 2]
    await runtime.mongo.client.drop_database(database)


async def test_consumer_killed_after_its_transaction(
    kafka_platform: Platform, database: str, tokens: Tokens
) -> None:
    """E4, X6: the event comes again and changes nothing."""
    key, name = unique("a"), unique("c")
    app = counter.build(kafka_platform, database, name=name, fetch_keys=tokens.fetch)
    async with victim("committed", kafka_platform, database, name, key) as process:
        await send(kafka_platform, [an_event(counter.checked(key), aggregate_id=key)])
        await reached(process)
    await _all(app.state.counter.counts(), {key: 1})
    async with running(app):
        await eventually(
            lambda: _metric(app, "events_handled_total", outcome="duplicate") >= 1, within=40
        )
        await _all(app.state.counter.counts(), {key: 1})


async def test_relay_paused_past_its_lease_finds_that_it_may_not_go_on(
    platform: Platform, database: str
) -> None:
    """E6: whoever holds the lease finishes the work; the one that slept publishes nothing late."""
    awake = asyncio.Event()
    asleep = asyncio.Event()

    async def pause(step: str) -> None:
        if step == "picked":
            asleep.set()
            await awake.wait()

    app = counter.build(platform, database)
    runtime: Runtime = app.state.runtime
    slow, quick = Collector(), Collector()
    async with counter.prepared(app):
        sleeper = Relay(
            runtime.mongo, runtime.outbox, slow, runtime.metrics, lease_ttl=0.5, pause=pause
        )
        other = Relay(runtime.mongo, runtime.outbox, quick, runtime.metrics, lease_ttl=0.5)
        await app.state.counter.count("a")
        await app.state.counter.count("a")
        step = asyncio.create_task(sleeper.step())
        await eventually(asleep.is_set)
        await eventually(lambda: _published_all(other, runtime))
        assert len(quick.records) == 2
        awake.set()
        await step
        assert slow.records == []
        marks = await runtime.outbox.collection.count_documents({"published": True})
        assert marks == 2


async def test_a_lost_lease_marks_nothing(platform: Platform, database: str) -> None:
    """E6: paused between publish and mark, past the lease: the fencing token refuses the mark."""
    awake, asleep = asyncio.Event(), asyncio.Event()

    async def pause(step: str) -> None:
        if step == "published":
            asleep.set()
            await awake.wait()

    app = counter.build(platform, database)
    runtime: Runtime = app.state.runtime
    async with counter.prepared(app):
        sleeper = Relay(
            runtime.mongo, runtime.outbox, Collector(), runtime.metrics, lease_ttl=0.3, pause=pause
        )
        other = Relay(runtime.mongo, runtime.outbox, _Never(), runtime.metrics, lease_ttl=30)
        await app.state.counter.count("a")
        step = asyncio.create_task(sleeper.step())
        await eventually(asleep.is_set)
        await eventually(lambda: other.leases.renew(datetime.now(UTC)))
        awake.set()
        await step
        assert (await runtime.outbox.pending())[0] == 1


async def test_kafka_stopped_while_requests_come_in(
    kafka_platform: Platform, database: str, tokens: Tokens
) -> None:
    """E6, O5: the API goes on without Kafka; everything is published afterwards, in order."""
    key, name = unique("a"), unique("c")
    with ServerStack.start(kafka="memory", s3=False) as own:
        platform = kafka_platform.model_copy(update={"kafka_bootstrap": own.kafka_bootstrap})
        app = counter.build(platform, database, name=name, fetch_keys=tokens.fetch)
        assert own.kafka is not None
        async with running(app):
            await app.state.counter.count(key)
            await eventually(lambda: _equals(_pending(app.state.runtime), 0))
            stopped = restarting(own.kafka)
            await asyncio.to_thread(stopped.__enter__)
            for _ in range(20):
                await app.state.counter.count(key)
            await eventually(lambda: not app.state.runtime.consuming)  # degraded, not dead
            assert await _pending(app.state.runtime) == 20
            await asyncio.to_thread(stopped.__exit__, None, None, None)
            await eventually(lambda: _equals(_pending(app.state.runtime), 0), within=40)
            # the in-memory broker forgot the first; duplicates after unknown outcomes are allowed
            seqs = await published(platform, key)
            assert sorted(set(seqs)) == list(range(2, 22))
            firsts = list(dict.fromkeys(seqs))
            assert firsts == sorted(firsts)
            await send(platform, [an_event(counter.checked(key), aggregate_id=key)])
            await eventually(lambda: _equals(app.state.counter.counts(), {key: 22}), within=40)


async def test_a_refused_record_stops_its_key_and_no_other(
    platform: Platform, database: str, tokens: Tokens
) -> None:
    """E6: a poison event stops its own aggregate, loudly; the others go on."""
    publisher = _Poisoned("bad")
    app = counter.build(platform, database, fetch_keys=tokens.fetch, publisher=publisher)
    async with running(app):
        for key in ("bad", "good", "bad", "good"):
            await app.state.counter.count(key)
        app.state.runtime.relay._retry_stuck = 0.5
        await eventually(lambda: publisher.keys.count("good") == 2)
        await eventually(lambda: app.state.runtime.relay.stuck == {"bad"})
        assert "bad" not in publisher.keys
        publisher.poison = ""
        await eventually(lambda: publisher.keys.count("bad") == 2)


async def test_republish_for_a_broker_that_forgets(
    platform: Platform, database: str, tokens: Tokens, collector: Collector
) -> None:
    """E7: with OUTBOX_REPUBLISH what is retained is published again at the next start."""
    app = counter.build(platform, database, fetch_keys=tokens.fetch, publisher=collector)
    runtime: Runtime = app.state.runtime
    async with app.router.lifespan_context(app):
        await app.state.counter.count("a")
        await eventually(lambda: len(collector.records) == 1)
        await eventually(lambda: _equals(_pending(runtime), 0))
    forgetful = platform.model_copy(update={"outbox_republish": True})
    again = counter.build(forgetful, database, fetch_keys=tokens.fetch, publisher=collector)
    async with running(again):
        await eventually(lambda: len(collector.records) == 2)
    assert collector.records[0] == collector.records[1]


async def test_two_relays_share_the_work_and_keep_the_order(
    platform: Platform, database: str
) -> None:
    """E8: order per aggregate with any number of relays, also while leases move."""
    app = counter.build(platform, database)
    runtime: Runtime = app.state.runtime
    sent: list[Record] = []

    class Shared(Collector):
        """Two relays, one stream."""

        async def publish(self, records: object) -> list[Exception | None]:
            sent.extend(records)  # type: ignore[arg-type] # a sequence of records
            await asyncio.sleep(0.01)
            return [None for _ in records]  # type: ignore[attr-defined] # as above

    async with counter.prepared(app):
        relays = [
            Relay(runtime.mongo, runtime.outbox, Shared(), runtime.metrics, batch=7, lease_ttl=0.3)
            for _ in range(2)
        ]
        tasks = [asyncio.create_task(r.run()) for r in relays]
        for n in range(60):
            await app.state.counter.count(f"k{n % 9}")
        await eventually(lambda: _equals(_pending(runtime), 0))
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    seen: dict[bytes, list[int]] = {}
    for record in sent:
        event = Event[ProfileRejected].from_json(record.value)
        seen.setdefault(record.key, []).append(event.seq)
    assert sum(len(set(s)) for s in seen.values()) == 60
    for sequence in seen.values():
        firsts = list(dict.fromkeys(sequence))
        assert firsts == sorted(firsts)


async def test_timers_fire_once_survive_accidents_and_crashes(
    platform: Platform, database: str, tokens: Tokens, collector: Collector
) -> None:
    """C17: a durable timer has its effect once; a crashed holder's timer comes again."""
    failing = {"b": 2}

    async def trouble(key: str) -> None:
        if failing.get(key, 0) > 0:
            failing[key] -= 1
            raise AccidentError

    app = counter.build(
        platform, database, fetch_keys=tokens.fetch, publisher=collector, trouble=trouble
    )
    async with running(app):
        runtime: Runtime = app.state.runtime
        await app.state.counter.later("a")
        await app.state.counter.later("b")
        await app.state.counter.later("c", datetime.now(UTC) + timedelta(hours=1))
        await eventually(lambda: _equals(app.state.counter.counts(), {"a": 1, "b": 1}))
        left = await runtime.timers.collection.find().to_list(None)
        assert [t["_id"] for t in left] == ["count:c"]
        # a holder that died: leased, its lease has run out
        await runtime.timers.collection.update_one(
            {"_id": "count:c"}, {"$set": {"due_at": datetime.now(UTC), "token": "dead"}}
        )
        await eventually(lambda: _equals(app.state.counter.counts(), {"a": 1, "b": 1, "c": 1}))


class _Never(Collector):
    """Kafka is away, for ever."""

    async def publish(self, records: object) -> list[Exception | None]:
        """Confirm nothing."""
        return [AccidentError("away") for _ in records]  # type: ignore[attr-defined] # a sequence


class _Poisoned(Collector):
    """Refuses the records of one key."""

    def __init__(self, poison: str) -> None:
        super().__init__()
        self.poison = poison
        self.keys: list[str] = []

    async def publish(self, records: object) -> list[Exception | None]:
        """Refuse the poison, take the rest."""
        answers: list[Exception | None] = []
        for record in records:  # type: ignore[attr-defined] # a sequence of records
            bad = record.key.decode() == self.poison
            answers.append(RefusedRecordError("too large") if bad else None)
            if not bad:
                self.keys.append(record.key.decode())
        return answers


async def _pending(runtime: Runtime) -> int:
    return (await runtime.outbox.pending())[0]


async def _published_all(relay: Relay, runtime: Runtime) -> bool:
    await relay.step()
    return await _pending(runtime) == 0


async def _equals(found: object, wanted: object) -> bool:
    seen = await found  # type: ignore[misc] # any awaitable
    assert seen == wanted
    return True


async def _all(found: object, wanted: dict[str, int]) -> bool:
    seen = await found  # type: ignore[misc] # any awaitable
    assert {k: seen.get(k) for k in wanted} == wanted, seen
    return True


def _metric(app: object, name: str, **labels: str) -> float:
    registry = app.state.runtime.metrics.registry  # type: ignore[attr-defined] # a FastAPI app
    return sum(
        float(sample.value)
        for metric in registry.collect()
        for sample in metric.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    )
