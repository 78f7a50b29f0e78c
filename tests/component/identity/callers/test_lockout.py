"""Who knows a phone number shuts nobody out and finds no code (I4, I5, I14, I17, DECISIONS 12)."""

from __future__ import annotations

import asyncio
from collections import Counter

import httpx2
import pytest

from services.chassis.foundation.settings import Platform
from tests.support.services.identity import PASSWORD, Identity, any_phone, identity_running

_NEW = "другая длинная фраза 8"
_BAD = "не тот пароль 12345"
_HOME = "198.51.100.20"
_ATTACKERS = ("203.0.113.5", "203.0.113.6", "2001:db8:1::1")
_SHORT = 6


async def _wrong(identity: Identity, path: str, challenge_id: str) -> str:
    """A wrong code for a challenge; the code of the answer."""
    sent = await identity.codes(challenge_id)
    code = sent[-1].pii.code if sent else "000000"
    body = {"code": f"{(int(code) + 1) % 10 ** len(code):0{len(code)}d}"}
    if path != "/sessions":
        body["password"] = _NEW
    answer = await identity.post(f"{path}/{challenge_id}/confirmation", body)
    return str(answer.json()["code"])


async def _recovered(owner: Identity, **contacts: str) -> None:
    """The owner asks, gets a code, answers it, logs in."""
    started = await owner.post("/recoveries", contacts)
    assert started.status_code == 202, started.text
    recovery_id = started.json()["recovery_id"]
    body = {"code": await owner.code(recovery_id), "password": PASSWORD}
    done = await owner.post(f"/recoveries/{recovery_id}/confirmation", body)
    assert done.status_code == 204, done.text
    if "Device-Token" in owner.client.headers:
        owner.client.headers["Device-Token"] = done.headers["Device-Token"]
    await owner.logged_in(contacts["phone"])


async def _attack(attacker: Identity, phone: str, hour: int) -> Counter[tuple[int, str]]:
    """An hour of guessing from one network: digits of the code that was guessed at, the answer."""
    seen: Counter[tuple[int, str]] = Counter()
    targets = (
        ("/recoveries", {"phone": phone}, "recovery_id"),
        ("/recoveries", {"phone": phone, "email": f"h{hour}@example.org"}, "recovery_id"),
        ("/registrations", {"channel": "sms", "phone": phone}, "registration_id"),
    )
    for path, body, key in targets:
        started = await attacker.post(path, body)
        if started.status_code == 429:
            continue
        challenge_id = str(started.json()[key])
        digits = len(await attacker.code(challenge_id))
        for _ in range(5):
            said = await _wrong(attacker, path, challenge_id)
            seen[digits, f"{path} {said}"] += 1
    return seen


@pytest.mark.parametrize("home", [_HOME, _ATTACKERS[0]], ids=["elsewhere", "in their network"])
async def test_a_day_of_guessing_shuts_nobody_out_and_finds_nothing(
    identity: Identity, home: str
) -> None:
    """Attackers in three networks, all day; the owner gets in at every hour, without a device.

    At six digits at most 50 answers a purpose are looked at: a chance of 1 in 20,000. At ten
    digits the whole day of one network is 300 answers: 3 in 100,000,000.
    """
    phone = any_phone()
    owner = identity.seen_from(home)
    await owner.registered(phone)
    seen: Counter[tuple[int, str]] = Counter()
    for hour in range(0, 24, 4):
        for address in _ATTACKERS:
            seen += await _attack(identity.seen_from(address), phone, hour)
        await _recovered(owner, phone=phone)
        identity.clock.forward(hours=4)

    for path in ("/recoveries", "/registrations"):
        assert 40 <= seen[_SHORT, f"{path} wrong-code"] <= 50
    assert sum(n for (digits, _), n in seen.items() if digits > _SHORT) > 0


