"""An administrator blocks an account and opens it again; everything else refuses."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2

from contracts.identity import AccountBlocked, AccountUnblocked
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.service import outbox_events
from tests.support.services.identity import PASSWORD, PROFILE, Identity, any_phone, bearer

_WHY = {"reason": "Обращение владельца: телефон украден."}


async def _act(
    identity: Identity, who: dict[str, Any], verb: str, account_id: str
) -> httpx2.Response:
    return await identity.post(f"/accounts/{account_id}/{verb}", _WHY, bearer(who))


async def test_a_blocked_account_has_no_login_until_it_is_opened(
    identity: Identity, administrator: dict[str, Any]
) -> None:
    phone = any_phone()
    pair = await identity.registered(phone)
    begun = await identity.post("/sessions", {"login": phone, "password": PASSWORD})
    early = begun.json()["session_id"]
    done = await _act(identity, administrator, "block", pair["account_id"])
    assert (done.status_code, done.json()["blocked"]) == (200, True)

    refreshed = await identity.post("/tokens/refresh", {"refresh_token": pair["refresh_token"]})
    assert refreshed.status_code == 401
    code = {"code": await identity.code(early)}
    assert (await identity.post(f"/sessions/{early}/confirmation", code)).status_code == 404
    begun = await identity.post("/sessions", {"login": phone, "password": PASSWORD})
    session_id = begun.json()["session_id"]
    code = {"code": await identity.code(session_id)}
    refused = await identity.post(f"/sessions/{session_id}/confirmation", code)
    assert (refused.status_code, refused.json()["code"]) == (403, "account-blocked")
    assert "заблокирована" in refused.json()["detail"]
    headers = bearer(pair) | {"If-Match": '"1"'}  # the access token lives on for minutes
    profile = await identity.client.put("/v1/profile", json=PROFILE, headers=headers)
    assert (profile.status_code, profile.json()["code"]) == (403, "account-blocked")

    opened = await _act(identity, administrator, "unblock", pair["account_id"])
    assert [h["blocked"] for h in opened.json()["history"]] == [True, False]
    assert opened.json()["history"][0]["by"] == administrator["account_id"]
    assert opened.json()["history"][0]["reason"] == _WHY["reason"]
    assert (await identity.logged_in(phone))["account_id"] == pair["account_id"]
    (closed,) = await outbox_events(identity.app, AccountBlocked)
    (open_,) = await outbox_events(identity.app, AccountUnblocked)
    assert (closed.aggregateid, closed.seq, open_.seq) == (pair["account_id"], 2, 3)
    assert _WHY["reason"] not in str(closed) + str(open_)


async def test_a_wrong_password_learns_nothing_of_the_blocking(
    identity: Identity, administrator: dict[str, Any]
) -> None:
    phone = any_phone()
    pair = await identity.registered(phone)
    await _act(identity, administrator, "block", pair["account_id"])

    wrong = await identity.post("/sessions", {"login": phone, "password": "не тот пароль 1"})
    assert (wrong.status_code, wrong.json()["code"]) == (401, "wrong-credentials")


async def test_a_refresh_in_the_moment_of_the_blocking_does_not_survive_it(
    identity: Identity, administrator: dict[str, Any]
) -> None:
    """One that read the account before it was blocked, and kept its successor after it."""
    pair = await identity.registered()
    await _act(identity, administrator, "block", pair["account_id"])
    tokens = find(identity.app, Runtime).mongo.db["refresh_tokens"]
    slipped = {"$set": {"revoked_at": None}}
    await tokens.update_many({"account_id": pair["account_id"]}, slipped)

    refused = await identity.post("/tokens/refresh", {"refresh_token": pair["refresh_token"]})
    assert (refused.status_code, refused.json()["code"]) == (403, "account-blocked")


async def test_only_administrators_block_others_once_and_with_a_reason(
    identity: Identity, administrator: dict[str, Any]
) -> None:
    pair = await identity.registered()
    for who in (pair, None):
        headers = bearer(who) if who else None
        for verb in ("block", "unblock"):
            path = f"/accounts/{administrator['account_id']}/{verb}"
            assert (await identity.post(path, _WHY, headers)).status_code == (403 if who else 401)
        assert (await identity.post("/accounts/lookup", {"login": "x"}, headers)).is_client_error

    own = await _act(identity, administrator, "block", administrator["account_id"])
    assert (own.status_code, own.json()["code"]) == (409, "own-account")
    path = f"/accounts/{pair['account_id']}/block"
    for reason in ("", "   ", "\u00a0\u200b\u00ad", "я" * 501):
        blank = await identity.post(path, {"reason": reason}, bearer(administrator))
        assert blank.status_code == 422
    answers = await asyncio.gather(
        *(_act(identity, administrator, "block", pair["account_id"]) for _ in range(5))
    )
    assert sorted(a.status_code for a in answers) == [200, 409, 409, 409, 409]
    assert len(await outbox_events(identity.app, AccountBlocked)) == 1
    assert (await _act(identity, administrator, "block", "nobody")).status_code == 404


async def test_an_administrator_finds_an_account_by_any_spelling_of_its_contact(
    identity: Identity, administrator: dict[str, Any]
) -> None:
    phone = any_phone()
    pair = await identity.registered(phone)
    body = {"login": f"8 ({phone[2:5]}) {phone[5:8]}\u2011{phone[8:]}"}

    found = await identity.post("/accounts/lookup", body, bearer(administrator))
    assert found.json()["account_id"] == pair["account_id"]
    nobody = await identity.post("/accounts/lookup", {"login": any_phone()}, bearer(administrator))
    assert nobody.status_code == 404


async def test_of_two_administrators_who_block_each_other_one_stays(
    identity: Identity, administrator: dict[str, Any]
) -> None:
    other = await identity.administrator()
    answers = await asyncio.gather(
        _act(identity, administrator, "block", other["account_id"]),
        _act(identity, other, "block", administrator["account_id"]),
    )
    assert sorted(a.status_code for a in answers) == [200, 403]


async def test_a_blocked_accounts_devices_are_strangers_when_it_is_open_again(
    identity: Identity, administrator: dict[str, Any]
) -> None:
    phone = any_phone()
    pair = await identity.registered(phone)
    owner = identity.seen_from("198.51.100.20", pair["device_token"])
    for _ in range(6):  # this network is locked, the device is not
        await identity.seen_from("198.51.100.20").post(
            "/sessions", {"login": phone, "password": "не тот пароль 1"}
        )
    assert (await owner.post("/sessions", {"login": phone, "password": PASSWORD})).is_success
    for verb in ("block", "unblock"):
        await _act(identity, administrator, verb, pair["account_id"])
    locked = await owner.post("/sessions", {"login": phone, "password": PASSWORD})
    assert locked.json()["code"] == "login-locked"
