"""The relay and the timers on real servers, with everything that can die in the middle (E6–E8)."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from contracts.envelope import Event
from contracts.identity import ProfileRejected
from services.chassis.foundation.errors import AccidentError
from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.chassis.kafka.relay import Relay
from services.chassis.runtime.service import Runtime
from services.chassis.work.outbox import Record
from tests.support.eventually import eventually
from tests.support.service import Collector, Tokens, running
from tests.support.tools import counter
from tests.support.tools.flow import (
    Never,
    Poisoned,
    equals,
    pending,
    published,
    published_all,
    unique,
)
from tests.support.tools.kafka import reached, victim
from tests.support.tools.runbooks import found_by
from tests.support.tools.spans import listening


async def test_killed_between_publish_and_mark(
    kafka_platform: Platform, database: str, tokens: Tokens
) -> None:
    """E6: the event is published again, so it is there at least once, and marked at the end."""
    key = unique("a")
    app = counter.build(kafka_platform, database, fetch_keys=tokens.fetch, publisher=Never())
    async with app.router.lifespan_context(app):
        await app.state.counter.count(key)
        await app.state.counter.count(key)
    runtime = find(counter.build(kafka_platform, database), Runtime)
    async with victim("published", kafka_platform, database, unique("v")) as process:
        await reached(process)
    assert await published(kafka_platform, key) == [1, 2]
    # by key: the service hears other tests' events on this Kafka, and says something of each
    unmarked = {"key": key, "published": False}
    assert await runtime.outbox.collection.count_documents(unmarked) == 2
    async with victim("none", kafka_platform, database, unique("v")):
        await eventually(lambda: equals(pending(runtime), 0), within=30)
    assert await published(kafka_platform, key) == [1, 2, 1, 2]
    await runtime.mongo.client.drop_database(database)


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
    runtime = find(app, Runtime)
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
        await eventually(lambda: published_all(other, runtime))
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
    runtime = find(app, Runtime)
    async with counter.prepared(app):
        sleeper = Relay(
            runtime.mongo, runtime.outbox, Collector(), runtime.metrics, lease_ttl=0.3, pause=pause
        )
        other = Relay(runtime.mongo, runtime.outbox, Never(), runtime.metrics, lease_ttl=30)
        await app.state.counter.count("a")
        step = asyncio.create_task(sleeper.step())
        await eventually(asleep.is_set)
        await eventually(lambda: other.leases.renew(datetime.now(UTC)))
        awake.set()
        await step
        assert (await runtime.outbox.pending())[0] == 1


async def test_a_refused_record_stops_its_key_and_no_other(
    platform: Platform, database: str, tokens: Tokens
) -> None:
    """E6: a poison event stops its own aggregate, loudly; the others go on."""
    publisher = Poisoned("bad")
    app = counter.build(platform, database, fetch_keys=tokens.fetch, publisher=publisher)
    async with running(app):
        for key in ("bad", "good", "bad", "good"):
            await app.state.counter.count(key)
        find(app, Runtime).relay._retry_stuck = 0.5
        await eventually(lambda: publisher.keys.count("good") == 2)
        await eventually(lambda: find(app, Runtime).relay.stuck == {"bad"})
        assert "bad" not in publisher.keys
        publisher.poison = ""
        await eventually(lambda: publisher.keys.count("bad") == 2)


async def test_what_the_relay_cannot_do_is_told(
    platform: Platform, database: str, tokens: Tokens
) -> None:
    """O3: one event that Kafka refuses, and Kafka that takes none, as the runbooks search for."""
    publisher = Poisoned("bad")
    app = counter.build(platform, database, fetch_keys=tokens.fetch, publisher=publisher)
    with listening("counter") as said:
        async with running(app):
            await app.state.counter.count("bad")
            await eventually(lambda: found_by("OutboxStuckKey", said))
    (line,) = found_by("OutboxStuckKey", said)
    (recorded,) = said.of("event recorded")
    assert (line["event_id"], line["type"]) == (recorded["event_id"], ProfileRejected.TYPE)
    assert line["error"] == "RefusedRecordError: too large"
    assert line in found_by("OutboxAge", said)

    away = counter.build(platform, database, fetch_keys=tokens.fetch, publisher=Never())
    with listening("counter") as said:
        async with running(away):
            await away.state.counter.count("good")
            await eventually(lambda: found_by("OutboxAge", said))
    assert found_by("OutboxAge", said)[0]["error"] == "AccidentError: away"


async def test_republish_for_a_broker_that_forgets(
    platform: Platform, database: str, tokens: Tokens, collector: Collector
) -> None:
    """E7: with OUTBOX_REPUBLISH what is retained is published again at the next start."""
    app = counter.build(platform, database, fetch_keys=tokens.fetch, publisher=collector)
    runtime = find(app, Runtime)
    async with app.router.lifespan_context(app):
        await app.state.counter.count("a")
        await eventually(lambda: len(collector.records) == 1)
        await eventually(lambda: equals(pending(runtime), 0))
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
    runtime = find(app, Runtime)
    sent: list[Record] = []

    class Shared(Collector):
        """Two relays, one stream."""

        async def publish(self, records: object) -> list[Exception | None]:
            sent.extend(records)  # type: ignore[arg-type] # a sequence of records
            await asyncio.sleep(0.01)  # a broker takes a moment: lets the other relay in
            return [None for _ in records]  # type: ignore[attr-defined] # as above

    async with counter.prepared(app):
        relays = [
            Relay(runtime.mongo, runtime.outbox, Shared(), runtime.metrics, batch=7, lease_ttl=0.3)
            for _ in range(2)
        ]
        tasks = [asyncio.create_task(r.run()) for r in relays]
        for n in range(60):
            await app.state.counter.count(f"k{n % 9}")
        await eventually(lambda: equals(pending(runtime), 0))
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
        runtime = find(app, Runtime)
        await app.state.counter.later("a")
        await app.state.counter.later("b")
        await app.state.counter.later("c", datetime.now(UTC) + timedelta(hours=1))
        await eventually(lambda: equals(app.state.counter.counts(), {"a": 1, "b": 1}))
        left = await runtime.timers.collection.find().to_list(None)
        assert [t["_id"] for t in left] == ["count:c"]
        # a holder that died: leased, its lease has run out
        await runtime.timers.collection.update_one(
            {"_id": "count:c"}, {"$set": {"due_at": datetime.now(UTC), "token": "dead"}}
        )
        await eventually(lambda: equals(app.state.counter.counts(), {"a": 1, "b": 1, "c": 1}))
