"""O1, O8: the lag rises while a consumer does not get on, and goes back to zero after it."""

from __future__ import annotations

from services.chassis.foundation.errors import AccidentError
from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.eventually import eventually
from tests.support.service import Tokens, running
from tests.support.tools import counter
from tests.support.tools.flow import equals, metric, unique
from tests.support.tools.load import TOPIC, from_now_on, lag, under_load


async def test_lag_rises_while_the_consumer_is_stopped_or_stuck_and_falls_to_zero(
    apache_platform: Platform, database: str, tokens: Tokens
) -> None:
    """The service's own gauges say what the broker says, while it is stuck and after it."""
    group = unique("lag")
    stuck = True

    async def trouble(_key: str) -> None:
        if stuck:
            raise AccidentError

    app = counter.build(
        apache_platform, database, name=group, fetch_keys=tokens.fetch, trouble=trouble
    )
    await from_now_on(apache_platform, group)
    async with under_load(apache_platform, pause=0.02) as load:
        await eventually(lambda: load.written >= 1_000, within=40)
    stopped = await lag(apache_platform, group)
    assert stopped == load.written
    async with running(app):
        dispatcher = find(app, Runtime).dispatcher
        dispatcher._backoff, dispatcher._longest_backoff = 0.05, 0.2

        def gauges() -> tuple[float, float]:
            lagging = metric(app, "events_consumer_lag", topic=TOPIC)
            return lagging, metric(app, "events_oldest_unhandled_seconds", topic=TOPIC)

        await eventually(lambda: gauges()[0] == stopped and gauges()[1] > 2.0, within=40)
        assert await lag(apache_platform, group) == stopped
        stuck = False
        await eventually(lambda: equals(lag(apache_platform, group), 0), within=60, every=0.5)
        await eventually(lambda: gauges() == (0.0, 0.0))
        counts = await app.state.counter.counts()
        assert {key: counts[key] for key in load.keys} == load.expected
