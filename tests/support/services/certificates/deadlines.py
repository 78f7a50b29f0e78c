"""Time passes at the office, and the timer of a deadline is due."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from services.certificates.applications.domain.parts import Step
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.services.certificates.office import Office


async def pull(office: Office, application_id: str, *, after: timedelta) -> None:
    """So much time passes, and the timer is due, here and wherever else it is looked for."""
    office.clock.ahead += after
    timers = find(office.app, Runtime).timers
    now = datetime.now(UTC)
    await timers.collection.update_one(
        {"_id": f"deadline:{application_id}"}, {"$set": {"due_at": now}}
    )
    timers.ring({"deadline"})


async def reached(office: Office, application_id: str, step: Step) -> bool:
    escalation = (await office.kept(application_id)).escalation
    return escalation is not None and escalation.step is step
