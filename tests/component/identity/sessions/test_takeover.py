"""Who has an old code, an old contact or only a phone number gets no account (I3-I6, I14, I17)."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2

from contracts.identity import ContactsChanged
from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from services.chassis.work.transactions import Transaction
from services.identity.callers.domain import Caller
from services.identity.sessions.usecases import Sessions
from tests.support.service import outbox_events
from tests.support.services.identity import PASSWORD, Identity, any_phone, bearer, identity_running

_NEW = "другая длинная фраза 8"
_EMAIL = "anna@example.org"


async def _begin(identity: Identity, login: str) -> str:
    answer = await identity.post("/sessions", {"login": login, "password": PASSWORD})
    assert answer.status_code == 202, answer.text
    return str(answer.json()["session_id"])


async def _recovery(identity: Identity, **contacts: str) -> str:
    answer = await identity.post("/recoveries", contacts)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["recovery_id"])


async def _change(identity: Identity, pair: dict[str, Any], **contact: str) -> str:
    answer = await identity.post("/contacts", contact | {"password": PASSWORD}, bearer(pair))
    assert answer.status_code == 202, answer.text
    return str(answer.json()["change_id"])


async def _reset(identity: Identity, recovery_id: str, code: str | None = None) -> httpx2.Response:
    answer = {"code": code or await identity.code(recovery_id), "password": _NEW}
    return await identity.post(f"/recoveries/{recovery_id}/confirmation", answer)


async def _enter(identity: Identity, session_id: str, code: str | None = None) -> httpx2.Response:
    answer = {"code": code or await identity.code(session_id)}
    return await identity.post(f"/sessions/{session_id}/confirmation", answer)


async def _wrong(identity: Identity, challenge_id: str) -> str:
    return f"{(int(await identity.code(challenge_id)) + 1) % 10**6:06d}"


async def test_no_open_code_survives_a_new_password_i3_i6(identity: Identity) -> None:
    phone = any_phone()
    pair = await identity.registered(phone)
    session_id = await _begin(identity, phone)
    change_id = await _change(identity, pair, channel="sms", phone=any_phone())
    other_recovery = await _recovery(identity, phone=phone)
    assert (await _reset(identity, await _recovery(identity, phone=phone))).status_code == 204

    entered = await _enter(identity, session_id)
    assert (entered.status_code, entered.json()["code"]) == (404, "not-found")
    moved = await identity.post(
        f"/contacts/{change_id}/confirmation",
        {"code": await identity.code(change_id)},
        bearer(pair),
    )
    assert moved.status_code == 404
    assert (await _reset(identity, other_recovery)).status_code == 404
    identity.clock.forward(seconds=61)
    assert (await identity.post(f"/sessions/{session_id}/code", None)).status_code == 404
    assert await outbox_events(identity.app, ContactsChanged) == []
    assert (await identity.logged_in(phone, _NEW))["account_id"] == pair["account_id"]


async def test_logins_begun_while_the_password_changes_give_no_tokens_i3(
    identity: Identity,
) -> None:
    phone = any_phone()
    await identity.registered(phone)
    recovery_id = await _recovery(identity, phone=phone)
    begun = [identity.post("/sessions", {"login": phone, "password": PASSWORD}) for _ in range(4)]
    reset, *sessions = await asyncio.gather(_reset(identity, recovery_id), *begun)

    assert reset.status_code == 204
    for session in sessions:
        if session.status_code == 202:
            entered = await _enter(identity, session.json()["session_id"])
            assert entered.status_code == 404
        else:
            assert session.json()["code"] == "wrong-credentials"


async def test_a_password_checked_before_its_change_counts_for_nothing_i3(
    identity: Identity,
) -> None:
    phone, use = any_phone(), find(identity.app, Sessions)
    await identity.registered(phone)
    account = await use.accounts.by_login(None, phone)
    asker = Caller("a network", "a site").asker(None)
    proof = await use.passwords.prove(account, phone, PASSWORD, asker)

    async def work(tx: Transaction) -> bool:
        return bool(await use.passwords.still_proved(tx, proof))

    assert await use.deps.transactions.run(work)
    assert (await _reset(identity, await _recovery(identity, phone=phone))).status_code == 204
    assert not await use.deps.transactions.run(work)


async def test_codes_to_the_old_contact_open_nothing_i16(identity: Identity) -> None:
    old, new = any_phone(), any_phone()
    pair = await identity.registered(old)
    session_id, recovery_id = await _begin(identity, old), await _recovery(identity, phone=old)
    await identity.proved(pair, channel="sms", phone=new)

    assert (await _enter(identity, session_id)).status_code == 404
    assert (await _reset(identity, recovery_id)).status_code == 404
    assert (await identity.logged_in(new))["account_id"] == pair["account_id"]


async def test_one_change_of_contacts_ends_the_others_i16(identity: Identity) -> None:
    """Two changes begun by a thief and by the owner: the owner's ends the thief's."""
    pair = await identity.registered()
    change_id = await _change(identity, pair, channel="email", email="thief@example.org")
    await identity.proved(pair, channel="email", email=_EMAIL)

    answer = {"code": await identity.code(change_id)}
    late = await identity.post(f"/contacts/{change_id}/confirmation", answer, bearer(pair))
    assert late.status_code == 404


async def test_a_code_that_slipped_past_a_contact_change_opens_nothing_i16(
    identity: Identity,
) -> None:
    """A recovery that read the account before the change, and kept its challenge after it."""
    old, new = any_phone(), any_phone()
    pair = await identity.registered(old)
    recovery_id, session_id = await _recovery(identity, phone=old), await _begin(identity, old)
    challenges = find(identity.app, Runtime).mongo.db["challenges"]
    slipped = [d async for d in challenges.find({"_id": {"$in": [recovery_id, session_id]}})]
    await identity.proved(pair, channel="sms", phone=new)
    await challenges.insert_many(slipped)

    assert (await _reset(identity, recovery_id)).status_code == 404
    assert (await _enter(identity, session_id)).status_code == 404
    assert (await identity.logged_in(new, PASSWORD))["account_id"] == pair["account_id"]


async def test_codes_of_one_account_end_and_others_stay(identity: Identity) -> None:
    anna, boris = any_phone(), any_phone()
    await identity.registered(anna)
    await identity.registered(boris)
    session_id = await _begin(identity, boris)
    assert (await _reset(identity, await _recovery(identity, phone=anna))).status_code == 204

    assert (await _enter(identity, session_id)).status_code == 200


async def test_decoys_lock_nobody_out_of_login_and_recovery_i17(identity: Identity) -> None:
    phone = any_phone()
    pair = await identity.registered(phone)
    await identity.proved(pair, channel="email", email=_EMAIL)
    for _ in range(10):
        await _recovery(identity, phone=phone)
    refused = await identity.post("/recoveries", {"phone": phone})
    assert (refused.status_code, refused.json()["code"]) == (429, "too-many-codes")

    await identity.logged_in(phone)
    recovery_id = await _recovery(identity, phone=phone, email=_EMAIL)
    identity.clock.forward(seconds=61)
    assert (await identity.post(f"/recoveries/{recovery_id}/code", None)).status_code == 202
    assert (await _reset(identity, recovery_id)).status_code == 204


async def test_codes_sent_again_count_as_well_i17(identity: Identity) -> None:
    phone = any_phone()
    await identity.registered(phone)
    recovery_id = await _recovery(identity, phone=phone)
    for _ in range(9):
        identity.clock.forward(seconds=61)
        assert (await identity.post(f"/recoveries/{recovery_id}/code", None)).status_code == 202

    identity.clock.forward(seconds=61)
    again = await identity.post(f"/recoveries/{recovery_id}/code", None)
    assert (again.status_code, again.json()["code"]) == (429, "too-many-codes")


async def test_made_up_emails_end_with_a_refusal_for_their_network_alone_i14_i17(
    platform: Platform, database: str
) -> None:
    """Known or not, the answers are the same; nobody's recovery becomes a decoy in silence."""
    async with identity_running(platform, database, codes_per_site=12) as identity:
        phone, stranger = any_phone(), any_phone()
        await identity.registered(phone)
        told: list[list[int]] = []
        for target in (phone, stranger):
            pairs = [{"phone": target, "email": f"a{i}@example.org"} for i in range(14)]
            told.append([(await identity.post("/recoveries", p)).status_code for p in pairs])
        assert told == [[202] * 12 + [429] * 2] * 2

        owner = identity.seen_from("192.0.2.7")
        recovery_id = await _recovery(owner, phone=phone, email="mine@example.org")
        assert (await _reset(owner, recovery_id)).status_code == 204