async def test_a_known_device_gets_in_when_strangers_used_everything_up(
    platform: Platform, database: str
) -> None:
    limits = {"codes_per_site": 4, "codes_per_day": 6, "guesses_per_day": 3}
    async with identity_running(platform, database, **limits) as identity:
        phone = any_phone()
        device = (await identity.registered(phone))["device_token"]
        for address in _ATTACKERS:
            for _ in range(4):
                await identity.seen_from(address).post("/recoveries", {"phone": phone})
        fresh = await identity.seen_from(_HOME).post("/recoveries", {"phone": phone})
        assert (fresh.status_code, fresh.json()["code"]) == (429, "too-many-codes")

        owner = identity.seen_from(_ATTACKERS[0], device)
        for _ in range(4):
            await _recovered(owner, phone=phone)


async def test_a_device_counts_for_its_own_account_only(platform: Platform, database: str) -> None:
    async with identity_running(platform, database, codes_per_day=2) as identity:
        phone = any_phone()
        await identity.registered(phone)
        thiefs = (await identity.registered())["device_token"]
        forged = thiefs[:-4] + "AAAA"
        answers = [
            await identity.seen_from("203.0.113.9", device).post("/recoveries", {"phone": phone})
            for device in (thiefs, forged, "nonsense", "a.b.c.d")
        ]
        assert [a.status_code for a in answers] == [202, 202, 429, 429]


async def test_a_device_is_known_for_half_a_year(platform: Platform, database: str) -> None:
    async with identity_running(platform, database, lock_after=1) as identity:
        phone = any_phone()
        device = (await identity.registered(phone))["device_token"]
        stranger = identity.seen_from(_HOME)
        owner = identity.seen_from(_HOME, device)
        await _try(stranger, phone, _BAD)
        assert (await _try(owner, phone, PASSWORD)).status_code == 202

        identity.clock.forward(days=181)
        await _try(stranger, phone, _BAD)
        assert (await _try(owner, phone, PASSWORD)).json()["code"] == "login-locked"


async def _try(identity: Identity, login: str, password: str) -> httpx2.Response:
    return await identity.post("/sessions", {"login": login, "password": password})


async def test_wrong_passwords_lock_the_network_they_come_from_i5(identity: Identity) -> None:
    """All day five a quarter of an hour; the owner logs in elsewhere, and beside it by device."""
    phone = any_phone()
    device = (await identity.registered(phone))["device_token"]
    attacker = identity.seen_from(_ATTACKERS[0])
    for _ in range(6):
        said = [(await _try(attacker, phone, _BAD)).json()["code"] for _ in range(6)]
        assert said == ["wrong-credentials"] * 5 + ["login-locked"]
        assert (await _try(attacker, phone, PASSWORD)).status_code == 429
        await identity.seen_from(_HOME).logged_in(phone)
        await identity.seen_from(_ATTACKERS[0], device).logged_in(phone)
        identity.clock.forward(hours=4)


async def test_a_login_that_many_guess_at_tells_nothing_and_lets_the_owner_in(
    platform: Platform, database: str
) -> None:
    """A hundred networks learn of ten passwords that they are wrong; a right one looks the same."""
    async with identity_running(platform, database, passwords_per_day=10) as identity:
        phone, stranger = any_phone(), any_phone()
        await identity.registered(phone)
        for login in (phone, stranger):
            for n in range(10):
                guess = await _try(identity.seen_from(f"203.0.113.{n}"), login, _BAD)
                assert guess.status_code == 401

        bots = [identity.seen_from(f"203.0.113.{n}") for n in range(100, 104)]
        right = await _try(bots[0], phone, PASSWORD)
        wrong, nobody = await _try(bots[1], phone, _BAD), await _try(bots[2], stranger, _BAD)
        assert {a.status_code for a in (right, wrong, nobody)} == {202}
        assert right.json()["destination"] == wrong.json()["destination"]
        assert await identity.codes(wrong.json()["session_id"]) == []
        for answer in (wrong, nobody):
            said = await _wrong(bots[3], "/sessions", answer.json()["session_id"])
            assert said == "wrong-code"
        assert (await identity.seen_from(_HOME).logged_in(phone))["access_token"]
        # each network is closed after five of them all the same
        said_to_one = [(await _try(bots[1], phone, _BAD)).status_code for _ in range(5)]
        assert said_to_one == [202] * 4 + [429]


