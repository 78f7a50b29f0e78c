"""Login with two factors, lock-out, refusals in words (I3, I5, I14, I17, e5, e6, e7)."""

from __future__ import annotations

import asyncio

import httpx2
import pytest

from contracts.identity import CodePurpose
from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.services.identity import PASSWORD, Identity, any_phone, bearer, identity_running


async def _try(identity: Identity, login: str, password: str) -> httpx2.Response:
    return await identity.post("/sessions", {"login": login, "password": password})


async def test_password_then_code_then_tokens_i3(identity: Identity) -> None:
    phone = any_phone()
    account = await identity.registered(phone)
    started = await _try(identity, phone, PASSWORD)

    assert started.status_code == 202
    body = started.json()
    assert body["channel"] == "sms"
    assert body["destination"] == f"+7 *** ***-**-{phone[-2:]}"
    assert "access_token" not in started.text
    (sent,) = await identity.codes(body["session_id"])
    assert sent.purpose is CodePurpose.LOGIN
    assert sent.account_id == account["account_id"]
    pair = await identity.logged_in(phone)
    me = await identity.client.get("/v1/account", headers=bearer(pair))
    assert me.json()["account_id"] == account["account_id"]


async def test_without_the_second_factor_no_token_e6(identity: Identity) -> None:
    phone = any_phone()
    await identity.registered(phone)
    session_id = (await _try(identity, phone, PASSWORD)).json()["session_id"]
    code = await identity.code(session_id)
    wrong = f"{(int(code) + 1) % 10**6:06d}"

    answer = await identity.post(f"/sessions/{session_id}/confirmation", {"code": wrong})
    assert (answer.status_code, answer.json()["code"]) == (422, "wrong-code")
    assert answer.json()["errors"][0]["pointer"] == "/code"
    identity.clock.forward(minutes=6)
    late = await identity.post(f"/sessions/{session_id}/confirmation", {"code": code})
    assert late.json()["code"] == "code-expired"


async def test_a_late_code_can_be_sent_again_e7(identity: Identity) -> None:
    phone = any_phone()
    await identity.registered(phone)
    session_id = (await _try(identity, phone, PASSWORD)).json()["session_id"]

    identity.clock.forward(seconds=61)
    assert (await identity.post(f"/sessions/{session_id}/code", None)).status_code == 202
    done = await identity.post(
        f"/sessions/{session_id}/confirmation", {"code": await identity.code(session_id)}
    )
    assert done.status_code == 200


async def test_unknown_login_and_wrong_password_look_the_same_e5_i14(identity: Identity) -> None:
    phone = any_phone()
    await identity.registered(phone)
    wrong = await _try(identity, phone, "не тот пароль 12345")
    unknown = await _try(identity, any_phone(), "не тот пароль 12345")

    assert wrong.status_code == unknown.status_code == 401
    same = {"trace_id": "", "time": ""}
    assert wrong.json() | same == unknown.json() | same
    assert wrong.json()["code"] == "wrong-credentials"
    assert "восстановите доступ" in wrong.json()["detail"]
    assert wrong.json()["trace_id"] == wrong.headers["X-Request-Id"]


@pytest.mark.parametrize("known", [True, False])
async def test_five_bad_tries_lock_for_a_quarter_of_an_hour_i5(
    identity: Identity, known: bool
) -> None:
    phone = any_phone()
    if known:
        await identity.registered(phone)
    for _ in range(5):
        assert (await _try(identity, phone, "не тот пароль 12345")).status_code == 401

    locked = await _try(identity, phone, PASSWORD)
    assert (locked.status_code, locked.json()["code"]) == (429, "login-locked")
    assert 880 < int(locked.headers["Retry-After"]) <= 900
    assert "по московскому времени" in locked.json()["detail"]
    identity.clock.forward(minutes=14)
    assert (await _try(identity, phone, PASSWORD)).status_code == 429
    identity.clock.forward(minutes=2)
    assert (await _try(identity, phone, PASSWORD)).status_code == (202 if known else 401)


async def test_a_right_password_forgets_the_bad_tries_i5(identity: Identity) -> None:
    phone = any_phone()
    await identity.registered(phone)
    for _ in range(2):
        for _ in range(4):
            await _try(identity, phone, "не тот пароль 12345")
        assert (await _try(identity, phone, PASSWORD)).status_code == 202


async def test_of_many_guesses_at_once_five_are_answered_i5(identity: Identity) -> None:
    phone = any_phone()
    await identity.registered(phone)

    answers = await asyncio.gather(
        *(_try(identity, phone, f"неправильный пароль {i}") for i in range(20))
    )
    codes = sorted(a.json()["code"] for a in answers)
    assert codes == ["login-locked"] * 15 + ["wrong-credentials"] * 5


async def test_each_spelling_of_a_login_counts_for_the_same_lock_i5(identity: Identity) -> None:
    await identity.registered(channel="email", email="anna@example.org", phone="")
    for login in ("anna@example.org", "ANNA@EXAMPLE.ORG", " anna@example.org") * 2:
        last = await _try(identity, login, "не тот пароль 12345")
    assert last.json()["code"] == "login-locked"


async def test_a_lock_does_not_tell_whose_phone_belongs_to_whose_email_i14(
    identity: Identity,
) -> None:
    phone, email = any_phone(), "anna@example.org"
    pair = await identity.registered(phone)
    await identity.proved(pair, channel="email", email=email)
    for _ in range(6):
        locked = await _try(identity, phone, "не тот пароль 12345")
    assert locked.json()["code"] == "login-locked"

    for login in (email, "stranger@example.org"):
        assert (await _try(identity, login, "не тот пароль 12345")).status_code == 401
    assert (await _try(identity, email, PASSWORD)).status_code == 202


async def test_requests_of_one_address_are_limited_i17(platform: Platform, database: str) -> None:
    async with identity_running(platform, database, requests_per_minute=3) as identity:
        answers = [await _try(identity, any_phone(), "не тот пароль 12345") for _ in range(4)]
        assert [a.status_code for a in answers] == [401, 401, 401, 429]
        assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
        identity.clock.forward(seconds=61)
        assert (await _try(identity, any_phone(), "не тот пароль 12345")).status_code == 401


async def test_counters_name_nobody(identity: Identity) -> None:
    phone = any_phone()
    await identity.registered(phone)
    await _try(identity, phone, "не тот пароль 12345")

    kept = [d async for d in find(identity.app, Runtime).mongo.db["counters"].find()]
    assert kept
    assert phone[1:] not in str(kept)
