"""Known devices: they end with the password, and more of them are not more tries (I4, I5, I17)."""

from __future__ import annotations

from collections import Counter

import httpx2

from services.chassis.foundation.settings import Platform
from tests.support.services.identity import PASSWORD, Identity, any_phone, identity_running

_BAD = "не тот пароль 12345"
_HOME, _ELSEWHERE = "198.51.100.20", "203.0.113.5"


async def _try(identity: Identity, login: str, password: str) -> httpx2.Response:
    return await identity.post("/sessions", {"login": login, "password": password})


async def test_a_new_password_ends_every_device_but_the_one_that_proved_a_contact(
    platform: Platform, database: str
) -> None:
    async with identity_running(platform, database, lock_after=1) as identity:
        phone = any_phone()
        stolen = (await identity.registered(phone))["device_token"]
        owner = identity.seen_from(_HOME)
        started = await owner.post("/recoveries", {"phone": phone})
        recovery_id = started.json()["recovery_id"]
        body = {"code": await owner.code(recovery_id), "password": PASSWORD}
        done = await owner.post(f"/recoveries/{recovery_id}/confirmation", body)
        fresh = done.headers["Device-Token"]

        await _try(identity.seen_from(_HOME), phone, _BAD)
        for device, expected in ((stolen, 429), (fresh, 202)):
            answer = await _try(identity.seen_from(_HOME, device), phone, PASSWORD)
            assert answer.status_code == expected


async def _devices(identity: Identity, phone: str, count: int) -> list[str]:
    """Who knows the password and reads the codes logs in on this many devices."""
    return [(await identity.logged_in(phone))["device_token"] for _ in range(count)]


async def test_more_devices_are_not_more_codes(platform: Platform, database: str) -> None:
    """Beyond the bound of all devices each counts as the stranger that it may be."""
    limits = {"codes_per_site": 4, "codes_from_network": 4}
    async with identity_running(platform, database, **limits) as identity:
        phone = any_phone()
        await identity.registered(phone)
        said = [
            await identity.seen_from(_ELSEWHERE, device).post("/recoveries", {"phone": phone})
            for device in await _devices(identity, phone, 3)
            for _ in range(4)
        ]
        assert [a.status_code for a in said] == [202] * 8 + [429] * 4
        assert {a.json()["code"] for a in said[8:]} == {"too-many-codes-asked"}
        elsewhere = await identity.seen_from(_HOME).post("/recoveries", {"phone": phone})
        assert elsewhere.status_code == 202


async def test_more_devices_are_not_more_guesses(platform: Platform, database: str) -> None:
    async with identity_running(platform, database, guesses_per_day=7) as identity:
        phone = any_phone()
        await identity.registered(phone)
        said: Counter[str] = Counter()
        for device in await _devices(identity, phone, 4):
            thief = identity.seen_from(_HOME, device)
            started = (await thief.post("/recoveries", {"phone": phone})).json()
            digits = len(await thief.code(started["recovery_id"]))
            for _ in range(4):
                body = {"code": "0" * digits, "password": PASSWORD}
                path = f"/recoveries/{started['recovery_id']}/confirmation"
                answer = await thief.post(path, body)
                said[f"{answer.json()['code']} of {digits}"] += 1
        assert said["wrong-code of 6"] == 7
        assert said["longer-code-needed of 6"] == 1
        assert said["wrong-code of 10"] == 8


async def test_more_devices_are_not_more_passwords(platform: Platform, database: str) -> None:
    """A thief with devices of the account learns of ten passwords that they are wrong."""
    async with identity_running(platform, database, passwords_per_day=10) as identity:
        phone = any_phone()
        await identity.registered(phone)
        said: Counter[int] = Counter()
        for device in await _devices(identity, phone, 4):
            thief = identity.seen_from(_HOME, device)
            for _ in range(4):
                said[(await _try(thief, phone, _BAD)).status_code] += 1
        assert said == {401: 10, 202: 6}
