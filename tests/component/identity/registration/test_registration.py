"""Registration by code (I1, I4, I17, e7)."""

from __future__ import annotations

import asyncio

import pytest

from contracts.identity import AccountRegistered, Channel, CodePurpose
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.service import outbox_events
from tests.support.services.identity import PASSWORD, Identity, any_phone, bearer


async def _start(identity: Identity, phone: str) -> str:
    answer = await identity.post("/registrations", {"channel": "sms", "phone": phone})
    assert answer.status_code == 202, answer.text
    return str(answer.json()["registration_id"])


async def _confirm(identity: Identity, registration_id: str, code: str):  # type: ignore[no-untyped-def] # the client's answer
    return await identity.post(
        f"/registrations/{registration_id}/confirmation", {"code": code, "password": PASSWORD}
    )


def _other(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


async def test_a_phone_code_makes_an_account_i1(identity: Identity) -> None:
    phone = any_phone()
    pair = await identity.registered(f"8 ({phone[2:5]}) {phone[5:8]}-{phone[8:10]}-{phone[10:]}")

    assert pair["level"] == "registered"
    assert pair["roles"] == ["citizen"]
    me = await identity.client.get("/v1/account", headers=bearer(pair))
    assert me.json()["phone"] == phone
    (event,) = await outbox_events(identity.app, AccountRegistered)
    assert (event.aggregateid, event.seq) == (pair["account_id"], 1)
    assert event.data.pii.phone == phone


async def test_an_email_code_makes_an_account_i1(identity: Identity) -> None:
    pair = await identity.registered(channel="email", email="Anna@Example.org", phone="")

    me = await identity.client.get("/v1/account", headers=bearer(pair))
    assert me.json()["email"] == "anna@example.org"
    assert me.json()["phone"] is None
    assert (await identity.logged_in("ANNA@example.org"))["account_id"] == pair["account_id"]


async def test_the_code_travels_only_as_pii_and_is_stored_as_hmac_i4(
    identity: Identity, capsys: pytest.CaptureFixture[str]
) -> None:
    registration_id = await _start(identity, any_phone())
    (sent,) = await identity.codes(registration_id)

    assert sent.channel is Channel.SMS
    assert sent.purpose is CodePurpose.REGISTRATION
    assert len(sent.pii.code) == 6
    kept = await find(identity.app, Runtime).mongo.db["challenges"].find_one()
    assert kept is not None
    assert sent.pii.code not in str({**kept, "_id": "", "digest": "", "address": ""})
    assert len(kept["digest"]) == 64
    await _confirm(identity, registration_id, sent.pii.code)
    printed = capsys.readouterr()
    assert sent.pii.code not in printed.out + printed.err


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"channel": "sms"}, "/phone"),
        ({"channel": "sms", "phone": "12345"}, "/phone"),
        ({"channel": "email", "email": "anna@"}, "/email"),
        ({"channel": "pigeon", "phone": "+79161234567"}, "/channel"),
    ],
)
async def test_a_contact_that_is_none_is_named_e1(
    identity: Identity, body: dict[str, str], pointer: str
) -> None:
    answer = await identity.post("/registrations", body)

    assert answer.status_code == 422
    assert [e["pointer"] for e in answer.json()["errors"]] == [pointer]


async def test_five_wrong_tries_end_a_code_i4(identity: Identity) -> None:
    registration_id = await _start(identity, any_phone())
    code = await identity.code(registration_id)

    answers = [await _confirm(identity, registration_id, _other(code)) for _ in range(5)]
    assert [a.json()["code"] for a in answers] == ["wrong-code"] * 5
    assert "Осталось попыток: 4" in answers[0].json()["detail"]
    right = await _confirm(identity, registration_id, code)
    assert (right.status_code, right.json()["code"]) == (409, "code-exhausted")


async def test_of_many_guesses_at_once_five_are_looked_at_i4(identity: Identity) -> None:
    registration_id = await _start(identity, any_phone())
    code = await identity.code(registration_id)

    answers = await asyncio.gather(
        *(_confirm(identity, registration_id, _other(code)) for _ in range(20))
    )
    codes = sorted(a.json()["code"] for a in answers)
    assert codes == ["code-exhausted"] * 15 + ["wrong-code"] * 5


