"""Gauges of the chassis (O2): they rise with what waits, and fall back to 0."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from fastapi import FastAPI

from services.chassis.database.client import Mongo
from services.chassis.foundation.errors import AccidentError
from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.chassis.http.health import VERSION
from services.chassis.runtime.service import Runtime
from services.chassis.telemetry.metrics import Metrics
from services.chassis.telemetry.pool import PoolListener
from tests.support.eventually import eventually
from tests.support.service import Collector, Tokens, running
from tests.support.tools import counter
from tests.support.tools.counter import CounterRefusedError, prepared
from tests.support.tools.flow import metric, published_all, unique
from tests.support.tools.measured import gauge, measure


def built(platform: Platform, database: str, tokens: Tokens, **over: object) -> FastAPI:
    return counter.build(
        platform,
        database,
        name=unique("c"),
        fetch_keys=tokens.fetch,
        **over,  # type: ignore[arg-type] # seams by name
    )


async def test_the_outbox_is_seen_and_empties(
    platform: Platform, database: str, tokens: Tokens
) -> None:
    app = built(platform, database, tokens, publisher=Collector())
    runtime = find(app, Runtime)
    async with prepared(app):
        for _ in range(3):
            await app.state.counter.count("a")
        assert await gauge(app, "outbox_pending_events") == 3
        assert metric(app, "outbox_oldest_pending_seconds") > 0
        await eventually(lambda: published_all(runtime.relay, runtime))
        assert await gauge(app, "outbox_pending_events") == 0
        assert metric(app, "outbox_oldest_pending_seconds") == 0


async def test_due_and_failed_timers_are_seen_by_kind(
    platform: Platform, database: str, tokens: Tokens
) -> None:
    """O2: what is set for later is not due; what is done leaves no value behind."""
    app = built(platform, database, tokens)
    timers = find(app, Runtime).timers
    now = datetime.now(UTC)
    async with prepared(app):
        assert await gauge(app, "timers_due", kind="count") == 0
        await app.state.counter.later("late", now - timedelta(minutes=2))
        await app.state.counter.later("a moment ago", now - timedelta(seconds=1))
        await app.state.counter.later("tomorrow", now + timedelta(days=1))
        assert await gauge(app, "timers_due", kind="count") == 2
        assert 120 <= metric(app, "timers_oldest_due_seconds") < 180
        await timers.collection.update_one({"key": "late"}, {"$set": {"state": "failed"}})
        assert await gauge(app, "timers_failed", kind="count") == 1
        assert metric(app, "timers_due", kind="count") == 1
        await timers.collection.delete_many({"key": {"$ne": "tomorrow"}})
        await measure(app)
        names = ("timers_due", "timers_failed", "timers_oldest_due_seconds")
        assert [metric(app, name) for name in names] == [0, 0, 0]


async def test_what_became_of_a_timer_is_counted(
    platform: Platform, database: str, tokens: Tokens
) -> None:
    refused, tries = CounterRefusedError(), 0

    async def trouble(key: str) -> None:
        nonlocal tries
        if key == "refused":
            raise refused
        tries += 1
        if tries == 1:
            raise AccidentError

    app = built(platform, database, tokens, publisher=Collector(), trouble=trouble)
    async with running(app):
        await app.state.counter.later("refused")
        await app.state.counter.later("second try")

        def outcomes() -> dict[str, float]:
            return {
                outcome: metric(app, "timers_run_total", kind="count", outcome=outcome)
                for outcome in ("failed", "backed-off", "done")
            }

        await eventually(lambda: outcomes() == {"failed": 1, "backed-off": 1, "done": 1})
        assert await gauge(app, "timers_failed", kind="count") == 1


async def test_the_pool_tells_how_many_connections_are_open_and_in_use(
    platform: Platform, database: str
) -> None:
    """O2: MongoDB pool; what is not given back in time is a failure."""
    metrics = Metrics()
    value = metrics.registry.get_sample_value
    mongo = Mongo(platform.mongo_url, database, max_pool=2, listeners=[PoolListener(metrics)])

    def connections(state: str) -> float | None:
        return value("mongo_connections", {"state": state})

    assert (connections("open"), connections("in-use")) == (0, 0)
    await mongo.ping()
    assert connections("open") == 1
    assert connections("in-use") == 0
    await asyncio.gather(*(mongo.ping() for _ in range(8)))
    opened = connections("open")
    assert opened is not None
    assert 1 <= opened <= 2, "never more than the pool holds"
    assert connections("in-use") == 0
    mongo.close()
    await eventually(lambda: (connections("open"), connections("in-use")) == (0, 0))


async def test_a_pool_that_has_none_left_is_counted(platform: Platform, database: str) -> None:
    metrics = Metrics()
    value = metrics.registry.get_sample_value
    mongo = Mongo(
        f"{platform.mongo_url}&waitQueueTimeoutMS=50",
        database,
        max_pool=1,
        listeners=[PoolListener(metrics)],
    )
    await mongo.db["things"].insert_one({"_id": 1})
    slow = {"$where": "sleep(400) || true"}
    results = await asyncio.gather(
        *(mongo.db["things"].find_one(slow) for _ in range(4)), return_exceptions=True
    )
    refused = [r for r in results if isinstance(r, Exception)]
    assert refused
    failures = value("mongo_checkout_failures_total")
    assert failures is not None
    assert failures >= len(refused), "the driver tries a read twice"
    await mongo.client.drop_database(database)
    mongo.close()


async def test_which_version_runs_is_told(
    platform: Platform, database: str, tokens: Tokens
) -> None:
    app = built(platform, database, tokens)
    assert metric(app, "build_info", version=VERSION) == 1
    find(app, Runtime).mongo.close()