async def test_a_phone_only_citizen_follows_the_advice_and_names_both_i6_e8(
    identity: Identity,
) -> None:
    phone = any_phone()
    pair = await identity.registered(phone)
    recovery_id = await _recovery(identity, phone=phone, email="typed@example.org")

    assert (await _reset(identity, recovery_id)).status_code == 204
    assert (await identity.logged_in(phone, _NEW))["account_id"] == pair["account_id"]


async def test_an_account_with_both_needs_both_i6(identity: Identity) -> None:
    phone = any_phone()
    pair = await identity.registered(phone)
    await identity.proved(pair, channel="email", email=_EMAIL)
    for contacts in (
        {"phone": phone},
        {"email": _EMAIL},
        {"phone": phone, "email": "other@example.org"},
        {"phone": any_phone(), "email": _EMAIL},
    ):
        assert await identity.codes(await _recovery(identity, **contacts)) == []
    right = await _recovery(identity, phone=phone, email=_EMAIL)
    assert len(await identity.codes(right)) == 1


async def test_wrong_codes_of_a_day_are_limited_over_all_codes_i4(
    platform: Platform, database: str
) -> None:
    async with identity_running(platform, database, guesses_per_day=7) as identity:
        phone = any_phone()
        await identity.registered(phone)
        first, second = await _begin(identity, phone), await _begin(identity, phone)
        for session_id, tries in ((first, 5), (second, 2)):
            for _ in range(tries):
                guess = await _enter(identity, session_id, await _wrong(identity, session_id))
                assert guess.json()["code"] == "wrong-code"

        third = await _begin(identity, phone)
        refused = await _enter(identity, second)
        assert (refused.status_code, refused.json()["code"]) == (409, "longer-code-needed")
        assert len(await identity.code(third)) == 10  # no guess in a day finds one of these
        assert (await _enter(identity, third)).status_code == 200
        identity.clock.forward(seconds=61)
        assert (await identity.post(f"/sessions/{second}/code", None)).status_code == 202
        assert (await _enter(identity, second)).status_code == 200
        other = any_phone()
        await identity.registered(other)
        assert len(await identity.code(await _begin(identity, other))) == 6