async def test_a_code_expires_after_five_minutes_i4(identity: Identity) -> None:
    registration_id = await _start(identity, any_phone())
    code = await identity.code(registration_id)

    identity.clock.forward(minutes=5)
    answer = await _confirm(identity, registration_id, code)
    assert (answer.status_code, answer.json()["code"]) == (409, "code-expired")


async def test_a_code_works_once_i4(identity: Identity) -> None:
    registration_id = await _start(identity, any_phone())
    code = await identity.code(registration_id)

    assert (await _confirm(identity, registration_id, code)).status_code == 201
    assert (await _confirm(identity, registration_id, code)).json()["code"] == "code-used"


async def test_another_code_after_a_minute_replaces_the_first_e7(identity: Identity) -> None:
    registration_id = await _start(identity, any_phone())
    first = await identity.code(registration_id)

    early = await identity.post(f"/registrations/{registration_id}/code", None)
    assert (early.status_code, early.json()["code"]) == (429, "resend-too-early")
    assert 1 <= int(early.headers["Retry-After"]) <= 60
    identity.clock.forward(minutes=6)  # even when the first one expired
    again = await identity.post(f"/registrations/{registration_id}/code", None)
    assert again.status_code == 202
    sent = await identity.codes(registration_id)
    assert len(sent) == 2
    if first != sent[1].pii.code:
        assert (await _confirm(identity, registration_id, first)).json()["code"] == "wrong-code"
    assert (await _confirm(identity, registration_id, sent[1].pii.code)).status_code == 201


async def test_ten_codes_an_hour_for_one_phone_i17(identity: Identity) -> None:
    phone = any_phone()
    for _ in range(10):
        await _start(identity, phone)

    answer = await identity.post("/registrations", {"channel": "sms", "phone": phone})
    assert (answer.status_code, answer.json()["code"]) == (429, "too-many-codes")
    assert 3500 < int(answer.headers["Retry-After"]) <= 3600
    await _start(identity, any_phone())
    identity.clock.forward(minutes=61)
    await _start(identity, phone)


async def test_who_asks_for_a_known_phone_learns_nothing_and_its_owner_does(
    identity: Identity,
) -> None:
    phone = any_phone()
    await identity.registered(phone)
    unknown = await identity.post("/registrations", {"channel": "sms", "phone": any_phone()})
    known = await identity.post("/registrations", {"channel": "sms", "phone": phone})

    assert known.status_code == unknown.status_code
    assert known.json().keys() == unknown.json().keys()
    registration_id = known.json()["registration_id"]
    (sent,) = await identity.codes(registration_id)
    assert sent.purpose is CodePurpose.RECOVERY
    guess = await _confirm(identity, registration_id, _other(sent.pii.code))
    assert guess.json()["code"] == "wrong-code"
    owner = await _confirm(identity, registration_id, sent.pii.code)
    assert (owner.status_code, owner.json()["code"]) == (409, "account-exists")
    assert "восстановите" in owner.json()["detail"]


async def test_two_registrations_of_one_phone_make_one_account(identity: Identity) -> None:
    phone = any_phone()
    ids = [await _start(identity, phone) for _ in range(4)]
    codes = [await identity.code(i) for i in ids]

    answers = await asyncio.gather(
        *(_confirm(identity, i, c) for i, c in zip(ids, codes, strict=True))
    )
    assert sorted(a.status_code for a in answers) == [201, 409, 409, 409]
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"account-exists"}
    assert len(await outbox_events(identity.app, AccountRegistered)) == 1


async def test_a_bad_password_does_not_spend_the_code(identity: Identity) -> None:
    registration_id = await _start(identity, any_phone())
    code = await identity.code(registration_id)

    for password in ("короткий", "qwertyuiop", "1111111111111"):
        answer = await identity.post(
            f"/registrations/{registration_id}/confirmation", {"code": code, "password": password}
        )
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "/password"
    assert (await _confirm(identity, registration_id, code)).status_code == 201


async def test_a_code_opens_nothing_but_its_own_purpose(identity: Identity) -> None:
    registration_id = await _start(identity, any_phone())
    code = await identity.code(registration_id)

    answer = await identity.post(f"/sessions/{registration_id}/confirmation", {"code": code})
    assert answer.status_code == 404
