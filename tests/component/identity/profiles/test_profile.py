"""The profile and its confirmation by the registry (I2, I9, I10, I13, e1, e12)."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2

from contracts.identity import (
    Category,
    ContactsChanged,
    PapersConfirmed,
    ProfileConfirmedV2,
    ProfileRejected,
    ProfileSubmittedV2,
)
from contracts.partners import IdentityChecked
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.service import an_event, deliver, outbox_events
from tests.support.services.identity import PROFILE, Identity, any_phone, bearer
from tests.support.tools.encryption import decrypted


async def _get(identity: Identity, pair: dict[str, Any]) -> httpx2.Response:
    return await identity.client.get("/v1/profile", headers=bearer(pair))


async def _put(
    identity: Identity, pair: dict[str, Any], body: Any, *, version: str | None = None
) -> httpx2.Response:
    headers = bearer(pair)
    headers["If-Match"] = version or (await _get(identity, pair)).headers["ETag"]
    return await identity.client.put("/v1/profile", json=body, headers=headers)


def _checked(account_id: str, revision: int, *mismatches: str) -> IdentityChecked:
    return IdentityChecked(
        account_id=account_id, revision=revision, matched=not mismatches, mismatches=mismatches
    )


async def _registry_says(identity: Identity, data: IdentityChecked, seq: int = 1) -> str:
    return await deliver(identity.app, await identity.registry_answer(data, seq))


async def test_a_profile_goes_to_the_registry_and_comes_back_confirmed_i2_i9(
    identity: Identity,
) -> None:
    pair = await identity.registered()
    draft = await _get(identity, pair)
    assert draft.json()["state"] == "draft"
    assert draft.json()["last_name"] is None
    put = await _put(identity, pair, PROFILE | {"email": "Anna@Example.org"})

    assert put.status_code == 200, put.text
    assert put.json()["state"] == "checking"
    assert put.json()["snils"] == "11223344595"
    assert put.json()["passport"] == {"series": "4521", "number": "123456"}
    assert put.headers["ETag"] != draft.headers["ETag"]
    (submitted,) = await outbox_events(identity.app, ProfileSubmittedV2)
    assert (submitted.seq, submitted.data.revision) == (2, 1)
    assert submitted.data.category is Category.CITIZEN
    assert decrypted(submitted.data).snils == "11223344595"
    assert "11223344595" not in submitted.to_json().decode()

    assert await _registry_says(identity, _checked(pair["account_id"], 1)) == "handled"
    assert (await _get(identity, pair)).json()["state"] == "confirmed"
    (confirmed,) = await outbox_events(identity.app, ProfileConfirmedV2)
    assert confirmed.seq == 3
    assert confirmed.data.pii.phone
    assert confirmed.data.pii.email is None  # typed, not proved (I16)
    assert confirmed.data.pii.last_name == "Соколова"
    fresh = await identity.post("/tokens/refresh", {"refresh_token": pair["refresh_token"]})
    assert fresh.json()["level"] == "confirmed"
    principal = await find(identity.app, Runtime).tokens.principal(fresh.json()["access_token"])
    assert principal.confirmed


async def test_the_registry_disagrees_and_says_with_what_i2(identity: Identity) -> None:
    pair = await identity.registered()
    await _put(identity, pair, PROFILE)
    await _registry_says(identity, _checked(pair["account_id"], 1, "passport", "last_name"))

    profile = (await _get(identity, pair)).json()
    assert profile["state"] == "rejected"
    assert profile["mismatches"] == ["passport", "last_name"]
    (rejected,) = await outbox_events(identity.app, ProfileRejected)
    assert rejected.data.mismatches == ("passport", "last_name")
    fixed = await _put(identity, pair, PROFILE)
    assert fixed.json()["state"] == "checking"
    assert fixed.json()["mismatches"] == []


async def test_the_same_answer_twice_confirms_once_i2(identity: Identity) -> None:
    pair = await identity.registered()
    await _put(identity, pair, PROFILE)
    event = await identity.registry_answer(_checked(pair["account_id"], 1))

    assert await deliver(identity.app, event) == "handled"
    assert await deliver(identity.app, event) == "duplicate"
    # and as another event that says the same
    assert await _registry_says(identity, _checked(pair["account_id"], 1), seq=2) == "handled"
    assert len(await outbox_events(identity.app, ProfileConfirmedV2)) == 1


async def test_an_answer_to_an_older_revision_says_nothing_i2(identity: Identity) -> None:
    pair = await identity.registered()
    await _put(identity, pair, PROFILE)
    await _put(identity, pair, PROFILE | {"first_name": "Инна"})

    assert await _registry_says(identity, _checked(pair["account_id"], 1)) == "handled"
    assert (await _get(identity, pair)).json()["state"] == "checking"
    assert await outbox_events(identity.app, ProfileConfirmedV2) == []
    await _registry_says(identity, _checked(pair["account_id"], 2), seq=2)
    await _registry_says(identity, _checked(pair["account_id"], 1, "passport"), seq=3)
    assert (await _get(identity, pair)).json()["state"] == "confirmed"


async def test_an_answer_to_no_question_is_kept_for_a_person(identity: Identity) -> None:
    """I2: whoever may write the registry's topic confirms nobody who was not asked about."""
    pair = await identity.registered()
    await _put(identity, pair, PROFILE)
    data = _checked(pair["account_id"], 1)
    for question in (None, "another-question"):
        forged = an_event(data, aggregate_id=data.account_id)
        forged = forged.model_copy(update={"causationid": question})
        assert await deliver(identity.app, forged) == "dead-letter"
    assert await _registry_says(identity, _checked(pair["account_id"], 2)) == "dead-letter"
    assert (await _get(identity, pair)).json()["state"] == "checking"
    assert await _registry_says(identity, data) == "handled"
    assert (await _get(identity, pair)).json()["state"] == "confirmed"


