"""Staff accounts, their first password, and recovery for everybody (e5, e8, I5, I6)."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.identity import (
    AccountRegistered,
    CodePurpose,
    StaffChanged,
    StaffInvited,
)
from contracts.roles import Role as TokenRole
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.service import keyed, outbox_events
from tests.support.services.identity import DOCTOR, PASSWORD, Identity, any_phone, bearer

_NEW = "другая длинная фраза 8"


async def _recover(identity: Identity, contacts: dict[str, Any], password: str = _NEW) -> int:
    """Set a new password; 0 where no code came."""
    started = await identity.post("/recoveries", contacts)
    assert started.status_code == 202, started.text
    recovery_id = started.json()["recovery_id"]
    sent = await identity.codes(recovery_id)
    if not sent:
        return 0
    assert sent[0].purpose is CodePurpose.RECOVERY
    done = await identity.post(
        f"/recoveries/{recovery_id}/confirmation",
        {"code": sent[-1].pii.code, "password": password},
    )
    return int(done.status_code)


def _doctor(**over: Any) -> dict[str, Any]:
    return DOCTOR | {"phone": any_phone(), "email": "orlova@example.org"} | over


@pytest.fixture
async def administrator(identity: Identity) -> dict[str, Any]:
    """An administrator of the platform, on which there is one clinic."""
    found = await identity.administrator()
    await identity.clinic(found)
    return found


async def test_an_administrator_makes_a_doctor_who_sets_the_password(
    identity: Identity, administrator: dict[str, Any]
) -> None:
    doctor = _doctor()
    made = await identity.post("/staff", doctor, bearer(administrator) | keyed())

    assert made.status_code == 201, made.text
    changed = (await outbox_events(identity.app, StaffChanged))[-1]
    assert (changed.aggregateid, changed.seq) == (made.json()["account_id"], 1)
    assert changed.data.pii.full_name == "Орлова Мария Викторовна"
    assert changed.data.active
    assert [(p.role, p.clinic_id) for p in changed.data.posts] == [("doctor", "clinic-1")]
    assert changed.data.practice.specialties == ("therapist",)
    [invited] = await outbox_events(identity.app, StaffInvited)
    assert (invited.data.role, invited.data.clinic_name) == (
        "doctor",
        "Городская поликлиника № 45",
    )
    assert (invited.data.pii.phone, invited.data.pii.email) == (doctor["phone"], doctor["email"])
    assert await outbox_events(identity.app, AccountRegistered) == []
    before = await identity.post("/sessions", {"login": doctor["phone"], "password": PASSWORD})
    assert before.status_code == 401
    contacts = {"phone": doctor["phone"], "email": doctor["email"]}
    assert await _recover(identity, contacts) == 204
    pair = await identity.logged_in(doctor["phone"], _NEW)
    assert pair["roles"] == ["doctor"]
    principal = await find(identity.app, Runtime).tokens.principal(pair["access_token"])
    assert principal.clinics(TokenRole.DOCTOR) == {"clinic-1"}
    assert (
        await identity.client.get("/v1/profile", headers=bearer(pair))
    ).status_code == 403  # a profile is a citizen's


async def test_o1_an_administrator_makes_an_sre_of_whom_no_service_is_told(
    identity: Identity, administrator: dict[str, Any]
) -> None:
    """The dashboards need the role; v1 of the event about staff does not know it."""
    sre = {
        "posts": [{"role": "sre"}],
        "full_name": "Лебедев Игорь Павлович",
        "phone": any_phone(),
        "email": "sre@example.org",
    }
    told = len(await outbox_events(identity.app, StaffChanged))
    made = await identity.post("/staff", sre, bearer(administrator) | keyed())
    assert made.status_code == 201, made.text
    assert len(await outbox_events(identity.app, StaffChanged)) == told
    [invited] = await outbox_events(identity.app, StaffInvited)
    assert (invited.data.role, invited.data.pii.phone) == (None, sre["phone"])
    assert await _recover(identity, {"phone": sre["phone"], "email": sre["email"]}) == 204
    pair = await identity.logged_in(str(sre["phone"]), _NEW)
    principal = await find(identity.app, Runtime).tokens.principal(pair["access_token"])
    assert principal.roles == frozenset({TokenRole.SRE})


async def test_c20_the_snils_of_staff_is_told_to_services_and_shown_to_nobody(
    identity: Identity, administrator: dict[str, Any]
) -> None:
    """So that a doctor does not decide about themselves; it is optional."""
    headers = bearer(administrator)
    doctor = _doctor(snils=" 087-654-303 00 ")
    made = await identity.post("/staff", doctor, headers | keyed())
    assert made.status_code == 201, made.text
    without = _doctor(email="petrov@example.org", snils=" ")
    assert (await identity.post("/staff", without, headers | keyed())).status_code == 201
    told = (await outbox_events(identity.app, StaffChanged))[-2:]
    assert [event.data.pii.snils for event in told] == ["08765430300", None]
    listed = await identity.client.get("/v1/staff", headers=headers)
    for answer in (made, listed):
        assert "08765430300" not in answer.text
        assert "snils" not in answer.text


@pytest.mark.parametrize(
    ("typed", "code"), [("087-654-303 01", "snils-check-digits"), ("87654", "snils-format")]
)
async def test_i13_a_wrong_snils_of_staff_is_named_with_the_other_errors(
    identity: Identity, administrator: dict[str, Any], typed: str, code: str
) -> None:
    wrong = _doctor(position=None, snils=typed)
    answer = await identity.post("/staff", wrong, bearer(administrator) | keyed())
    assert answer.status_code == 422
    found = {e["pointer"]: e["code"] for e in answer.json()["errors"]}
    assert found == {"/position": "missing", "/snils": code}


async def test_the_same_request_again_makes_no_second_doctor(
    identity: Identity, administrator: dict[str, Any]
) -> None:
    headers, doctor = bearer(administrator) | keyed(), _doctor()
    first = await identity.post("/staff", doctor, headers)
    again = await identity.post("/staff", doctor, headers)

    assert again.json() == first.json()
    assert len(await outbox_events(identity.app, StaffChanged)) == 2  # with the administrator
    other_key = await identity.post("/staff", doctor, bearer(administrator) | keyed())
    assert (other_key.status_code, other_key.json()["code"]) == (409, "contact-taken")


async def test_a_pasted_staff_name_is_tidied_and_one_that_cannot_be_printed_is_refused(
    identity: Identity, administrator: dict[str, Any]
) -> None:
    headers = bearer(administrator)
    pasted = _doctor(full_name="Орлова\r\nМария\u00a0Викторовна\u200b")
    made = await identity.post("/staff", pasted, headers | keyed())
    assert (made.status_code, made.json()["full_name"]) == (201, "Орлова Мария Викторовна")
    for name, named in (("Орлова\x00", "U+0000"), ("Opлова", "«O», «p»"), ("王", "«王»")):
        refused = await identity.post("/staff", _doctor(full_name=name), headers | keyed())
        assert refused.status_code == 422
        [error] = refused.json()["errors"]
        assert error["pointer"] == "/full_name"
        assert named in error["detail"]


async def test_all_wrong_staff_fields_at_once(
    identity: Identity, administrator: dict[str, Any]
) -> None:
    answer = await identity.post(
        "/staff",
        {"posts": [{"role": "doctor"}], "full_name": " ", "phone": "1"},
        bearer(administrator) | keyed(),
    )
    assert answer.status_code == 422
    pointers = {e["pointer"] for e in answer.json()["errors"]}
    wanted = {"/full_name", "/posts/0/clinic_id", "/position", "/practice", "/phone"}
    assert pointers == wanted
    citizen = _doctor(posts=[{"role": "citizen"}, {"role": "doctor", "clinic_id": "clinic-1"}])
    refused = await identity.post("/staff", citizen, bearer(administrator) | keyed())
    assert [(e["pointer"], e["code"]) for e in refused.json()["errors"]] == [
        ("/posts/0/role", "staff-role")
    ]


async def test_staff_are_listed_by_name_page_by_page_for_administrators_only(
    identity: Identity, administrator: dict[str, Any]
) -> None:
    names = ["Ёлкина Анна", "Ельцова Анна", "Орлова Мария"]
    for name in reversed(names):
        await identity.employed(administrator, full_name=name)
    citizen = await identity.registered()
    refused = await identity.client.get("/v1/staff", headers=bearer(citizen))
    assert refused.status_code == 403
    refused = await identity.post("/staff", _doctor(), bearer(citizen) | keyed())
    assert refused.status_code == 403

    async def listed(**asked: Any) -> dict[str, Any]:
        page = await identity.client.get("/v1/staff", params=asked, headers=bearer(administrator))
        assert page.status_code == 200, page.text
        found: dict[str, Any] = page.json()
        return found

    first = await listed(limit=2)
    second = await listed(limit=2, cursor=first["next_cursor"])
    seen = [i["full_name"] for i in [*first["items"], *second["items"]]]
    assert seen == ["Ёлкина Анна", "Ельцова Анна", "Ким Елена Олеговна", "Орлова Мария"]
    assert second["next_cursor"] is None
    assert [i["full_name"] for i in (await listed(name="ЕЛ"))["items"]] == names[:2]
    assert len((await listed(role="doctor", clinic_id="clinic-1"))["items"]) == 3
    assert (await listed(role="registrar", clinic_id="clinic-1"))["items"] == []
    assert len((await listed(role="administrator"))["items"]) == 1
    broken = await identity.client.get(
        "/v1/staff", params={"cursor": "WzEsMl0"}, headers=bearer(administrator)
    )
    assert broken.status_code == 422


async def test_a_forgotten_password_is_set_anew_and_ends_every_login_e5_e8(
    identity: Identity,
) -> None:
    phone = any_phone()
    pair = await identity.registered(phone)
    for _ in range(6):
        await identity.post("/sessions", {"login": phone, "password": "забыла, какой он был"})
    assert await _recover(identity, {"phone": phone}) == 204

    old = await identity.post("/tokens/refresh", {"refresh_token": pair["refresh_token"]})
    assert old.status_code == 401
    again = await identity.logged_in(phone, _NEW)  # not locked any more (I5)
    assert again["account_id"] == pair["account_id"]


async def test_recovery_asks_for_every_contact_and_tells_nothing_i6(
    identity: Identity, administrator: dict[str, Any]
) -> None:
    doctor = _doctor()
    await identity.post("/staff", doctor, bearer(administrator) | keyed())
    for contacts in (
        {"phone": doctor["phone"]},
        {"email": doctor["email"]},
        {"phone": doctor["phone"], "email": "other@example.org"},
        {"phone": any_phone(), "email": "nobody@example.org"},
    ):
        assert await _recover(identity, contacts) == 0
    decoy = await identity.post("/recoveries", {"phone": any_phone()})
    right = await identity.post("/recoveries", {"phone": doctor["phone"], "email": doctor["email"]})
    assert decoy.json().keys() == right.json().keys()
    guess = await identity.post(
        f"/recoveries/{decoy.json()['recovery_id']}/confirmation",
        {"code": "123456", "password": _NEW},
    )
    assert guess.json()["code"] == "wrong-code"
    nothing = await identity.post("/recoveries", {})
    assert {e["pointer"] for e in nothing.json()["errors"]} == {"/phone", "/email"}
