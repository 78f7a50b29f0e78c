"""A process that books a slot and stops just before the commit: to be killed there.

`python -m tests.support.killed_booking MONGO_URL DATABASE CITIZEN SLOT` says «inside» and waits.
"""

from __future__ import annotations

import asyncio
import sys

from services.chassis.database.client import Mongo
from services.chassis.telemetry.metrics import Metrics
from services.chassis.work.outbox import Outbox
from services.chassis.work.timers import Timers
from services.chassis.work.transactions import Transactions
from services.scheduling.app import clock
from services.scheduling.domain.appointment import CancelRule
from services.scheduling.metrics import SchedulingMetrics
from services.scheduling.settings import Settings
from services.scheduling.store import Store
from services.scheduling.usecases import Booking


def _stop(_: str) -> str:
    print("inside", flush=True)
    return sys.stdin.read()  # until it is killed


async def _book(url: str, database: str, citizen: str, slot: str) -> None:
    mongo = Mongo(url, database)
    settings = Settings()
    booking = Booking(
        transactions=Transactions("scheduling", mongo, Outbox(mongo), Timers(mongo)),
        store=Store(mongo.db),
        now=clock,
        new_id=lambda: "never-committed",
        new_talon=lambda: 1,
        rule=CancelRule(settings.self_cancel, settings.hotline),
        active_limit=5,
        metrics=SchedulingMetrics(Metrics()),
        check_url=_stop,  # called when everything but the event is written
    )
    await booking.book(citizen, slot)


if __name__ == "__main__":
    asyncio.run(_book(*sys.argv[1:5]))