async def test_papers_are_told_to_one_reader_only_i2(identity: Identity) -> None:
    """E9: the name goes to whoever needs it; birth date and numbers are readable to one."""
    pair = await identity.registered()
    await _put(identity, pair, PROFILE)
    await _registry_says(identity, _checked(pair["account_id"], 1))
    (name,) = await outbox_events(identity.app, ProfileConfirmedV2)
    (papers,) = await outbox_events(identity.app, PapersConfirmed)
    assert (name.seq, papers.seq) == (3, 4)
    assert decrypted(papers.data).birth_date.isoformat() == PROFILE["birth_date"]
    said = name.to_json() + papers.to_json()
    for number in (b"11223344595", b"500100732259", b"7758890000000128", b"2007-04-18"):
        assert number not in said


async def test_an_answer_about_nobody_is_a_dead_letter(identity: Identity) -> None:
    assert await _registry_says(identity, _checked("nobody", 1)) == "dead-letter"


async def test_an_edit_after_confirmation_is_checked_again_i9(identity: Identity) -> None:
    pair = await identity.registered()
    await _put(identity, pair, PROFILE)
    await _registry_says(identity, _checked(pair["account_id"], 1))
    await _put(identity, pair, PROFILE | {"last_name": "Соколова-Белова"})

    fresh = await identity.post("/tokens/refresh", {"refresh_token": pair["refresh_token"]})
    assert fresh.json()["level"] == "registered"
    me = await identity.client.get("/v1/account", headers=bearer(pair))
    assert me.json()["level"] == "registered"


async def test_all_wrong_fields_are_named_at_once_i13_e1(identity: Identity) -> None:
    pair = await identity.registered()
    answer = await _put(
        identity,
        pair,
        {
            "category": "citizen",
            "last_name": "Sokolova",
            "first_name": "",
            "birth_date": "2107-04-18",
            "snils": "112-233-445 96",
            "inn": "500100732258",
            "oms": "7758890000000127",
            "passport": {"series": "45", "number": "12345x"},
            "email": "anna@",
        },
    )

    assert answer.status_code == 422
    assert {e["pointer"]: e["code"] for e in answer.json()["errors"]} == {
        "/last_name": "name-letters",
        "/first_name": "missing",
        "/birth_date": "birth-date-future",
        "/snils": "snils-check-digits",
        "/inn": "inn-check-digits",
        "/oms": "oms-check-digits",
        "/passport/series": "passport-series-format",
        "/passport/number": "passport-number-format",
        "/email": "email-format",
    }
    assert (await _get(identity, pair)).json()["state"] == "draft"


async def test_two_writers_of_one_profile_one_wins(identity: Identity) -> None:
    pair = await identity.registered()
    version = (await _get(identity, pair)).headers["ETag"]

    answers = await asyncio.gather(
        *(_put(identity, pair, PROFILE, version=version) for _ in range(6))
    )
    assert sorted(a.status_code for a in answers) == [200, 412, 412, 412, 412, 412]
    assert len(await outbox_events(identity.app, ProfileSubmittedV2)) == 1
    no_version = await identity.client.put("/v1/profile", json=PROFILE, headers=bearer(pair))
    assert no_version.status_code == 428


async def test_a_proved_contact_is_not_changed_by_typing_another(identity: Identity) -> None:
    pair = await identity.registered()
    answer = await _put(identity, pair, PROFILE | {"phone": any_phone()})

    assert answer.json()["errors"][0]["code"] == "contact-needs-code"


