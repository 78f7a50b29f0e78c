"""An authenticator app takes the place of the SMS: at a login and for a signature (d11, K5)."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx2
import pyotp

from services.chassis.foundation.settings import Platform
from services.chassis.http.acts import ActMethod, Acts
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from services.chassis.work import ended_sessions
from tests.support.services.identity import PASSWORD, Identity, any_phone, bearer, identity_running

DIGEST = "ab" * 32


class App:
    """An authenticator app on somebody's phone."""

    def __init__(self, identity: Identity, secret: str) -> None:
        self.identity = identity
        self.totp = pyotp.TOTP(secret)

    def code(self) -> str:
        """What it shows: one that it has not shown before."""
        self.identity.clock.forward(seconds=30)
        return self.totp.at(self.identity.clock())

    def wrong(self) -> str:
        """Six digits that it shows at no near moment."""
        now = self.identity.clock()
        near = {self.totp.at(now + timedelta(seconds=30 * step)) for step in range(-2, 3)}
        return next(code for n in range(10) if (code := f"{n:06d}") not in near)


async def _connected(identity: Identity, pair: dict[str, Any]) -> App:
    offered = await identity.post("/authenticator", {"password": PASSWORD}, bearer(pair))
    assert offered.status_code == 201, offered.text
    app = App(identity, offered.json()["secret"])
    done = await identity.post("/authenticator/confirmation", {"code": app.code()}, bearer(pair))
    assert done.status_code == 200, done.text
    assert done.json()["connected"] is True
    return app


async def _begun(identity: Identity, login: str) -> dict[str, Any]:
    answer = await identity.post("/sessions", {"login": login, "password": PASSWORD})
    assert answer.status_code == 202, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def _confirmed(identity: Identity, session_id: str, code: str) -> httpx2.Response:
    return await identity.post(f"/sessions/{session_id}/confirmation", {"code": code})


async def test_a_login_asks_the_app_and_sends_nothing_d11(identity: Identity) -> None:
    phone = any_phone()
    app = await _connected(identity, await identity.registered(phone))
    begun = await _begun(identity, phone)
    assert (begun["channel"], begun["destination"]) == ("totp", "приложение-аутентификатор")
    assert await identity.codes(begun["session_id"]) == []

    code = app.code()
    assert (await _confirmed(identity, begun["session_id"], code)).status_code == 200
    again = await _confirmed(identity, (await _begun(identity, phone))["session_id"], code)
    assert (again.status_code, again.json()["code"]) == (422, "wrong-code")


async def test_of_many_logins_with_one_code_one_is_let_in_d11(identity: Identity) -> None:
    phone = any_phone()
    app = await _connected(identity, await identity.registered(phone))
    begun = [(await _begun(identity, phone))["session_id"] for _ in range(5)]
    code = app.code()
    answers = await asyncio.gather(*(_confirmed(identity, each, code) for each in begun))
    assert sorted(a.status_code for a in answers) == [200, 422, 422, 422, 422]


async def test_a_signature_asks_the_app_and_says_so_k5(
    identity: Identity, administrator: dict[str, Any]
) -> None:
    app = await _connected(identity, administrator)
    for _ in range(12):  # nothing is sent, so ten an hour is no limit here
        asked = await identity.post("/acts", {"digest": DIGEST}, bearer(administrator))
        assert asked.json()["channel"] == "totp", asked.text
    path = f"/acts/{asked.json()['act_id']}/confirmation"
    done = await identity.post(path, {"code": app.code()}, bearer(administrator))
    assert done.status_code == 200, done.text
    runtime = find(identity.app, Runtime)
    ended = ended_sessions.EndedSessions(runtime.mongo.db)
    act = await Acts(runtime.tokens.keys, Platform(), ended).verified(
        done.json()["act"],
        subject=administrator["account_id"],
        digest=DIGEST,
        at=identity.clock(),
    )
    assert act.method is ActMethod.TOTP


async def test_wrong_codes_end_a_question_and_a_day_i4(platform: Platform, database: str) -> None:
    async with identity_running(platform, database, guesses_per_day=8) as identity:
        phone = any_phone()
        app = await _connected(identity, await identity.registered(phone))
        said: list[str] = []
        for _ in range(2):
            session_id = (await _begun(identity, phone))["session_id"]
            for _ in range(6):
                answer = await _confirmed(identity, session_id, app.wrong())
                said.append(answer.json()["code"])
        assert (
            said
            == [*["wrong-code"] * 5, "code-exhausted", *["wrong-code"] * 3]
            + ["too-many-guesses"] * 3
        )
        right = await _confirmed(identity, session_id, app.code())
        assert (right.status_code, right.json()["code"]) == (429, "too-many-guesses")
        identity.clock.forward(days=1)
        session_id = (await _begun(identity, phone))["session_id"]
        assert (await _confirmed(identity, session_id, app.code())).status_code == 200


