"""E4, E6, O8: members of one group come and go under load; each event has its effect once.

`in-order` members count an event only if it is newer than the last one counted of its aggregate:
an aggregate whose count is the number of its events had all of them, once each, in order.
"""

from __future__ import annotations

import asyncio
import signal

import pytest

from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.eventually import eventually
from tests.support.service import Tokens
from tests.support.tools import counter
from tests.support.tools.flow import equals, pending, published, unique
from tests.support.tools.kafka import reached, victim
from tests.support.tools.load import from_now_on, lag, shared_by, under_load

_DETECTED_WITHIN = 90.0  # a member that was killed is missed after its session: 6 s


@pytest.mark.timeout(600)
async def test_members_join_and_leave_under_load(
    apache_platform: Platform, database: str, tokens: Tokens
) -> None:
    """Two join, one leaves in peace, one is killed, one joins again: thousands of events."""
    group = unique("members")
    member = ("in-order", apache_platform, database, group)
    judge = counter.build(apache_platform, database, name=group, fetch_keys=tokens.fetch)

    async def counted() -> int:
        return sum((await judge.state.counter.counts()).values())

    async def goes_on() -> None:
        before = await counted()
        await eventually(lambda: _more_than(counted, before + 200), within=60)

    async def members_are(count: int) -> None:
        await eventually(
            lambda: shared_by(apache_platform, group, count), within=_DETECTED_WITHIN, every=0.5
        )

    await from_now_on(apache_platform, group)
    try:
        async with under_load(apache_platform) as load, victim(*member) as first:
            await reached(first, within=60)
            await members_are(1)
            async with victim(*member) as second:
                await reached(second, within=60)
                await members_are(2)
                await goes_on()
                first.send_signal(signal.SIGTERM)
                assert await asyncio.wait_for(first.wait(), 60) == 0
                await members_are(1)
                async with victim(*member) as third:
                    await reached(third, within=60)
                    await members_are(2)
                    await goes_on()
                    second.send_signal(signal.SIGKILL)
                    await second.wait()
                    await members_are(1)
                    await goes_on()
                    await load.end()
                    await eventually(lambda: equals(counted(), load.written), within=240)
                    await eventually(lambda: equals(lag(apache_platform, group), 0), within=60)
                    await eventually(lambda: equals(pending(find(judge, Runtime)), 0), within=60)
        assert load.written >= 2_000, load.rounds
        assert await judge.state.counter.counts() == load.expected
        letters = find(judge, Runtime).dispatcher.letters.collection
        assert await letters.count_documents({}) == 0
        for key in load.keys[:3]:
            answers = await published(apache_platform, key)
            assert list(dict.fromkeys(answers)) == list(range(1, load.rounds + 1))
    finally:
        await find(judge, Runtime).mongo.client.drop_database(database)
        find(judge, Runtime).mongo.close()


async def _more_than(counted: object, floor: int) -> bool:
    seen = await counted()  # type: ignore[operator] # any async function
    assert seen > floor, seen
    return True
