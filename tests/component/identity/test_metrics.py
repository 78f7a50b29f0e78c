"""What identity counts (O2): each step of a login, each code and its answer, accounts by level."""

from __future__ import annotations

import asyncio

from contracts.partners import IdentityChecked
from services.identity.codes.domain import Verdict
from services.identity.sessions.metrics import REFRESHES
from services.identity.tokens.domain import RefreshVerdict
from tests.support.service import deliver
from tests.support.services.identity import PASSWORD, PROFILE, Identity, any_phone, bearer
from tests.support.tools.flow import metric
from tests.support.tools.measured import gauge
from tests.support.tools.runbooks import found_by
from tests.support.tools.spans import listening

WRONG = "000000"


def logins(identity: Identity, outcome: str) -> float:
    return metric(identity.app, "logins_total", outcome=outcome)


def answers(identity: Identity, purpose: str, outcome: Verdict) -> float:
    return metric(identity.app, "codes_checked_total", purpose=purpose, outcome=outcome)


async def test_a_registration_is_begun_and_done(identity: Identity) -> None:
    """O2: code conversion."""
    await identity.registered()
    await identity.post("/registrations", {"channel": "email", "email": "anna@example.org"})
    found = {o: metric(identity.app, "registrations_total", outcome=o) for o in ("started", "done")}
    assert found == {"started": 2, "done": 1}
    sent = {
        channel: metric(identity.app, "codes_sent_total", purpose="registration", channel=channel)
        for channel in ("sms", "email")
    }
    assert sent == {"sms": 1, "email": 1}
    assert answers(identity, "registration", Verdict.ACCEPTED) == 1


async def test_each_step_of_a_login_is_counted(identity: Identity) -> None:
    """O2: login anomalies can be told from these alone."""
    phone = any_phone()
    await identity.registered(phone)
    await identity.logged_in(phone)
    assert (logins(identity, "code-sent"), logins(identity, "done")) == (1, 1)
    for login in (phone, any_phone()):
        wrong = await identity.post("/sessions", {"login": login, "password": "не тот пароль 1"})
        assert wrong.status_code == 401
    assert logins(identity, "password-wrong") == 2, "known or not, it is one outcome"
    begun = await identity.post("/sessions", {"login": phone, "password": PASSWORD})
    session = begun.json()["session_id"]
    code = await identity.code(session)
    other = WRONG if code != WRONG else "000001"
    await identity.post(f"/sessions/{session}/confirmation", {"code": other})
    assert (logins(identity, "code-wrong"), logins(identity, "done")) == (1, 1)
    assert answers(identity, "login", Verdict.WRONG) == 1


async def test_a_lock_is_counted_apart_from_a_wrong_password(identity: Identity) -> None:
    nobody = any_phone()
    for _ in range(7):
        await identity.post("/sessions", {"login": nobody, "password": "не тот пароль 1"})
    assert (logins(identity, "password-wrong"), logins(identity, "locked")) == (5, 2)


async def test_old_and_exhausted_codes_have_outcomes_of_their_own(identity: Identity) -> None:
    body = {"channel": "sms", "phone": any_phone()}
    begun = (await identity.post("/registrations", body)).json()["registration_id"]
    code = await identity.code(begun)
    other = {"code": WRONG if code != WRONG else "000001", "password": PASSWORD}
    for _ in range(6):
        await identity.post(f"/registrations/{begun}/confirmation", other)
    assert answers(identity, "registration", Verdict.WRONG) == 5
    assert answers(identity, "registration", Verdict.EXHAUSTED) == 1
    body = {"channel": "sms", "phone": any_phone()}
    late = (await identity.post("/registrations", body)).json()["registration_id"]
    identity.clock.forward(minutes=6)
    right = {"code": await identity.code(late), "password": PASSWORD}
    await identity.post(f"/registrations/{late}/confirmation", right)
    assert answers(identity, "registration", Verdict.EXPIRED) == 1


async def test_a_decoy_sends_no_code(identity: Identity) -> None:
    """O2, I6: the metrics of a stranger's recovery do not count a code that was never sent."""
    answer = await identity.post("/recoveries", {"phone": any_phone(), "email": "no@example.org"})
    assert answer.status_code == 202
    assert metric(identity.app, "codes_sent_total", purpose="recovery") == 0


async def test_a_code_that_was_guessed_at_leaves_one_line_however_often(
    identity: Identity,
) -> None:
    """O3, I4: by its fifth wrong answer; who guesses need not come a sixth time, or may at once."""
    phone = any_phone()
    account = await identity.registered(phone)
    for tries in (5, 9):
        started = await identity.post("/sessions", {"login": phone, "password": PASSWORD})
        session = started.json()["session_id"]
        other = {"code": WRONG if await identity.code(session) != WRONG else "000001"}
        with listening("identity") as said:
            for _ in range(4):
                await identity.post(f"/sessions/{session}/confirmation", other)
            assert found_by("CodeGuessing", said) == []
            at_once = (
                identity.post(f"/sessions/{session}/confirmation", other) for _ in range(tries - 4)
            )
            await asyncio.gather(*at_once)
        (line,) = found_by("CodeGuessing", said)
        assert (line["account_id"], line["purpose"]) == (account["account_id"], "login")


async def test_refreshes_tell_a_stolen_token(identity: Identity) -> None:
    """O2, O3."""
    pair = await identity.registered()
    with listening("identity") as said:
        for token in (pair["refresh_token"], pair["refresh_token"], "unknown"):
            await identity.post("/tokens/refresh", {"refresh_token": token})
        identity.clock.forward(seconds=11)
        await identity.post("/tokens/refresh", {"refresh_token": pair["refresh_token"]})
    (line,) = found_by("RefreshTokenReuse", said)
    assert line["account_id"] == pair["account_id"]
    found = {
        REFRESHES[v]: metric(identity.app, "token_refreshes_total", outcome=REFRESHES[v])
        for v in RefreshVerdict
    }
    assert found == {"done": 1, "repeated": 1, "reused": 1, "expired": 1}


async def test_accounts_are_counted_by_level_and_move_between_them(identity: Identity) -> None:
    """O2: a level that empties falls back to 0."""
    pair = await identity.registered()

    async def levels() -> tuple[float, float]:
        return (
            await gauge(identity.app, "accounts", level="registered"),
            metric(identity.app, "accounts", level="confirmed"),
        )

    assert await levels() == (1, 0)
    read = await identity.client.get("/v1/profile", headers=bearer(pair))
    etag = {"If-Match": read.headers["ETag"]}
    saved = await identity.client.put("/v1/profile", json=PROFILE, headers=bearer(pair) | etag)
    assert saved.status_code == 200, saved.text
    checked = IdentityChecked(
        account_id=pair["account_id"], revision=saved.json()["revision"], matched=True
    )
    event = await identity.registry_answer(checked)
    assert await deliver(identity.app, event) == "handled"
    assert await levels() == (0, 1)
