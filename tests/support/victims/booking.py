"""A process that books a slot and stops just before the commit: to be killed there.

`python -m tests.support.victims.booking MONGO_URL DATABASE CITIZEN SLOT` says «inside» and waits.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence

from pymongo.monitoring import (
    CommandFailedEvent,
    CommandListener,
    CommandStartedEvent,
    CommandSucceededEvent,
)

from services.chassis.database.client import Mongo
from services.chassis.foundation import clock
from services.chassis.foundation.encryption import Encryption
from services.chassis.telemetry.metrics import Metrics
from services.chassis.work.looks import Looks
from services.chassis.work.outbox import Outbox
from services.chassis.work.timers import Timers
from services.chassis.work.transactions import Transaction, Transactions
from services.scheduling.bookings.actions import Cancelling, Showing, Taking
from services.scheduling.bookings.domain.details import Details, Wish
from services.scheduling.bookings.events import ClinicEvents
from services.scheduling.bookings.metrics import BookingMetrics
from services.scheduling.bookings.store import Appointments
from services.scheduling.bookings.usecases import Bookings
from services.scheduling.deps import Deps
from services.scheduling.known.store import Known
from services.scheduling.patients.store import Patients
from services.scheduling.reception.store import Receptions
from services.scheduling.settings import Settings
from services.scheduling.timetable.actions import Alternating, Freeing
from services.scheduling.timetable.domain import Hold, Slot
from services.scheduling.timetable.store import Slots
from services.scheduling.triage.actions import Triage
from services.scheduling.triage.metrics import TriageMetrics


class StopAtCommit(CommandListener):
    """Everything is written, and the commit is not sent."""

    def started(self, event: CommandStartedEvent) -> None:
        if event.command_name == "commitTransaction":
            print("inside", flush=True)
            sys.stdin.read()  # until it is killed
            os._exit(1)

    def succeeded(self, _: CommandSucceededEvent) -> None:
        pass

    def failed(self, _: CommandFailedEvent) -> None:
        pass


async def _nobody_waits(_tx: Transaction, _slots: Sequence[Slot]) -> Mapping[str, Hold]:
    return {}


async def _book(url: str, database: str, citizen: str, slot: str) -> None:
    mongo = Mongo(url, database, listeners=[StopAtCommit()])
    transactions = Transactions("scheduling", mongo, Outbox(mongo), Timers(mongo))
    deps = Deps(
        transactions,
        Settings(demo=True),
        now=clock.now,
        new_id=lambda: "never-committed",
    )
    slots, known = Slots(mongo.db), Known(mongo.db)
    patients, appointments = Patients(mongo.db), Appointments(mongo.db)
    taking = Taking(
        deps,
        slots,
        Freeing(deps, slots, _nobody_waits, {}),
        known,
        Receptions(mongo.db),
        patients,
        appointments,
        new_talon=lambda: 1,
        check_url=str,
        for_clinic=ClinicEvents(Encryption("scheduling.visits", deps.settings.visits_secret)),
    )
    bookings = Bookings(
        deps,
        taking,
        Cancelling(taking),
        appointments,
        Showing(Looks(mongo.db, {}, now=clock.now, new_id=str)),
        Triage(deps, known, TriageMetrics(Metrics())),
        Alternating(deps, slots, known),
        BookingMetrics(Metrics()),
        check_url=str,
        changed=lambda: None,
    )
    await bookings.book(Wish(citizen, slot, details=Details("first", "Кашель")))


if __name__ == "__main__":
    asyncio.run(_book(*sys.argv[1:5]))
