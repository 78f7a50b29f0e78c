"""The room of a video visit: for its two people alone, and in its time alone (C19)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest_asyncio
from joserfc import jwt
from joserfc.jwk import OctKey
from pydantic import SecretStr

from services.chassis.foundation.settings import Platform
from tests.support.service import Tokens, deliver
from tests.support.services.scheduling import Desk, scheduling
from tests.support.services.video import SATURDAY, no_video_hours, starts_at, video_hours
from tests.support.tools.rights import acting, granted

SECRET = "secret-of-the-rooms-32-characters"
DOCTOR = "doctor-orlova"


@pytest_asyncio.fixture
async def desk(platform: Platform, database: str, tokens: Tokens) -> AsyncIterator[Desk]:
    """Scheduling with a video service."""
    video: dict[str, Any] = {
        "video_url": "https://video.example/",
        "video_secret": SecretStr(SECRET),
    }
    async with scheduling(platform, database, tokens, **video) as running:
        await no_video_hours(running)
        await video_hours(running)
        yield running


async def _visit(desk: Desk, **asked: Any) -> tuple[dict[str, str], dict[str, Any]]:
    who = await desk.citizen()
    slots = await desk.free(**{"kind": "video", "clinic_id": "clinic-1", **SATURDAY, **asked})
    return who, await desk.booked(who, slots[0]["id"])


async def _enter(desk: Desk, who: dict[str, str], visit: dict[str, Any]) -> Any:
    return await desk.http.get(f"/v1/appointments/{visit['id']}/room", headers=who)


def _claims(url: str) -> dict[str, Any]:
    token = parse_qs(urlsplit(url).query)["jwt"][0]
    return jwt.decode(token, OctKey.import_key(SECRET), algorithms=["HS256"]).claims


async def test_its_two_people_enter_one_room_by_addresses_of_their_own_c19(desk: Desk) -> None:
    who, visit = await _visit(desk)
    desk.clock.now = starts_at(visit)
    patient = (await _enter(desk, who, visit)).json()
    doctor = (await _enter(desk, desk.tokens.headers(DOCTOR, "doctor"), visit)).json()
    rooms = [urlsplit(answer["url"]).path for answer in (patient, doctor)]
    assert rooms[0] == rooms[1] != "/"
    seen, leads = _claims(patient["url"]), _claims(doctor["url"])
    assert seen["room"] == leads["room"] == rooms[0].strip("/")
    assert seen["context"]["user"] == {
        "id": "citizen-1",
        "name": "Соколова Анна Сергеевна",
        "moderator": False,
    }
    assert leads["context"]["user"]["moderator"] is True
    assert seen["exp"] - seen["nbf"] == 40 * 60
    journal = (await desk.http.get("/v1/looks", headers=who)).json()["items"]
    assert [look["occasion"] for look in journal] == ["video-room"]


async def test_strangers_do_not_hear_that_there_is_a_visit_c19(desk: Desk) -> None:
    _, visit = await _visit(desk)
    desk.clock.now = starts_at(visit)
    for stranger in (
        await desk.citizen("citizen-2"),
        desk.tokens.headers("doctor-kuznetsov", "doctor"),
        desk.tokens.headers("citizen-1", "doctor"),
        desk.tokens.headers(DOCTOR, "citizen"),
    ):
        answer = await _enter(desk, stranger, visit)
        assert (answer.status_code, answer.json()["code"]) == (404, "appointment-not-found")
    assert (await _enter(desk, {}, visit)).status_code == 401
    other = desk.tokens.headers("registrar-1", "registrar", clinic_id="clinic-1")
    assert (await _enter(desk, other, visit)).status_code == 403


async def test_outside_of_its_time_it_says_when_c19(desk: Desk) -> None:
    who, visit = await _visit(desk)
    begins = starts_at(visit)
    for minutes, opened in ((-10.02, False), (-10, True), (29.9, True), (30, False)):
        desk.clock.now = begins + timedelta(minutes=minutes)
        answer = await _enter(desk, who, visit)
        assert answer.is_success is opened, minutes
        if not opened:
            assert (answer.status_code, answer.json()["code"]) == (409, "room-closed")
            assert answer.json()["opens_at"] == (begins - timedelta(minutes=10)).isoformat()
            assert "08:50" in answer.json()["detail"]


async def test_an_ordinary_visit_and_one_that_is_off_have_no_room_c19(desk: Desk) -> None:
    who = await desk.citizen()
    ordinary = await desk.booked(who, (await desk.late_slot())["id"])
    desk.clock.now = starts_at(ordinary)
    assert (await _enter(desk, who, ordinary)).json()["code"] == "not-by-video"
    _, visit = await _visit(desk)
    desk.clock.now = starts_at(visit) - timedelta(days=2)
    await desk.cancel(who, visit["id"])
    desk.clock.now = starts_at(visit)
    assert (await _enter(desk, who, visit)).json()["code"] == "already-cancelled"


async def test_who_acts_for_the_patient_enters_as_themselves_c19(desk: Desk) -> None:
    _, visit = await _visit(desk)
    assert await deliver(desk.app, granted("parent-1", "citizen-1")) == "handled"
    desk.clock.now = starts_at(visit)
    answer = await _enter(desk, acting(desk.tokens, "parent-1", "citizen-1"), visit)
    assert answer.status_code == 200, answer.text
    assert _claims(answer.json()["url"])["context"]["user"]["id"] == "parent-1"


async def test_without_a_video_service_it_says_so_c19(
    platform: Platform, database: str, tokens: Tokens
) -> None:
    async with scheduling(platform, f"{database}_bare", tokens) as desk:
        await no_video_hours(desk)
        await video_hours(desk)
        who, visit = await _visit(desk)
        desk.clock.now = starts_at(visit)
        answer = await _enter(desk, who, visit)
        assert (answer.status_code, answer.json()["code"]) == (409, "video-not-set-up")
