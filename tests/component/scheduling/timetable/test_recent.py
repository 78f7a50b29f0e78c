"""Free slots may be of a moment ago; one's own booking never is."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

import pytest

from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.scheduling.timetable.api import RecentAnswers
from tests.support.eventually import eventually
from tests.support.service import Tokens
from tests.support.services.scheduling import MONDAY, Desk, scheduling

ORLOVA = {"doctor_id": "doctor-orlova", "from": "2038-03-04"}


async def page(desk: Desk) -> dict[str, Any]:
    answer = await desk.http.get("/v1/slots", params=ORLOVA)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    found: dict[str, Any] = answer.json()
    return found


async def offered(desk: Desk, slot_id: str) -> bool:
    return slot_id in {slot["id"] for slot in (await page(desk))["items"]}


async def test_ones_own_booking_shows_at_once_and_so_does_its_end(desk: Desk) -> None:
    who = await desk.citizen()
    slot = (await page(desk))["items"][0]["id"]
    booked = await desk.booked(who, slot)
    assert not await offered(desk, slot)
    assert (await desk.cancel(who, booked["id"])).status_code == 200
    assert await offered(desk, slot)


async def test_another_replicas_booking_shows_within_the_second(
    desk: Desk, platform: Platform, database: str, tokens: Tokens
) -> None:
    """Until then the slot may be offered; nobody gets it (A4)."""
    who, late = await desk.citizen(), await desk.citizen("citizen-2")
    async with scheduling(platform, database, tokens) as other:
        slot = (await page(other))["items"][0]["id"]
        await desk.booked(who, slot)
        refused = await other.book(late, slot)
        assert (refused.status_code, refused.json()["code"]) == (409, "slot-taken")

        async def gone() -> bool:
            return not await offered(other, slot)

        assert await eventually(gone, within=2)


async def test_the_answer_says_of_when_it_is(desk: Desk) -> None:
    first = await page(desk)
    assert datetime.fromisoformat(first["as_of"]) == MONDAY
    desk.clock.now = MONDAY.replace(second=1)
    find(desk.app, RecentAnswers).changed()
    assert (await page(desk))["as_of"] == "2038-03-01T06:00:01Z"


@pytest.mark.parametrize(
    ("path", "caching"),
    [
        ("/v1/slots?doctor_id=doctor-orlova", "no-store"),
        ("/v1/doctors?specialty=therapist", "public, max-age=60"),
        ("/v1/clinics", "public, max-age=60"),
        ("/v1/specialties", "public, max-age=60"),
    ],
)
async def test_what_everybody_asks_is_answered_alike_and_kept(
    desk: Desk, path: str, caching: str
) -> None:
    answers = await asyncio.gather(*(desk.http.get(path) for _ in range(20)))
    assert {(a.status_code, a.headers["cache-control"]) for a in answers} == {(200, caching)}
    assert all(a.json()["items"] == answers[0].json()["items"] for a in answers)
    assert len(find(desk.app, RecentAnswers)) == 1


async def test_a_wrong_question_is_refused_as_often_as_it_is_asked(desk: Desk) -> None:
    for _ in range(2):
        answer = await desk.http.get("/v1/slots", params={"limit": 0})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/query/limit")
