"""A new contact counts when it is proved (I16, e7)."""

from __future__ import annotations

from typing import Any

from contracts.identity import CodePurpose, ContactsChanged
from services.chassis.foundation.settings import Platform
from tests.support.service import outbox_events
from tests.support.services.identity import (
    PASSWORD,
    Identity,
    any_phone,
    bearer,
    identity_running,
)


async def _start(identity: Identity, pair: dict[str, Any], **contact: str) -> str:
    answer = await identity.post("/contacts", contact | {"password": PASSWORD}, bearer(pair))
    assert answer.status_code == 202, answer.text
    return str(answer.json()["change_id"])


async def _confirm(identity: Identity, pair: dict[str, Any], change_id: str) -> Any:
    return await identity.post(
        f"/contacts/{change_id}/confirmation",
        {"code": await identity.code(change_id)},
        bearer(pair),
    )


async def test_a_proved_phone_replaces_the_old_one_i16(identity: Identity) -> None:
    old, new = any_phone(), any_phone()
    pair = await identity.registered(old)
    change_id = await _start(identity, pair, channel="sms", phone=new)
    (sent,) = await identity.codes(change_id)
    assert (sent.purpose, sent.pii.phone) == (CodePurpose.CONTACT, new)
    assert (await identity.post("/sessions", {"login": new, "password": PASSWORD})).is_error

    done = await _confirm(identity, pair, change_id)
    assert done.status_code == 200, done.text
    assert done.json()["phone"] == new
    (event,) = await outbox_events(identity.app, ContactsChanged)
    assert (event.aggregateid, event.seq) == (pair["account_id"], 2)
    assert (event.data.pii.phone, event.data.pii.former_phone) == (new, old)
    assert (event.data.pii.email, event.data.pii.former_email) == (None, None)
    assert (await identity.logged_in(new))["account_id"] == pair["account_id"]
    assert (await identity.post("/sessions", {"login": old, "password": PASSWORD})).is_error
    other = await identity.registered(old)  # the old number is free again
    assert other["account_id"] != pair["account_id"]


async def test_a_second_contact_becomes_a_second_login_i16(identity: Identity) -> None:
    phone = any_phone()
    pair = await identity.registered(phone)
    change_id = await _start(identity, pair, channel="email", email="Anna@Example.org")

    done = await _confirm(identity, pair, change_id)
    assert sorted(done.json()["logins"]) == sorted([phone, "anna@example.org"])
    (event,) = await outbox_events(identity.app, ContactsChanged)
    assert (event.data.pii.phone, event.data.pii.email) == (phone, "anna@example.org")
    assert (event.data.pii.former_phone, event.data.pii.former_email) == (None, None)
    assert (await identity.logged_in("anna@example.org"))["account_id"] == pair["account_id"]


async def test_a_stolen_token_alone_moves_nothing(identity: Identity) -> None:
    pair = await identity.registered()
    body = {"channel": "sms", "phone": any_phone(), "password": "не тот пароль 12345"}
    answer = await identity.post("/contacts", body, bearer(pair))
    assert (answer.status_code, answer.json()["code"]) == (401, "wrong-credentials")
    assert (await identity.post("/contacts", body)).status_code == 401


async def test_another_account_keeps_its_contact(identity: Identity) -> None:
    taken = any_phone()
    owner = await identity.registered(taken)
    pair = await identity.registered()
    change_id = await _start(identity, pair, channel="sms", phone=taken)

    refused = await _confirm(identity, pair, change_id)
    assert (refused.status_code, refused.json()["code"]) == (409, "contact-taken")
    assert (await identity.logged_in(taken))["account_id"] == owner["account_id"]


async def test_nobody_answers_for_somebody_else(identity: Identity) -> None:
    anna, boris = await identity.registered(), await identity.registered()
    change_id = await _start(identity, anna, channel="sms", phone=any_phone())

    identity.clock.forward(seconds=61)
    assert (await _confirm(identity, boris, change_id)).status_code == 404
    resent = await identity.post(f"/contacts/{change_id}/code", None, bearer(boris))
    assert resent.status_code == 404
    assert (await identity.post(f"/contacts/{change_id}/code", None, bearer(anna))).is_success


async def test_an_email_is_proved_right_after_the_login_i16(
    platform: Platform, database: str
) -> None:
    async with identity_running(platform, database, resend_seconds=3) as identity:
        phone = any_phone()
        await identity.registered(phone)
        pair = await identity.logged_in(phone)
        body = {"channel": "email", "email": "demo@zdorovie.example", "password": PASSWORD}
        started = await identity.post("/contacts", body, bearer(pair))
        assert started.status_code == 202, started.text
        change_id = started.json()["change_id"]
        identity.clock.forward(seconds=3)
        again = await identity.post(f"/contacts/{change_id}/code", None, bearer(pair))
        assert again.status_code == 202, again.text
        done = await identity.post(
            f"/contacts/{change_id}/confirmation",
            {"code": await identity.code(change_id)},
            bearer(pair),
        )
        assert done.json()["logins"] == ["demo@zdorovie.example", phone]
