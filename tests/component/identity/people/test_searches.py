"""Staff find people exactly, few and counted; who is shown finds it in their journal (K7)."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.partners import IdentityChecked
from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.service import deliver
from tests.support.services.identity import PROFILE, Identity, any_phone, bearer, identity_running

Json = dict[str, Any]
WHY = "Звонок гражданина: не приходит код."
BY_NAME = {"full_name": "соколова анна сергеевна", "birth_date": "2007-04-18", "reason": WHY}


async def _confirmed(identity: Identity, phone: str | None = None) -> Json:
    pair = await identity.registered(phone)
    await _submit(identity, pair)
    answer = IdentityChecked(account_id=pair["account_id"], revision=1, matched=True)
    assert await deliver(identity.app, await identity.registry_answer(answer)) == "handled"
    return pair


async def _submit(identity: Identity, pair: Json) -> None:
    headers = bearer(pair) | {"If-Match": '"1"'}
    answer = await identity.client.put("/v1/profile", json=PROFILE, headers=headers)
    assert answer.status_code == 200, answer.text


async def _search(identity: Identity, who: Json, **asked: Any) -> tuple[int, Json]:
    answer = await identity.post("/people/searches", asked, bearer(who))
    return answer.status_code, answer.json()


async def _journal(identity: Identity, who: Json) -> list[Json]:
    answer = await identity.client.get("/v1/looks", headers=bearer(who))
    assert answer.status_code == 200, answer.text
    found: list[Json] = answer.json()["items"]
    return found


async def test_a_person_is_found_and_reads_who_looked(
    identity: Identity, administrator: Json
) -> None:
    phone = any_phone()
    anna = await _confirmed(identity, phone)
    for asked in (
        BY_NAME,
        {"phone": phone, "reason": WHY},
        {"snils": PROFILE["snils"], "reason": WHY},
    ):
        status, found = await _search(identity, administrator, **asked)
        assert status == 200, found
        (person,) = found["items"]
        assert person["account_id"] == anna["account_id"]
        assert (person["full_name"], person["birth_date"]) == (
            "Соколова Анна Сергеевна",
            "2007-04-18",
        )
        assert set(person) <= {"account_id", "full_name", "birth_date", "level", "clinic_id"}
    lines = await _journal(identity, anna)
    assert [(line["occasion"], line["why"]) for line in lines] == [("found", WHY)] * 3
    assert (lines[0]["name"], lines[0]["role"]) == ("Ким Елена Олеговна", "administrator")
    assert await _journal(identity, administrator) == []


async def test_what_nobody_confirmed_finds_nobody_by_name(
    identity: Identity, administrator: Json
) -> None:
    """Whoever types another's name into a profile is not found as them; a proved phone is."""
    phone = any_phone()
    pair = await identity.registered(phone)
    await _submit(identity, pair)
    for asked in (BY_NAME, {"snils": PROFILE["snils"], "reason": WHY}):
        assert await _search(identity, administrator, **asked) == (200, {"items": []})
    _, found = await _search(identity, administrator, phone=phone, reason=WHY)
    assert [person["level"] for person in found["items"]] == ["registered"]
    near = BY_NAME | {"birth_date": "2007-04-19"}
    assert await _search(identity, administrator, **near) == (200, {"items": []})


async def test_searches_are_refused_and_counted(platform: Platform, database: str) -> None:
    """Mistakes in the form are free; citizens find nobody."""
    async with identity_running(platform, database, people_searches_per_hour=2) as identity:
        administrator, citizen = await identity.administrator(), await identity.registered()
        assert (await _search(identity, citizen, phone=any_phone(), reason=WHY))[0] == 403
        status, refused = await _search(identity, administrator, phone=any_phone())
        assert (status, refused["errors"][0]["pointer"]) == (422, "/reason")
        assert (await _search(identity, administrator, reason=WHY))[0] == 422
        for _ in range(2):
            status, _found = await _search(identity, administrator, phone=any_phone(), reason=WHY)
            assert status == 200
        status, refused = await _search(identity, administrator, phone=any_phone(), reason=WHY)
        assert (status, refused["code"]) == (429, "too-many-searches")
        identity.clock.forward(hours=1, seconds=1)
        assert (await _search(identity, administrator, phone=any_phone(), reason=WHY))[0] == 200


async def test_a_looked_up_standing_is_in_the_journal(
    identity: Identity, administrator: Json
) -> None:
    phone = any_phone()
    anna = await identity.registered(phone)
    seen = await identity.post("/accounts/lookup", {"login": phone}, bearer(administrator))
    assert seen.status_code == 200
    assert [line["occasion"] for line in await _journal(identity, anna)] == ["standing"]


@pytest.mark.parametrize(
    "query",
    [
        {"named_as": "a", "person.birth_date": "2007-04-18", "profile_state": "confirmed"},
        {"person.snils": {"$eq": "1", "$type": "string"}, "profile_state": "confirmed"},
        {"logins": "+79123456789"},
    ],
)
async def test_each_search_has_its_index(identity: Identity, query: Json) -> None:
    accounts = find(identity.app, Runtime).mongo.db["accounts"]
    plan = str((await accounts.find(query).explain())["queryPlanner"]["winningPlan"])
    assert "IXSCAN" in plan
    assert "COLLSCAN" not in plan
