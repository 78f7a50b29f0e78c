"""Staff are changed, moved, dismissed and taken back, each by whom it concerns (K9)."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2
import pytest

from contracts.identity import AccountBlocked, AccountUnblocked, StaffChanged, StaffInvited
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.service import keyed, outbox_events
from tests.support.services.identity import DOCTOR, PASSWORD, Identity, any_phone, bearer

_WHY = {"reason": "Уволен по собственному желанию."}


@pytest.fixture
async def administrator(identity: Identity) -> dict[str, Any]:
    """An administrator of the platform, on which there are two clinics."""
    found = await identity.administrator()
    await identity.clinic(found)
    await identity.clinic(found, "clinic-2")
    return found


async def _change(
    identity: Identity, who: dict[str, Any], account_id: str, tag: str = "*", **over: Any
) -> httpx2.Response:
    headers = bearer(who) | {"If-Match": tag}
    return await identity.client.put(f"/v1/staff/{account_id}", json=DOCTOR | over, headers=headers)


async def _act(
    identity: Identity, who: dict[str, Any], account_id: str, verb: str
) -> httpx2.Response:
    body = None if verb == "invitation" else _WHY
    return await identity.post(f"/staff/{account_id}/{verb}", body, bearer(who))


async def _posts(identity: Identity, pair: dict[str, Any]) -> set[tuple[str, str | None]]:
    principal = await find(identity.app, Runtime).tokens.principal(pair["access_token"])
    return {(post.role.value, post.clinic_id) for post in principal.posts}


async def test_a_doctor_moves_and_the_next_token_says_so(
    identity: Identity, administrator: dict[str, Any]
) -> None:
    doctor = await identity.employed(administrator, snils="087-654-303 00")
    pair = await identity.accepted(doctor)
    posts = [
        {"role": "doctor", "clinic_id": "clinic-2"},
        {"role": "registrar", "clinic_id": "clinic-1"},
    ]
    moved = await _change(identity, administrator, doctor["account_id"], '"1"', posts=posts)
    assert (moved.status_code, moved.json()["posts"]) == (200, posts), moved.text
    stale = await _change(identity, administrator, doctor["account_id"], '"1"')
    assert stale.status_code == 412
    body = {"refresh_token": pair["refresh_token"]}
    after = (await identity.post("/tokens/refresh", body)).json()
    assert await _posts(identity, after) == {("doctor", "clinic-2"), ("registrar", "clinic-1")}
    assert sorted(after["roles"]) == ["doctor", "registrar"]
    told = (await outbox_events(identity.app, StaffChanged))[-1].data
    assert [(p.role, p.clinic_id) for p in told.posts] == [
        ("doctor", "clinic-2"),
        ("registrar", "clinic-1"),
    ]
    assert told.pii.snils == "08765430300", "what is left out stays"
    count = len(await outbox_events(identity.app, StaffChanged))
    assert (await _change(identity, administrator, doctor["account_id"], posts=posts)).is_success
    assert len(await outbox_events(identity.app, StaffChanged)) == count


async def test_a_post_at_no_clinic_or_a_closed_one_is_refused(
    identity: Identity, administrator: dict[str, Any]
) -> None:
    doctor = await identity.employed(administrator)
    there = [{"role": "doctor", "clinic_id": "clinic-2"}]
    keeps = await identity.employed(administrator, posts=there)
    await identity.closed(administrator, "clinic-2")
    assert (await identity.accepted(keeps))["roles"] == ["doctor"], "staff keep their accounts"
    renamed = await _change(
        identity, administrator, keeps["account_id"], posts=there, full_name="Орлова-Ким Мария"
    )
    assert renamed.status_code == 200, renamed.text
    for clinic_id, code in (("clinic-2", "clinic-closed"), ("clinic-9", "clinic-unknown")):
        posts = [{"role": "doctor", "clinic_id": clinic_id}]
        refused = await _change(identity, administrator, doctor["account_id"], posts=posts)
        assert [(e["pointer"], e["code"]) for e in refused.json()["errors"]] == [
            ("/posts/0/clinic_id", code)
        ]


async def test_who_is_dismissed_has_no_login_until_taken_back(
    identity: Identity, administrator: dict[str, Any]
) -> None:
    doctor = await identity.employed(administrator)
    pair = await identity.accepted(doctor)
    account_id, login = doctor["account_id"], {"login": doctor["phone"], "password": PASSWORD}
    early = (await identity.post("/sessions", login)).json()["session_id"]
    gone = await _act(identity, administrator, account_id, "dismissal")
    assert (gone.status_code, gone.json()["active"]) == (200, False), gone.text

    refreshed = await identity.post("/tokens/refresh", {"refresh_token": pair["refresh_token"]})
    assert refreshed.status_code == 401
    code = {"code": await identity.code(early)}
    assert (await identity.post(f"/sessions/{early}/confirmation", code)).status_code == 404
    late = (await identity.post("/sessions", login)).json()["session_id"]
    code = {"code": await identity.code(late)}
    refused = await identity.post(f"/sessions/{late}/confirmation", code)
    assert (refused.status_code, refused.json()["code"]) == (403, "staff-dismissed")
    mine = await identity.client.get("/v1/account", headers=bearer(pair))  # its token lives on
    assert (mine.status_code, mine.json()["code"]) == (403, "staff-dismissed")
    [blocked] = await outbox_events(identity.app, AccountBlocked)
    assert blocked.aggregateid == account_id, "every service acts for them no more"
    assert not (await outbox_events(identity.app, StaffChanged))[-1].data.active
    for verb in ("dismissal", "invitation"):
        assert (await _act(identity, administrator, account_id, verb)).json()[
            "code"
        ] == "already-so"

    back = await _act(identity, administrator, account_id, "reinstatement")
    assert [h["dismissed"] for h in back.json()["history"]] == [True, False]
    assert (await outbox_events(identity.app, StaffChanged))[-1].data.active
    assert len(await outbox_events(identity.app, AccountUnblocked)) == 1
    assert await _posts(identity, await identity.logged_in(doctor["phone"])) == {
        ("doctor", "clinic-1")
    }


async def test_who_is_blocked_and_dismissed_is_open_when_neither(
    identity: Identity, administrator: dict[str, Any]
) -> None:
    account_id = (await identity.employed(administrator))["account_id"]
    await _act(identity, administrator, account_id, "dismissal")
    for verb in ("block", "unblock"):
        done = await identity.post(f"/accounts/{account_id}/{verb}", _WHY, bearer(administrator))
        assert done.status_code == 200
    assert len(await outbox_events(identity.app, AccountBlocked)) == 1
    assert await outbox_events(identity.app, AccountUnblocked) == []
    await _act(identity, administrator, account_id, "reinstatement")
    assert len(await outbox_events(identity.app, AccountUnblocked)) == 1


async def test_an_invitation_goes_again_so_often_a_day_and_until_it_is_accepted(
    identity: Identity, administrator: dict[str, Any]
) -> None:
    doctor = await identity.employed(administrator)
    account_id = doctor["account_id"]
    answers = [await _act(identity, administrator, account_id, "invitation") for _ in range(6)]
    assert [a.status_code for a in answers] == [200] * 5 + [429]
    assert len(await outbox_events(identity.app, StaffInvited)) == 6
    await identity.accepted(doctor)
    refused = await _act(identity, administrator, account_id, "invitation")
    assert (refused.status_code, refused.json()["code"]) == (409, "invitation-accepted")


async def test_a_mistyped_contact_is_corrected_until_its_owner_has_it(
    identity: Identity, administrator: dict[str, Any]
) -> None:
    doctor = await identity.employed(administrator)
    right = any_phone()
    changed = await _change(identity, administrator, doctor["account_id"], phone=right)
    assert changed.json()["logins"] == [right]
    invited = (await outbox_events(identity.app, StaffInvited))[-1]
    assert invited.data.pii.phone == right
    await identity.accepted(changed.json())
    refused = await _change(identity, administrator, doctor["account_id"], phone=any_phone())
    assert refused.json()["errors"][0]["code"] == "contact-of-owner"


async def test_a_clinics_administrator_reaches_its_own_staff_only(
    identity: Identity, administrator: dict[str, Any]
) -> None:
    own = await identity.administrator_of(administrator, "clinic-1")
    here = [{"role": "doctor", "clinic_id": "clinic-1"}]
    there = [{"role": "doctor", "clinic_id": "clinic-2"}]
    mine = (await identity.employed(own))["account_id"]
    theirs = (await identity.employed(administrator, posts=there))["account_id"]
    both = (await identity.employed(administrator, posts=here + there))["account_id"]

    listed = await identity.client.get("/v1/staff", headers=bearer(own))
    assert {i["account_id"] for i in listed.json()["items"]} == {own["account_id"], mine, both}
    asked = {"clinic_id": "clinic-2"}
    foreign = await identity.client.get("/v1/staff", params=asked, headers=bearer(own))
    assert foreign.json()["items"] == []
    for posts in (there, [{"role": "administrator"}]):
        body = DOCTOR | {"phone": any_phone(), "posts": posts}
        if posts is not there:
            body |= {"practice": None}
        refused = await identity.post("/staff", body, bearer(own) | keyed())
        assert (refused.status_code, refused.json()["code"]) == (403, "foreign-post"), refused.text
        assert (await _change(identity, own, mine, posts=here + there)).status_code == 403

    assert (
        await identity.client.get(f"/v1/staff/{theirs}", headers=bearer(own))
    ).status_code == 404
    assert (await _change(identity, own, theirs, posts=there)).status_code == 404
    for verb in ("dismissal", "reinstatement", "invitation"):
        assert (await _act(identity, own, theirs, verb)).status_code == 404
        assert (await _act(identity, own, both, verb)).json()["code"] == "staff-elsewhere"
    for verb in ("block", "unblock"):
        for account_id, status in ((theirs, 404), (both, 403)):
            done = await identity.post(f"/accounts/{account_id}/{verb}", _WHY, bearer(own))
            assert done.status_code == status
    left = await _change(identity, own, both, posts=there)
    assert (left.status_code, left.json()["posts"]) == (200, there)
    assert (await _act(identity, own, mine, "dismissal")).status_code == 200
    self_made = await _act(identity, own, own["account_id"], "dismissal")
    assert (self_made.status_code, self_made.json()["code"]) == (409, "own-account")


async def test_a_clinics_administrator_finds_and_blocks_no_citizen(
    identity: Identity, administrator: dict[str, Any]
) -> None:
    own, phone = await identity.administrator_of(administrator, "clinic-1"), any_phone()
    citizen = await identity.registered(phone)
    found = await identity.post("/accounts/lookup", {"login": phone}, bearer(own))
    assert found.status_code == 404
    blocked = await identity.post(f"/accounts/{citizen['account_id']}/block", _WHY, bearer(own))
    assert blocked.status_code == 404


async def test_two_who_dismiss_each_other_do_not_both_succeed(
    identity: Identity, administrator: dict[str, Any]
) -> None:
    other = await identity.administrator()
    answers = await asyncio.gather(
        _act(identity, administrator, other["account_id"], "dismissal"),
        _act(identity, other, administrator["account_id"], "dismissal"),
    )
    assert sorted(a.status_code for a in answers) == [200, 403]


async def test_an_id_of_ones_own_is_taken_once(
    identity: Identity, administrator: dict[str, Any]
) -> None:
    made = await identity.employed(administrator, id="doctor-orlova")
    assert made["account_id"] == "doctor-orlova"
    body = DOCTOR | {"phone": any_phone(), "id": "doctor-orlova"}
    taken = await identity.post("/staff", body, bearer(administrator) | keyed())
    assert (taken.status_code, taken.json()["code"]) == (409, "account-exists")


async def test_whose_account_an_administrator_sees_reads_of_it(
    identity: Identity, administrator: dict[str, Any]
) -> None:
    """K7: lists, one account, every change; an administrator's sight of themselves is no line."""
    doctor = await identity.employed(administrator)
    pair, account_id = await identity.accepted(doctor), doctor["account_id"]
    for path in ("/v1/staff", f"/v1/staff/{account_id}"):
        assert (await identity.client.get(path, headers=bearer(administrator))).is_success
    assert (await _change(identity, administrator, account_id)).is_success
    assert (await _act(identity, administrator, account_id, "dismissal")).is_success
    assert (await _act(identity, administrator, account_id, "reinstatement")).is_success
    again = await identity.logged_in(doctor["phone"])
    seen = await identity.client.get("/v1/looks", headers=bearer(again))
    lines = seen.json()["items"]
    assert [line["occasion"] for line in lines] == ["changed"] * 3 + ["standing", "listed"]
    assert {line["role_title"] for line in lines} == {"администратор"}
    own = await identity.client.get("/v1/looks", headers=bearer(administrator))
    assert own.json()["items"] == []
    assert pair["account_id"] == again["account_id"]
