"""E5, E6, O8: the broker goes away and comes back under load; it remembers, and so do we."""

from __future__ import annotations

import asyncio
import collections

import pytest

from contracts.envelope import Event
from contracts.identity import ProfileRejected
from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.eventually import eventually
from tests.support.service import Tokens, running
from tests.support.stack import ServerStack, restarting
from tests.support.tools import counter
from tests.support.tools.flow import equals, pending, unique
from tests.support.tools.kafka import read_all
from tests.support.tools.load import from_now_on, lag, under_load


@pytest.mark.timeout(600)
async def test_the_broker_stops_and_is_killed_under_load(
    apache: ServerStack, apache_platform: Platform, database: str, tokens: Tokens
) -> None:
    """Nothing is lost, nothing is doubled, the outbox empties, each aggregate stays in order."""
    group = unique("restart")
    app = counter.build(
        apache_platform, database, name=group, fetch_keys=tokens.fetch, latest_only=True
    )
    assert apache.kafka is not None

    async def counted() -> int:
        return sum((await app.state.counter.counts()).values())

    await from_now_on(apache_platform, group)
    async with running(app), under_load(apache_platform, keys=24) as load:
        for kill in (False, True):
            await eventually(lambda: _counts_on(counted), within=40)
            down = restarting(apache.kafka, kill=kill)
            await asyncio.to_thread(down.__enter__)
            await eventually(lambda: not find(app, Runtime).consuming)
            # What is done meanwhile waits in the outbox: a request is not refused.
            await app.state.counter.count(f"meanwhile-{kill}")
            assert await pending(find(app, Runtime)) > 0
            await asyncio.to_thread(down.__exit__, None, None, None)
            await eventually(lambda: _counts_on(counted), within=60)
        await load.end()
        meanwhile = {"meanwhile-False": 1, "meanwhile-True": 1}
        await eventually(
            lambda: equals(counted(), load.written + len(meanwhile)), within=240, every=0.2
        )
        assert await app.state.counter.counts() == load.expected | meanwhile
        await eventually(lambda: equals(pending(find(app, Runtime)), 0), within=40)
        await eventually(lambda: equals(lag(apache_platform, group), 0), within=60, every=0.5)
        letters = find(app, Runtime).dispatcher.letters.collection
        assert await letters.count_documents({}) == 0
        told = await _told(apache_platform, set(load.keys))
        assert told == {key: list(range(1, load.rounds + 1)) for key in load.keys}


async def _told(platform: Platform, keys: set[str]) -> dict[str, list[int]]:
    """What Kafka has to say of each aggregate, in order, each event once.

    The relay publishes again what Kafka did not confirm; whoever hears it knows it by its id.
    """
    heard: dict[str, dict[str, int]] = collections.defaultdict(dict)
    for value in await read_all(platform, "identity.events"):
        if ProfileRejected.TYPE.encode() not in value:
            continue
        event = Event[ProfileRejected].from_json(value)
        if event.aggregateid in keys:
            heard[event.aggregateid].setdefault(event.id, event.seq)
    return {key: list(seqs.values()) for key, seqs in heard.items()}


async def _counts_on(counted: object) -> bool:
    """Whether more is counted while we look."""
    before = await counted()  # type: ignore[operator] # any async function
    await eventually(lambda: _more_than(counted, before + 100), within=30)
    return True


async def _more_than(counted: object, floor: int) -> bool:
    seen = await counted()  # type: ignore[operator] # any async function
    assert seen > floor, seen
    return True
