"""Video visits for tests: hours in which doctors have them, and applications that need one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from contracts.certificates import VideoVisitRequested
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from services.chassis.work.transactions import Transaction
from services.scheduling.hours.usecases import Hours
from tests.support.service import an_event, deliver
from tests.support.services.scheduling import Desk, slots_made

SATURDAY = {"from": "2038-03-06", "to": "2038-03-06"}
"""Nobody's hours in the region but those of a test."""


async def no_video_hours(desk: Desk) -> None:
    """Nobody of the region has any: who has some is a test's own matter."""
    slots = find(desk.app, Runtime).mongo.db["slots"]
    await slots.delete_many({"visit.kind": "video"})


async def video_hours(
    desk: Desk, name: str = "video", *, doctor: str = "doctor-orlova", slots: int = 4
) -> None:
    """One Saturday from 09:00, of a quarter of an hour each."""
    ends = f"{9 + slots // 4:02d}:{slots % 4 * 15:02d}"
    stretch = {"weekday": 6, "begins": "09:00", "ends": ends, "room": "214", "kind": "video"}
    plan: dict[str, Any] = {"valid_from": "2038-03-01", "valid_until": "2038-03-07"}
    plan |= {"weekly": [{**stretch, "minutes": 15}]}
    document = {"doctor_id": doctor, "clinic_id": "clinic-1", "revision": 1, "version": 0}
    timetables = find(desk.app, Runtime).mongo.db["timetables"]
    await timetables.insert_one({**document, "_id": name, "plans": [plan]})
    hours = find(desk.app, Hours)

    async def work(tx: Transaction) -> None:
        await hours.making.begin(tx, [name])

    await hours.deps.transactions.run(work)
    await slots_made(desk.app)


async def needs_a_visit(
    desk: Desk, application_id: str, citizen_id: str, *, seq: int = 1, times: int = 1, **over: Any
) -> list[str]:
    """An application of this citizen needs a visit; the outcomes of so many deliveries."""
    asked: dict[str, Any] = {
        "application_id": application_id,
        "tracking_number": "4829-1730-5584",
        "citizen_id": citizen_id,
        "clinic_id": "clinic-1",
        "specialties": ("therapist",),
        "not_before": desk.clock(),
    }
    event = an_event(VideoVisitRequested(**asked | over), aggregate_id=application_id, seq=seq)
    return [await deliver(desk.app, event) for _ in range(times)]


def starts_at(booked: dict[str, Any]) -> datetime:
    """When a visit begins."""
    return datetime.fromisoformat(booked["visit"]["starts_at"])
