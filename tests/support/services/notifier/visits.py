"""Events of a visit for the notifier, and what it set and told of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
from fastapi import FastAPI

from contracts.envelope import Data, Event
from contracts.scheduling import (
    AppointmentAttended,
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentConfirmed,
    AppointmentMissed,
    AppointmentMoved,
    AppointmentStalled,
    TalonIssued,
)
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.eventually import eventually
from tests.support.service import Tokens
from tests.support.services.notifier import CITIZEN, heard, journal

BOOKED, CANCELLED = "appointment-booked.v2", "appointment-cancelled.v2"
MOVED = "appointment-moved.v2"
_ORDER = (
    AppointmentBooked,
    AppointmentStalled,
    AppointmentConfirmed,
    TalonIssued,
    AppointmentMoved,
    AppointmentAttended,
    AppointmentMissed,
    AppointmentCancelled,
)


def about(
    kind: type[Data], visit: str, *, starts: datetime | None = None, **changes: Any
) -> Event[Any]:
    """An event of this visit: in three days at 9:30 in Moscow unless said."""
    at = heard(AppointmentBooked).data.visit.model_dump(mode="json")
    # a fixed hour: 10:30 is a character longer, and what is left of the clinic's name one shorter
    usual = (datetime.now(UTC) + timedelta(days=3)).replace(hour=6, minute=30)
    at["starts_at"] = (starts or usual).isoformat()
    if kind is AppointmentBooked:  # the contract's example is a pending one
        changes = {"status": "confirmed", "needs": []} | changes
    return heard(
        kind,
        aggregate=visit,
        seq=_ORDER.index(kind) + 1,
        appointment_id=visit,
        citizen_id=CITIZEN,
        visit=at,
        **changes,
    )


def moved(visit: str, *, seq: int = 5, starts: datetime, **changes: Any) -> Event[Any]:
    """The visit is at another time, with another talon."""
    said = {"status": "confirmed", "moved_by": "clinic"} | changes
    at = heard(AppointmentMoved).data.visit.model_dump(mode="json") | {
        "starts_at": starts.isoformat()
    }
    return heard(
        AppointmentMoved,
        aggregate=visit,
        seq=seq,
        appointment_id=visit,
        citizen_id=CITIZEN,
        visit=at,
        **said,
    )


async def due_now(app: FastAPI, kind: str) -> None:
    """The timers of this kind need not wait any longer."""
    timers = find(app, Runtime).timers.collection
    changed = await timers.update_many({"kind": kind}, {"$set": {"due_at": datetime.now(UTC)}})
    assert changed.modified_count > 0


async def none_left(app: FastAPI, kind: str) -> None:
    async def gone() -> bool:
        left: int = await find(app, Runtime).timers.collection.count_documents({"kind": kind})
        return left == 0

    await eventually(gone)


async def of_visits(client: httpx2.AsyncClient, tokens: Tokens) -> list[tuple[str, str]]:
    """Template and channel of everything told of visits."""
    lines = await journal(client, tokens, CITIZEN, limit=100)
    return sorted(
        (line["template"], line["channel"])
        for line in lines
        if line["template"].startswith("appointment-")
    )


async def timers_of(app: FastAPI, visit: str) -> dict[str, datetime]:
    """When this visit is reminded of, by timer."""
    timers = find(app, Runtime).timers.collection
    found = await timers.find({"key": visit, "kind": {"$in": ["notice", "visit-soon"]}}).to_list(
        None
    )
    return {timer["kind"]: timer["due_at"] for timer in found}