async def test_a_login_by_email_does_not_tell_the_phone_while_it_is_guessed_at(
    platform: Platform, database: str
) -> None:
    async with identity_running(platform, database, passwords_per_day=1) as identity:
        phone, email = any_phone(), "anna@example.org"
        pair = await identity.registered(phone)
        await identity.proved(pair, channel="email", email=email)
        await _try(identity, email, _BAD)

        answer = (await _try(identity.seen_from(_HOME), email, PASSWORD)).json()
        assert (answer["channel"], answer["destination"]) == ("email", "a***@example.org")
        (sent,) = await identity.codes(answer["session_id"])
        assert sent.pii.phone == phone


async def test_no_login_that_a_stranger_types_counts_for_known_devices(
    platform: Platform, database: str
) -> None:
    async with identity_running(platform, database, passwords_per_day=1) as identity:
        phone, email = any_phone(), "anna@example.org"
        pair = await identity.registered(phone)
        await identity.proved(pair, channel="email", email=email)
        for _ in range(2):
            await _try(identity, f"{email}|devices:{pair['account_id']}", _BAD)

        owner = identity.seen_from(_HOME, pair["device_token"])
        answer = (await _try(owner, email, PASSWORD)).json()
        assert answer["channel"] == "sms"  # as ever: nobody guesses at this login


async def test_spraying_one_password_over_many_logins_ends_for_its_network_i17(
    platform: Platform, database: str
) -> None:
    async with identity_running(platform, database, passwords_per_network=5) as identity:
        phone = any_phone()
        device = (await identity.registered(phone))["device_token"]
        sprayers = [identity.seen_from(f"2001:db8:5:7::{n}") for n in range(1, 7)]
        said = [(await _try(s, any_phone(), _BAD)).json()["code"] for s in sprayers]
        assert said == ["wrong-credentials"] * 5 + ["too-many-passwords"]

        assert (await _try(identity.seen_from("2001:db8:5:8::1"), phone, PASSWORD)).is_success
        assert (
            await _try(identity.seen_from("2001:db8:5:7::9", device), phone, PASSWORD)
        ).is_success
        identity.clock.forward(minutes=61)
        assert (await _try(sprayers[0], phone, PASSWORD)).is_success


async def test_right_passwords_of_one_network_are_not_counted(
    platform: Platform, database: str
) -> None:
    """A clinic's hundred people behind one address."""
    limits = {"passwords_per_network": 2, "passwords_per_day": 2}
    async with identity_running(platform, database, **limits) as identity:
        phones = [any_phone() for _ in range(3)]
        for phone in phones:
            await identity.registered(phone)
        for phone in phones * 2:
            assert (await _try(identity, phone, PASSWORD)).status_code == 202


async def test_requests_are_counted_by_network_not_by_address_i17(
    platform: Platform, database: str
) -> None:
    async with identity_running(platform, database, requests_per_minute=3) as identity:
        said = [
            (await _try(identity.seen_from(f"2001:db8::{n}"), any_phone(), _BAD)).status_code
            for n in range(1, 5)
        ]
        assert said == [401, 401, 401, 429]
        assert (await _try(identity.seen_from("2001:db8:0:1::1"), "x", _BAD)).status_code == 401


async def test_of_many_codes_asked_for_at_once_ten_are_sent_i17(identity: Identity) -> None:
    body = {"channel": "sms", "phone": any_phone()}
    answers = await asyncio.gather(*(identity.post("/registrations", body) for _ in range(30)))
    assert Counter(a.status_code for a in answers) == {202: 10, 429: 20}


async def test_of_many_guesses_at_many_codes_at_once_no_more_are_looked_at(
    platform: Platform, database: str
) -> None:
    async with identity_running(platform, database, guesses_per_day=7) as identity:
        phone = any_phone()
        ids = [
            (await identity.post("/registrations", {"channel": "sms", "phone": phone})).json()[
                "registration_id"
            ]
            for _ in range(6)
        ]
        said = await asyncio.gather(
            *(_wrong(identity, "/registrations", i) for i in ids for _ in range(4))
        )
        assert Counter(said) == {"wrong-code": 7, "longer-code-needed": 17}
