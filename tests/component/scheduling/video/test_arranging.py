"""A video visit is booked for an application by itself: once, and again where it is off (C19)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest_asyncio

from contracts.certificates import ApplicationWithdrawn
from contracts.scheduling import (
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentFilesShared,
    VideoVisitAwaited,
    VideoVisitBooked,
    VideoVisitCancelled,
)
from services.chassis.foundation.settings import Platform
from tests.support.eventually import eventually
from tests.support.service import Tokens, an_event, deliver, outbox_events
from tests.support.services.scheduling import Desk, scheduling
from tests.support.services.video import (
    SATURDAY,
    needs_a_visit,
    no_video_hours,
    starts_at,
    video_hours,
)


@pytest_asyncio.fixture
async def desk(platform: Platform, database: str, tokens: Tokens) -> AsyncIterator[Desk]:
    """Scheduling that looks for time again soon."""
    retry = timedelta(milliseconds=100)
    async with scheduling(platform, database, tokens, video_retry=retry) as running:
        await no_video_hours(running)
        yield running


async def _told(desk: Desk, kind: type[Any], count: int) -> list[Any]:
    """So many events of this kind, and no more."""

    async def there() -> bool:
        return len(await outbox_events(desk.app, kind)) >= count

    assert await eventually(there, within=20)
    found = [event.data for event in await outbox_events(desk.app, kind)]
    assert len(found) == count
    return found


async def test_the_first_free_slot_is_booked_whatever_comes_twice_c19(desk: Desk) -> None:
    who = await desk.citizen()
    await video_hours(desk)
    assert await needs_a_visit(desk, "app-1", "citizen-1", times=2) == ["handled", "duplicate"]
    (told,) = await _told(desk, VideoVisitBooked, 1)
    mine = (await desk.http.get("/v1/appointments", headers=who)).json()["items"]
    assert [a["id"] for a in mine] == [told.visit_id]
    assert (mine[0]["visit"]["kind"], mine[0]["history"][0]["by"]) == ("video", "system")
    first = starts_at(mine[0])
    assert (told.starts_at, told.doctor_id) == (first, "doctor-orlova")
    assert first.strftime("%d %H:%M") == "06 09:00"
    (booked,) = await outbox_events(desk.app, AppointmentBooked)
    assert booked.data.application_id == "app-1"


async def test_two_visits_are_never_in_one_slot_c19(desk: Desk) -> None:
    """Six applications of six people at four slots, and a citizen who books one by hand."""
    people = [f"citizen-{n}" for n in range(7)]
    headers = [await desk.citizen(name) for name in people]
    await video_hours(desk)
    slots = await desk.free(kind="video", clinic_id="clinic-1", **SATURDAY)
    by_hand = asyncio.create_task(desk.book(headers[6], slots[1]["id"]))
    await asyncio.gather(*(needs_a_visit(desk, f"app-{n}", people[n]) for n in range(6)))
    answer = await by_hand
    taken = 4 - answer.is_success
    told = await _told(desk, VideoVisitBooked, taken)
    assert len({(t.doctor_id, t.starts_at) for t in told}) == taken
    awaited = await _told(desk, VideoVisitAwaited, 6 - taken)
    assert {t.application_id for t in told}.isdisjoint(a.application_id for a in awaited)
    assert await desk.free(kind="video", clinic_id="clinic-1", **SATURDAY) == []


async def test_no_time_is_told_once_and_time_is_taken_when_it_comes_c19(desk: Desk) -> None:
    await desk.citizen()
    await needs_a_visit(desk, "app-1", "citizen-1")
    (awaited,) = await _told(desk, VideoVisitAwaited, 1)
    assert awaited.specialties == ("therapist",)
    await video_hours(desk)
    await _told(desk, VideoVisitBooked, 1)
    assert len(await outbox_events(desk.app, VideoVisitAwaited)) == 1


async def test_a_visit_that_is_called_off_is_arranged_again_later_c19(desk: Desk) -> None:
    who = await desk.citizen()
    await video_hours(desk)
    await needs_a_visit(desk, "app-1", "citizen-1")
    (first,) = await _told(desk, VideoVisitBooked, 1)
    assert (await desk.cancel(who, first.visit_id)).status_code == 200
    _, second = await _told(desk, VideoVisitBooked, 2)
    (off,) = await _told(desk, VideoVisitCancelled, 1)
    assert off.visit_id == first.visit_id != second.visit_id
    assert second.starts_at > first.starts_at
    assert [e.seq for e in await outbox_events(desk.app, VideoVisitBooked)] == [1, 3]


async def test_a_citizen_moves_the_visit_of_an_application_among_video_slots_c19(
    desk: Desk,
) -> None:
    """A14: the application hears the new time; another kind of visit would be none for it."""
    who = await desk.citizen()
    await video_hours(desk)
    await needs_a_visit(desk, "app-1", "citizen-1")
    (first,) = await _told(desk, VideoVisitBooked, 1)
    path = f"/v1/appointments/{first.visit_id}/transfer"
    other = await desk.late_slot(specialty="therapist", kind="first")
    refused = await desk.http.post(path, json={"slot_id": other["id"]}, headers=who)
    assert (refused.status_code, refused.json()["code"]) == (409, "video-only")
    *_, last = await desk.free(kind="video", clinic_id="clinic-1", **SATURDAY)
    moved = await desk.http.post(path, json={"slot_id": last["id"]}, headers=who)
    assert moved.status_code == 200, moved.text
    _, second = await _told(desk, VideoVisitBooked, 2)
    assert second.visit_id == first.visit_id
    assert second.starts_at == starts_at(moved.json())


async def test_a_withdrawn_application_gives_its_slot_back_c19(desk: Desk) -> None:
    """And what was attached to the visit is nobody's to read any more (A26)."""
    who = await desk.citizen()
    await video_hours(desk, slots=1)
    await needs_a_visit(desk, "app-1", "citizen-1")
    (told,) = await _told(desk, VideoVisitBooked, 1)
    body = {"file_ids": [await desk.uploaded("f1")]}
    path = f"/v1/appointments/{told.visit_id}/documents"
    assert (await desk.http.post(path, json=body, headers=who)).status_code == 200
    withdrawn = ApplicationWithdrawn(
        application_id="app-1",
        tracking_number="4829-1730-5584",
        citizen_id="citizen-1",
        certificate_title="Справка",
    )
    event = an_event(withdrawn, aggregate_id="app-1", seq=2)
    assert [await deliver(desk.app, event) for _ in range(2)] == ["handled", "duplicate"]
    (off,) = await outbox_events(desk.app, AppointmentCancelled)
    assert off.data.reason_code == "application-withdrawn"
    shared = [e.data.file_ids for e in await outbox_events(desk.app, AppointmentFilesShared)]
    assert shared == [("f1",), ()]
    await desk.citizen("citizen-2")
    await needs_a_visit(desk, "app-2", "citizen-2")
    assert (await _told(desk, VideoVisitBooked, 2))[1].application_id == "app-2"


async def test_a_missed_visit_is_ordered_anew_and_one_that_stands_is_not_doubled_c19(
    desk: Desk,
) -> None:
    who = await desk.citizen()
    await video_hours(desk, slots=12)
    await needs_a_visit(desk, "app-1", "citizen-1")
    (first,) = await _told(desk, VideoVisitBooked, 1)
    await needs_a_visit(desk, "app-1", "citizen-1", seq=2)
    again = (await _told(desk, VideoVisitBooked, 2))[1]
    assert again.visit_id == first.visit_id

    desk.clock.now = first.starts_at + timedelta(minutes=1)
    await needs_a_visit(desk, "app-1", "citizen-1", seq=3, not_before=desk.clock())
    third = (await _told(desk, VideoVisitBooked, 3))[2]
    assert third.visit_id != first.visit_id
    assert third.starts_at > first.starts_at
    mine = (await desk.http.get("/v1/appointments", headers=who)).json()["items"]
    assert len(mine) == 2