async def test_a_right_code_forgets_the_wrong_ones_i4(platform: Platform, database: str) -> None:
    async with identity_running(platform, database, guesses_per_day=5) as identity:
        phone = any_phone()
        await identity.registered(phone)
        for _ in range(3):
            session_id = await _begin(identity, phone)
            for _ in range(4):
                await _enter(identity, session_id, await _wrong(identity, session_id))
            assert (await _enter(identity, session_id)).status_code == 200


async def test_wrong_codes_are_forgotten_after_a_day_i4(platform: Platform, database: str) -> None:
    async with identity_running(platform, database, guesses_per_day=1) as identity:
        phone = any_phone()
        await identity.registered(phone)
        session_id = await _begin(identity, phone)
        await _enter(identity, session_id, await _wrong(identity, session_id))
        assert (await _enter(identity, session_id)).status_code == 409

        identity.clock.forward(hours=24, seconds=1)
        session_id = await _begin(identity, phone)
        assert len(await identity.code(session_id)) == 6
        assert (await _enter(identity, session_id)).status_code == 200


async def test_guesses_at_decoys_are_limited_alike_and_lock_nobody_out_i14(
    platform: Platform, database: str
) -> None:
    async with identity_running(platform, database, guesses_per_day=3) as identity:
        phone = any_phone()
        pair = await identity.registered(phone)
        await identity.proved(pair, channel="email", email=_EMAIL)
        decoy = await _recovery(identity, phone=phone)
        guesses = [await _reset(identity, decoy, "123456") for _ in range(4)]
        assert [g.json()["code"] for g in guesses] == ["wrong-code"] * 3 + ["longer-code-needed"]

        right = await _recovery(identity, phone=phone, email=_EMAIL)
        assert (await _reset(identity, right)).status_code == 204