async def test_a_question_can_be_asked_again_and_still_sends_nothing_e7(
    identity: Identity,
) -> None:
    phone = any_phone()
    app = await _connected(identity, await identity.registered(phone))
    session_id = (await _begun(identity, phone))["session_id"]
    identity.clock.forward(minutes=6)
    assert (await _confirmed(identity, session_id, app.code())).json()["code"] == "code-expired"
    again = await identity.post(f"/sessions/{session_id}/code", None)
    assert (again.status_code, again.json()["channel"]) == (202, "totp")
    assert await identity.codes(session_id) == []
    assert (await _confirmed(identity, session_id, app.code())).status_code == 200


async def test_who_lost_the_app_recovers_the_account_by_its_contacts_e8(
    identity: Identity,
) -> None:
    phone = any_phone()
    pair = await identity.registered(phone)
    await _connected(identity, pair)
    recovery_id = (await identity.post("/recoveries", {"phone": phone})).json()["recovery_id"]
    body = {"code": await identity.code(recovery_id), "password": PASSWORD}
    done = await identity.post(f"/recoveries/{recovery_id}/confirmation", body)
    assert done.status_code == 204
    assert (await _begun(identity, phone))["channel"] == "sms"


async def test_a_fresh_code_removes_it_d11(identity: Identity) -> None:
    phone = any_phone()
    pair = await identity.registered(phone)
    app = await _connected(identity, pair)
    path, headers = "/authenticator/removal", bearer(pair)
    wrong = await identity.post(path, {"code": app.wrong()}, headers)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "wrong-code")
    code = app.code()
    assert (await identity.post(path, {"code": code}, headers)).status_code == 204
    assert (await identity.post(path, {"code": code}, headers)).status_code == 404
    me = await identity.client.get("/v1/authenticator", headers=headers)
    assert me.json() == {"connected": False, "since": None}
    assert (await _begun(identity, phone))["channel"] == "sms"


async def test_a_stolen_token_connects_nothing_d11(identity: Identity) -> None:
    pair = await identity.registered()
    refused = await identity.post(
        "/authenticator", {"password": "не тот пароль 12345"}, bearer(pair)
    )
    assert (refused.status_code, refused.json()["code"]) == (401, "wrong-credentials")


async def test_an_app_counts_once_its_first_code_was_given_d11(identity: Identity) -> None:
    phone = any_phone()
    pair = await identity.registered(phone)
    headers = bearer(pair)
    none = await identity.post("/authenticator/confirmation", {"code": "000000"}, headers)
    assert none.status_code == 404
    offered = await identity.post("/authenticator", {"password": PASSWORD}, headers)
    app = App(identity, offered.json()["secret"])
    assert (await _begun(identity, phone))["channel"] == "sms"
    wrong = await identity.post("/authenticator/confirmation", {"code": app.wrong()}, headers)
    assert wrong.json()["code"] == "wrong-code"
    identity.clock.forward(minutes=15)
    late = await identity.post("/authenticator/confirmation", {"code": app.code()}, headers)
    assert late.status_code == 404
    app = await _connected(identity, pair)
    second = await identity.post("/authenticator", {"password": PASSWORD}, headers)
    assert (second.status_code, second.json()["code"]) == (409, "authenticator-there")


async def test_the_database_alone_makes_no_code_d11(identity: Identity) -> None:
    app = await _connected(identity, await identity.registered())
    db = find(identity.app, Runtime).mongo.db
    kept = [d async for d in db["authenticators"].find()]
    assert kept
    assert app.totp.secret not in str(kept)
    assert [d async for d in db["enrolments"].find()] == []


async def test_a_guessed_login_does_not_tell_of_the_app_i14(
    platform: Platform, database: str
) -> None:
    """To a login that strangers guess at every answer is the same; the owner's app still works."""
    async with identity_running(platform, database, passwords_per_day=1) as identity:
        phone = any_phone()
        app = await _connected(identity, await identity.registered(phone))
        for n in range(2):
            there = identity.seen_from(f"198.51.100.{n}")
            await there.post("/sessions", {"login": phone, "password": "не тот пароль 12345"})
        wrong = await there.post("/sessions", {"login": phone, "password": "не тот пароль 12345"})
        begun = await _begun(there, phone)
        assert wrong.status_code == 202
        same = ("channel", "destination")
        assert [wrong.json()[k] for k in same] == [begun[k] for k in same]
        assert begun["channel"] == "sms"
        assert await identity.codes(begun["session_id"]) == []
        assert (await _confirmed(there, begun["session_id"], app.code())).status_code == 200