async def test_a_typed_email_is_told_to_others_once_it_is_proved_i16(identity: Identity) -> None:
    pair = await identity.registered()
    email = "anna@example.org"
    await _put(identity, pair, PROFILE | {"email": email})
    assert (await _get(identity, pair)).json()["email"] == email
    assert (await identity.proved(pair, channel="email", email=email))["email"] == email

    (changed,) = await outbox_events(identity.app, ContactsChanged)
    assert changed.data.pii.email == email
    assert (changed.data.pii.former_email, changed.data.pii.former_phone) == (None, None)
    await _registry_says(identity, _checked(pair["account_id"], 1))
    (confirmed,) = await outbox_events(identity.app, ProfileConfirmedV2)
    assert confirmed.data.pii.email == email


async def test_the_registry_is_asked_ten_times_a_day_and_no_more_i17(identity: Identity) -> None:
    pair = await identity.registered()
    for _ in range(3):  # what the registry does not see costs nothing
        assert (await _put(identity, pair, PROFILE | {"snils": "1"})).status_code == 422
        assert (await _put(identity, pair, PROFILE, version='"77"')).status_code == 412
        assert (await _put(identity, pair, PROFILE | {"phone": any_phone()})).status_code == 422
    for _ in range(10):
        assert (await _put(identity, pair, PROFILE)).status_code == 200

    refused = await _put(identity, pair, PROFILE)
    assert (refused.status_code, refused.json()["code"]) == (429, "too-many-profiles")
    assert 86_000 < int(refused.headers["Retry-After"]) <= 86_400
    assert len(await outbox_events(identity.app, ProfileSubmittedV2)) == 10
    assert (await _get(identity, pair)).json()["revision"] == 10
    other = await identity.registered()
    assert (await _put(identity, other, PROFILE)).status_code == 200
    identity.clock.forward(hours=25)
    assert (await _put(identity, pair, PROFILE)).status_code == 200


async def test_one_person_has_one_confirmed_account_i2(identity: Identity) -> None:
    first, second = await identity.registered(), await identity.registered()
    for pair in (first, second):
        await _put(identity, pair, PROFILE)
    assert await _registry_says(identity, _checked(first["account_id"], 1)) == "handled"
    late = await identity.registry_answer(_checked(second["account_id"], 1))

    assert await deliver(identity.app, late) == "handled"
    assert await deliver(identity.app, late) == "duplicate"
    profile = (await _get(identity, second)).json()
    assert (profile["state"], profile["mismatches"]) == ("rejected", ["snils"])
    (rejected,) = await outbox_events(identity.app, ProfileRejected)
    assert (rejected.aggregateid, rejected.data.mismatches) == (second["account_id"], ("snils",))
    assert (await _get(identity, first)).json()["state"] == "confirmed"
    # an edit of the confirmed account is still its own
    await _put(identity, first, PROFILE | {"oms": None})
    await _registry_says(identity, _checked(first["account_id"], 2), seq=2)
    assert (await _get(identity, first)).json()["state"] == "confirmed"


async def test_two_accounts_of_one_person_confirmed_at_once_one_wins_i2(
    identity: Identity,
) -> None:
    pairs = [await identity.registered() for _ in range(4)]
    for pair in pairs:
        await _put(identity, pair, PROFILE)
    said = await asyncio.gather(
        *(_registry_says(identity, _checked(p["account_id"], 1)) for p in pairs)
    )

    assert said == ["handled"] * 4
    states = [(await _get(identity, p)).json()["state"] for p in pairs]
    assert sorted(states) == ["confirmed", "rejected", "rejected", "rejected"]


async def test_leaving_out_the_snils_makes_no_second_person_i2(identity: Identity) -> None:
    first, second = await identity.registered(), await identity.registered()
    await _put(identity, first, PROFILE)
    await _registry_says(identity, _checked(first["account_id"], 1))
    await _put(identity, second, PROFILE | {"snils": None})
    assert await _registry_says(identity, _checked(second["account_id"], 1)) == "handled"

    profile = (await _get(identity, second)).json()
    assert (profile["state"], profile["mismatches"]) == ("rejected", ["inn"])


async def test_people_without_numbers_are_not_taken_for_one_another(identity: Identity) -> None:
    for _ in range(2):
        pair = await identity.registered()
        await _put(identity, pair, PROFILE | {"category": "temporary", "snils": None, "inn": None})
        await _registry_says(identity, _checked(pair["account_id"], 1))
        assert (await _get(identity, pair)).json()["state"] == "confirmed"


async def test_a_typed_contact_is_no_login(identity: Identity) -> None:
    pair = await identity.registered()
    await _put(identity, pair, PROFILE | {"email": "boss@example.org"})

    taken = await identity.registered(channel="email", email="boss@example.org", phone="")
    assert taken["account_id"] != pair["account_id"]
    assert (await identity.logged_in("boss@example.org"))["account_id"] == taken["account_id"]


async def test_everybody_sees_their_own_profile(identity: Identity) -> None:
    anna, boris = await identity.registered(), await identity.registered()
    await _put(identity, anna, PROFILE)

    assert (await _get(identity, boris)).json()["last_name"] is None
    assert (await _get(identity, anna)).headers["Cache-Control"] == "no-store"
