"""A process that books a slot and stops just before the commit: to be killed there.

`python -m tests.support.victims.booking MONGO_URL DATABASE CITIZEN SLOT` says «inside» and waits.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Never

from services.chassis.database.client import Mongo
from services.chassis.database.idempotency import Once
from services.chassis.foundation import clock
from services.chassis.telemetry.metrics import Metrics
from services.chassis.work.outbox import Outbox
from services.chassis.work.timers import Timers
from services.chassis.work.transactions import Transactions
from services.scheduling.bookings.domain import CancelRule
from services.scheduling.bookings.metrics import SchedulingMetrics
from services.scheduling.settings import Settings
from services.scheduling.store import Store
from services.scheduling.usecases import Booking


def _stop(_: object) -> Never:
    print("inside", flush=True)
    sys.stdin.read()  # until it is killed
    raise SystemExit


async def _book(url: str, database: str, citizen: str, slot: str) -> None:
    mongo = Mongo(url, database)
    settings = Settings()
    booking = Booking(
        transactions=Transactions("scheduling", mongo, Outbox(mongo), Timers(mongo)),
        store=Store(mongo.db),
        now=clock.now,
        new_id=lambda: "never-committed",
        new_talon=lambda: 1,
        rule=CancelRule(settings.self_cancel, settings.hotline),
        active_limit=5,
        metrics=SchedulingMetrics(Metrics()),
        check_url=str,
    )
    # the answer is made when everything but itself and the event is written
    once = Once.of(subject=citizen, route="book", key="k", payload=b"").answering(_stop)
    await booking.book(citizen, slot, once=once)


if __name__ == "__main__":
    asyncio.run(_book(*sys.argv[1:5]))
