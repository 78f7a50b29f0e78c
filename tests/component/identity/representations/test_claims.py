"""A parent asks; the registry or a registrar decides; the child is a person from then on (I12)."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from typing import Any

import pytest

from contracts.identity import AccountRegistered, PapersConfirmed, ProfileConfirmedV2
from contracts.rights import RepresentationSubmitted, RightEnded, RightGranted, RightRefused, Scope
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from services.chassis.work.timers import timer_id
from services.identity.representations.actions import END
from services.identity.representations.errors import NoRightError
from services.identity.representations.usecases import Acting
from tests.support.eventually import eventually
from tests.support.service import keyed
from tests.support.services.identity import Identity, any_phone, bearer
from tests.support.services.representing import (
    CHILD,
    Parent,
    a_parent,
    a_registrar,
    any_snils,
    registry_says,
    told,
)
from tests.support.tools.encryption import decrypted


async def test_the_registry_confirms_a_parent_and_the_child_is_a_person_i12(
    identity: Identity, parent: Parent
) -> None:
    asked = await parent.asks(snils=None)
    assert (asked["state"], asked["subject_id"]) == ("checking", None)
    (question,) = await told(identity, RepresentationSubmitted)
    said = decrypted(question)
    assert (said.child.birth_certificate, said.child.birth_date) == (
        "I-АЮ 123456",
        date(2020, 2, 29),
    )
    assert said.representative.last_name == "Соколова"
    assert (await parent.acting("anybody")).json()["code"] == "no-right"

    assert await registry_says(identity, asked["right_id"]) == "handled"
    right = await parent.right(asked["right_id"])
    assert right["state"] == "active"
    assert right["until"] == "2038-02-28T21:00:00Z"  # 1 March in Moscow: 2038 has no 29 February
    (granted,) = await told(identity, RightGranted)
    assert (granted.representative_id, granted.subject_id) == (parent.id, right["subject_id"])
    assert granted.scopes == tuple(Scope)
    # the child flows as everybody does, but has no contact and no login
    confirmed = (await told(identity, ProfileConfirmedV2))[-1]
    papers = (await told(identity, PapersConfirmed))[-1]
    assert confirmed.account_id == papers.account_id == right["subject_id"]
    assert (confirmed.pii.phone, confirmed.pii.email) == (None, None)
    assert decrypted(papers).birth_date == date(2020, 2, 29)
    assert len(await told(identity, AccountRegistered)) == 1

    given = await parent.acting(right["subject_id"])
    assert given.status_code == 200, given.text
    token = given.json()["access_token"]
    who = await find(identity.app, Runtime).tokens.principal(token)
    assert (who.subject, who.actor, who.right_id) == (
        right["subject_id"],
        parent.id,
        right["right_id"],
    )
    assert (who.confirmed, [*who.roles]) == (True, ["citizen"])
    # where no event comes through, it ends with the token, and nothing renews that
    assert given.json()["expires_in"] == 600
    assert "refresh_token" not in given.json()


async def test_an_acting_token_opens_nothing_of_the_account_i12(
    identity: Identity, parent: Parent
) -> None:
    right = await parent.represents(snils=any_snils())
    token = (await parent.acting(right["subject_id"])).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    for path in ("/account", "/profile", "/representations", "/representatives", "/looks"):
        answer = await identity.client.get(f"/v1{path}", headers=headers)
        assert answer.status_code == 403, path
    for path, body in (
        ("/tokens/acting", {"for": right["subject_id"]}),
        ("/representations", CHILD),
        (f"/representations/{right['right_id']}/withdrawal", None),
        ("/contacts", {"channel": "sms", "phone": any_phone(), "password": "x"}),
    ):
        answer = await identity.post(path, body, headers | keyed())
        assert (answer.status_code, answer.json()["code"]) == (403, "only-for-oneself"), path


async def test_the_registry_disagrees_and_says_with_what_i12(
    identity: Identity, parent: Parent
) -> None:
    asked = await parent.asks()
    await registry_says(identity, asked["right_id"], "birth_certificate")
    right = await parent.right(asked["right_id"])
    assert (right["state"], right["reason"], right["mismatches"]) == (
        "refused",
        "registry-disagrees",
        ["birth_certificate"],
    )
    (refused,) = await told(identity, RightRefused)
    assert refused.representative_id == parent.id
    assert await told(identity, RightGranted) == []
    # a second answer, whatever it says, changes nothing
    assert await registry_says(identity, asked["right_id"], seq=2) == "handled"
    assert (await parent.right(asked["right_id"]))["state"] == "refused"


async def test_an_answer_to_no_question_makes_no_parent_i12(
    identity: Identity, parent: Parent
) -> None:
    asked = await parent.asks()
    assert await registry_says(identity, asked["right_id"], question="another") == "dead-letter"
    assert await registry_says(identity, "nobody") == "dead-letter"
    assert (await parent.right(asked["right_id"]))["state"] == "checking"


@pytest.mark.parametrize("by", ["snils", "birth_certificate"])
async def test_two_parents_of_one_child_share_it_i12(
    identity: Identity, parent: Parent, by: str
) -> None:
    number = any_snils()
    child = {"snils": number, "birth_certificate": "II-МЮ 654321"}
    first = await parent.represents(**child)
    father = await a_parent(identity, last_name="Соколов", first_name="Илья")
    second = await father.represents(**child | dict.fromkeys(child.keys() - {by}))
    assert first["subject_id"] == second["subject_id"]
    assert first["right_id"] != second["right_id"]
    # one ends theirs: the other's stays
    await father.post(f"/representations/{second['right_id']}/withdrawal")
    assert (await father.acting(second["subject_id"])).status_code == 404
    assert (await parent.acting(first["subject_id"])).status_code == 200


async def test_two_parents_at_once_make_one_child_i12(identity: Identity, parent: Parent) -> None:
    father = await a_parent(identity, last_name="Соколов", first_name="Илья")
    number = any_snils()
    asked = [await one.asks(snils=number) for one in (parent, father)]
    outcomes = await asyncio.gather(*(registry_says(identity, a["right_id"]) for a in asked))
    assert outcomes == ["handled", "handled"]
    rights = [
        await one.right(a["right_id"]) for one, a in zip((parent, father), asked, strict=True)
    ]
    assert {r["state"] for r in rights} == {"active"}
    assert len({r["subject_id"] for r in rights}) == 1


async def test_another_childs_number_makes_nobody_its_parent_i12(
    identity: Identity, parent: Parent
) -> None:
    number = any_snils()
    await parent.represents(snils=number)
    other = await a_parent(identity)
    asked = await other.asks(snils=number, first_name="Иван")
    await registry_says(identity, asked["right_id"])
    right = await other.right(asked["right_id"])
    assert (right["state"], right["reason"]) == ("refused", "another-person")


async def test_the_same_child_twice_is_one_right_i12(identity: Identity, parent: Parent) -> None:
    number = any_snils()
    await parent.represents(snils=number)
    again = await parent.asks(snils=number)
    await registry_says(identity, again["right_id"])
    right = await parent.right(again["right_id"])
    assert (right["state"], right["reason"]) == ("refused", "already-represents")


async def test_all_wrong_fields_are_named_at_once_i13(parent: Parent) -> None:
    answer = await parent.post(
        "/representations",
        {
            "kind": "friend",
            "last_name": "Sokolov",
            "birth_date": "2001-01-01",
            "snils": "112-233-445 96",
            "birth_certificate": "123",
            "oms": "1",
        },
    )
    assert answer.status_code == 422
    assert {e["pointer"]: e["code"] for e in answer.json()["errors"]} == {
        "/kind": "enum",
        "/last_name": "name-letters",
        "/first_name": "missing",
        "/snils": "snils-check-digits",
        "/oms": "oms-format",
        "/birth_certificate": "birth-certificate-format",
    }
    grown = await parent.post("/representations", CHILD | {"birth_date": "2001-01-01"})
    assert [e["code"] for e in grown.json()["errors"]] == ["of-age"]


async def test_who_may_not_ask_i12(identity: Identity, parent: Parent) -> None:
    nobody = Parent(identity, await identity.registered())
    assert (await nobody.post("/representations", CHILD)).json()["code"] == "account-not-confirmed"
    young = await a_parent(identity, birth_date="2011-01-01")
    answer = await young.post("/representations", CHILD)
    assert (answer.status_code, answer.json()["code"]) == (403, "representative-underage")


async def test_so_many_questions_a_day_i12(parent: Parent) -> None:
    for _ in range(10):
        await parent.asks()
    answer = await parent.post("/representations", CHILD)
    assert (answer.status_code, answer.json()["code"]) == (429, "too-many-claims")


async def test_a_registrar_who_saw_the_papers_confirms_i12(
    identity: Identity, parent: Parent
) -> None:
    asked = await parent.asks()
    await registry_says(identity, asked["right_id"], "snils")
    desk = await a_registrar(identity)
    path = f"/representations/{asked['right_id']}"
    shown = await identity.client.get(f"/v1/desk{path}", headers=bearer(desk))
    assert shown.json()["child"]["birth_certificate"] == "I-АЮ 123456"
    done = await identity.post(
        f"{path}/confirmation", {"papers": "Свидетельство о рождении"}, bearer(desk)
    )
    assert done.status_code == 200, done.text
    right = await parent.right(asked["right_id"])
    last = right["history"][-1]
    assert (right["state"], last["party"], last["by"]) == (
        "active",
        "registrar",
        desk["account_id"],
    )
    assert (last["note"], last["clinic_id"]) == ("Свидетельство о рождении", "clinic-1")
    again = await identity.post(f"{path}/confirmation", {"papers": "ещё раз"}, bearer(desk))
    assert (again.status_code, again.json()["code"]) == (409, "representation-decided")
    # the parent finds the look in the journal (K7)
    looks = (await parent.get("/looks")).json()["items"]
    assert [line["occasion"] for line in looks] == ["claim"]


async def test_nobody_confirms_their_own_i12(identity: Identity) -> None:
    number = any_snils()
    mother = await a_parent(identity, snils=number)
    asked = await mother.asks()
    desk = await a_registrar(identity, snils=number)
    path = f"/representations/{asked['right_id']}"
    for verb, body in (("confirmation", {"papers": "вижу"}), ("refusal", {"reason": "нет"})):
        answer = await identity.post(f"{path}/{verb}", body, bearer(desk))
        assert (answer.status_code, answer.json()["code"]) == (403, "own-representation")
    for verb, body in (("confirmation", {"papers": "вижу"}), ("refusal", {"reason": "нет"})):
        citizen = await mother.post(f"{path}/{verb}", body)
        assert citizen.status_code == 403


async def test_a_registrar_refuses_and_says_why_i12(identity: Identity, parent: Parent) -> None:
    asked = await parent.asks()
    desk = await a_registrar(identity)
    path = f"/representations/{asked['right_id']}"
    done = await identity.post(f"{path}/refusal", {"reason": "Другой отец."}, bearer(desk))
    assert done.status_code == 200, done.text
    right = await parent.right(asked["right_id"])
    assert (right["state"], right["history"][-1]["note"]) == ("refused", "Другой отец.")
    await registry_says(identity, asked["right_id"])
    assert (await parent.right(asked["right_id"]))["state"] == "refused"


async def test_a_withdrawn_right_is_told_at_once_i12(identity: Identity, parent: Parent) -> None:
    right = await parent.represents()
    path = f"/representations/{right['right_id']}"
    stranger = await a_parent(identity)
    for answer in (
        await stranger.post(f"{path}/withdrawal"),
        await stranger.get(path),
        await stranger.acting(right["subject_id"]),
    ):
        assert answer.status_code == 404
    assert (await parent.post(f"{path}/withdrawal")).json()["state"] == "ended"
    (ended,) = await told(identity, RightEnded)
    assert (ended.right_id, ended.reason_code) == (right["right_id"], "withdrawn")
    assert (await parent.acting(right["subject_id"])).status_code == 404
    again = await parent.post(f"{path}/withdrawal")
    assert (again.status_code, again.json()["code"]) == (409, "representation-ended")


async def test_who_is_18_acts_for_themselves_d12(identity: Identity, parent: Parent) -> None:
    """By the clock at once, and told to everybody by a timer."""
    right = await parent.represents(birth_date="2010-12-01")
    assert right["until"] == "2028-11-30T21:00:00Z"
    identity.clock.forward(days=366 * 3)
    with pytest.raises(NoRightError):
        await find(identity.app, Acting).token(parent.id, right["subject_id"])
    timers = find(identity.app, Runtime).timers
    due = {"_id": timer_id(END, right["right_id"])}
    await timers.collection.update_one(due, {"$set": {"due_at": datetime.now(UTC)}})
    timers.ring({END})

    async def is_told() -> bool:
        return bool(await told(identity, RightEnded))

    await eventually(is_told)
    (ended,) = await told(identity, RightEnded)
    assert (ended.right_id, ended.reason_code) == (right["right_id"], "of-age")
    assert (await parent.right(right["right_id"]))["state"] == "ended"


async def test_a_profile_of_a_child_is_refused_in_words_d12_e33(identity: Identity) -> None:
    pair = await identity.registered()
    got = await identity.client.get("/v1/profile", headers=bearer(pair))
    body: dict[str, Any] = {
        "category": "temporary",
        "last_name": "Соколов",
        "first_name": "Пётр",
        "birth_date": "2019-01-01",
    }
    put = await identity.client.put(
        "/v1/profile", json=body, headers=bearer(pair) | {"If-Match": got.headers["ETag"]}
    )
    assert (put.status_code, put.json()["code"]) == (403, "minor-needs-representative")
    assert "родител" in put.json()["detail"]
    assert "регистратур" in put.json()["detail"]
