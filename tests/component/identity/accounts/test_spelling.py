"""What registration takes, login, recovery and contact change take; codes as they are pasted."""

from __future__ import annotations

import httpx2
import pytest

from tests.support.services.identity import PASSWORD, Identity, any_phone, bearer


def _spelled(phone: str) -> list[str]:
    a, b, c, d = phone[2:5], phone[5:8], phone[8:10], phone[10:]
    return [
        f"+7 {a} {b}\u2011{c}\u2011{d}",
        f"\u202a+7\u00a0({a})\u00a0{b}-{c}-{d}\u202c",
        f"+7.{a}.{b}.{c}.{d}",
        f"tel:{phone}",
        f"8 {a} {b}–{c}–{d}",
    ]


async def _recover(identity: Identity, **contacts: str) -> None:
    started = await identity.post("/recoveries", contacts)
    assert started.status_code == 202, started.text
    recovery_id = started.json()["recovery_id"]
    body = {"code": await identity.code(recovery_id), "password": PASSWORD}
    done = await identity.post(f"/recoveries/{recovery_id}/confirmation", body)
    assert done.status_code == 204, done.text


async def test_every_spelling_of_a_phone_is_the_same_on_every_path(identity: Identity) -> None:
    phone = any_phone()
    spelled = _spelled(phone)
    account = (await identity.registered(spelled[0]))["account_id"]
    for typed in spelled:
        assert (await identity.logged_in(typed))["account_id"] == account
    for typed in spelled[1:4]:
        await _recover(identity, phone=typed)

    other = any_phone()
    pair = await identity.logged_in(phone)
    await identity.proved(pair, channel="sms", phone=_spelled(other)[0])
    for typed in _spelled(other)[1:]:
        assert (await identity.logged_in(typed))["account_id"] == account


async def test_every_spelling_of_an_email_is_the_same_on_every_path(identity: Identity) -> None:
    email = " Anna\u200b@Почта.РФ\u00a0"
    pair = await identity.registered(channel="email", phone="", email=email)
    for typed in (email, "mailto:anna@почта.рф", "anna@xn--80a1acny.xn--p1ai\r\n"):
        assert (await identity.logged_in(typed))["account_id"] == pair["account_id"]
        await _recover(identity, email=typed)


async def _confirm(identity: Identity, session_id: str, code: str) -> httpx2.Response:
    return await identity.post(f"/sessions/{session_id}/confirmation", {"code": code})


@pytest.mark.parametrize(
    "pasted", ["{0} {1}", " {0}{1}", "{0}-{1}", "{0}\u00a0{1}\n", "{0}–{1}.", "\u200b{0}\u2011{1}"]
)
async def test_codes_are_taken_as_they_are_pasted_i4(identity: Identity, pasted: str) -> None:
    phone = any_phone()
    await identity.registered(phone)
    begun = await identity.post("/sessions", {"login": phone, "password": PASSWORD})
    session_id = begun.json()["session_id"]
    code = await identity.code(session_id)

    entered = await _confirm(identity, session_id, pasted.format(code[:3], code[3:]))
    assert entered.status_code == 200


async def test_digits_of_another_width_are_the_code_too_i4(identity: Identity) -> None:
    phone = any_phone()
    await identity.registered(phone)
    begun = await identity.post("/sessions", {"login": phone, "password": PASSWORD})
    session_id = begun.json()["session_id"]
    wide = (await identity.code(session_id)).translate({48 + n: 0xFF10 + n for n in range(10)})

    assert (await _confirm(identity, session_id, wide)).status_code == 200


@pytest.mark.parametrize("no_code", ["12345", "1234567", "12345б", "", "1" * 40, "½23456"])
async def test_what_is_no_code_costs_no_try_i4(identity: Identity, no_code: str) -> None:
    phone = any_phone()
    await identity.registered(phone)
    begun = await identity.post("/sessions", {"login": phone, "password": PASSWORD})
    session_id = begun.json()["session_id"]
    for _ in range(7):
        refused = await _confirm(identity, session_id, no_code)
        assert refused.status_code == 422
        assert [e["pointer"] for e in refused.json()["errors"]] == ["/code"]
        assert refused.json()["code"] != "wrong-code"

    assert (await _confirm(identity, session_id, await identity.code(session_id))).is_success


@pytest.mark.parametrize("phone", ["+7 495 123-45-67", "8 800 555-35-35", "+49 1512 3456789"])
async def test_a_number_that_gets_no_sms_is_refused_before_a_code_is_sent(
    identity: Identity, phone: str
) -> None:
    pair = await identity.registered()
    body = {"channel": "sms", "phone": phone}
    for refused in (
        await identity.post("/registrations", body),
        await identity.post("/contacts", body | {"password": PASSWORD}, bearer(pair)),
    ):
        assert refused.status_code == 422
        (error,) = refused.json()["errors"]
        assert (error["pointer"], error["code"]) == ("/phone", "phone-mobile")
        assert "мобильн" in error["detail"]
