"""A temporary password, and one of staff that grew old, change at the next login (I8, e11)."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2
import pytest

from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.services.identity import PASSWORD, Identity, any_phone, bearer, identity_running

NEW = "совсем новая фраза 9"


async def _begun(identity: Identity, login: str, password: str = PASSWORD) -> str:
    answer = await identity.post("/sessions", {"login": login, "password": password})
    assert answer.status_code == 202, answer.text
    return str(answer.json()["session_id"])


async def _confirmed(
    identity: Identity, session_id: str, code: str, **more: Any
) -> httpx2.Response:
    return await identity.post(f"/sessions/{session_id}/confirmation", {"code": code} | more)


async def _phone(identity: Identity, pair: dict[str, Any]) -> str:
    me = await identity.client.get("/v1/account", headers=bearer(pair))
    return str(me.json()["phone"])


async def _make_temporary(identity: Identity, pair: dict[str, Any]) -> None:
    credentials = find(identity.app, Runtime).mongo.db["credentials"]
    query = {"_id": pair["account_id"]}
    await credentials.update_one(query, {"$set": {"temporary": True}})


async def _grow_old(identity: Identity, _: dict[str, Any]) -> None:
    identity.clock.forward(days=180)


@pytest.mark.parametrize("become", [_make_temporary, _grow_old])
async def test_the_same_code_and_a_new_password_log_in_i8_e11(
    identity: Identity, administrator: dict[str, Any], become: Any
) -> None:
    login = await _phone(identity, administrator)
    await become(identity, administrator)
    session_id = await _begun(identity, login)
    code = await identity.code(session_id)

    refused = await _confirmed(identity, session_id, code)
    assert (refused.status_code, refused.json()["code"]) == (403, "password-must-change")
    assert refused.json()["errors"][0]["pointer"] == "/new_password"
    short = await _confirmed(identity, session_id, code, new_password="короткий")
    assert short.json()["errors"][0]["code"] == "password-too-short"
    same = await _confirmed(identity, session_id, code, new_password=PASSWORD)
    assert (same.status_code, same.json()["errors"][0]["code"]) == (422, "password-same")

    done = await _confirmed(identity, session_id, code, new_password=NEW)
    assert done.status_code == 200, done.text
    assert (await identity.logged_in(login, NEW))["account_id"] == administrator["account_id"]
    old = await identity.post("/sessions", {"login": login, "password": PASSWORD})
    assert old.status_code == 401
    refresh = {"refresh_token": administrator["refresh_token"]}
    assert (await identity.post("/tokens/refresh", refresh)).status_code == 401


async def test_a_citizens_password_never_grows_old_e11(identity: Identity) -> None:
    phone = any_phone()
    await identity.registered(phone)
    identity.clock.forward(days=1000)
    await identity.logged_in(phone)


async def test_without_the_code_nobody_learns_that_a_password_must_change_i14(
    identity: Identity, administrator: dict[str, Any]
) -> None:
    login = await _phone(identity, administrator)
    await _make_temporary(identity, administrator)
    session_id = await _begun(identity, login)
    wrong = f"{(int(await identity.code(session_id)) + 1) % 10**6:06d}"
    for more in ({}, {"new_password": PASSWORD}, {"new_password": NEW}):
        answer = await _confirmed(identity, session_id, wrong, **more)
        assert (answer.status_code, answer.json()["code"]) == (422, "wrong-code")


async def test_who_is_asked_for_a_new_password_did_not_guess_i4(
    platform: Platform, database: str
) -> None:
    async with identity_running(platform, database, guesses_per_day=3) as identity:
        administrator = await identity.administrator()
        login = await _phone(identity, administrator)
        await _make_temporary(identity, administrator)
        session_id = await _begun(identity, login)
        code = await identity.code(session_id)
        for _ in range(5):
            answer = await _confirmed(identity, session_id, code)
            assert answer.json()["code"] == "password-must-change"
        assert (await _confirmed(identity, session_id, code, new_password=NEW)).is_success


async def test_of_two_new_passwords_at_once_one_is_the_password(
    identity: Identity, administrator: dict[str, Any]
) -> None:
    login = await _phone(identity, administrator)
    await _make_temporary(identity, administrator)
    session_id = await _begun(identity, login)
    code = await identity.code(session_id)
    words = [f"{NEW} {n}" for n in range(3)]
    answers = await asyncio.gather(
        *(_confirmed(identity, session_id, code, new_password=word) for word in words)
    )
    won = [word for word, a in zip(words, answers, strict=True) if a.is_success]
    assert len(won) == 1, [a.text for a in answers]
    await identity.logged_in(login, won[0])


async def test_staff_do_not_recover_to_the_password_that_they_have_e11(
    identity: Identity, administrator: dict[str, Any]
) -> None:
    me = (await identity.client.get("/v1/account", headers=bearer(administrator))).json()
    contacts = {"phone": me["phone"], "email": me["email"]}
    recovery_id = (await identity.post("/recoveries", contacts)).json()["recovery_id"]
    path, code = f"/recoveries/{recovery_id}/confirmation", await identity.code(recovery_id)
    same = await identity.post(path, {"code": code, "password": PASSWORD})
    assert same.json()["errors"][0] | {"detail": ""} == {
        "pointer": "/password",
        "code": "password-same",
        "detail": "",
    }
    assert (await identity.post(path, {"code": code, "password": NEW})).status_code == 204
