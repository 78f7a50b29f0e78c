"""E6: a replica that stops leaves its group at once; its events wait for no session to end."""

from __future__ import annotations

import asyncio
import signal

import pytest

from services.chassis.foundation.settings import Platform
from tests.support.eventually import eventually
from tests.support.tools.flow import unique
from tests.support.tools.kafka import reached, victim
from tests.support.tools.load import from_now_on, shared_by

_AT_ONCE = 3.0  # half of what a replica that was killed is missed for


@pytest.mark.alone
@pytest.mark.timeout(300)
async def test_a_stopped_replica_leaves_its_group_at_once(
    apache_platform: Platform, database: str
) -> None:
    assert apache_platform.kafka_session_timeout_ms >= 2_000 * _AT_ONCE
    group = unique("leaving")
    member = ("in-order", apache_platform, database, group)
    await from_now_on(apache_platform, group)
    async with victim(*member) as first, victim(*member) as second:
        await reached(first, within=60)
        await reached(second, within=60)
        await eventually(lambda: shared_by(apache_platform, group, 2), within=60, every=0.2)
        first.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(first.wait(), 30) == 0
        await eventually(lambda: shared_by(apache_platform, group, 1), within=_AT_ONCE, every=0.2)
