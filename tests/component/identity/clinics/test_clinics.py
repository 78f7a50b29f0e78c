"""Clinics over HTTP: made, changed and closed, each by whom it concerns (K2)."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2

from contracts.identity import ClinicChanged
from tests.support.service import keyed, outbox_events
from tests.support.services.identity import CLINIC, Identity, bearer


async def _change(
    identity: Identity,
    who: dict[str, Any],
    tag: str = "*",
    clinic_id: str = "clinic-1",
    **over: Any,
) -> httpx2.Response:
    headers = bearer(who) | {"If-Match": tag}
    return await identity.client.put(
        f"/v1/clinics/{clinic_id}", json=CLINIC | over, headers=headers
    )


async def test_a_clinic_is_made_once_shown_to_everybody_and_told(
    identity: Identity, administrator: dict[str, Any]
) -> None:
    headers, body = bearer(administrator) | keyed(), CLINIC | {"id": "clinic-1"}
    made = await identity.post("/clinics", body, headers)
    again = await identity.post("/clinics", body, headers)
    assert (made.status_code, again.json()) == (201, made.json()), made.text
    shown = await identity.client.get("/v1/clinics/clinic-1")
    assert (shown.json(), shown.headers["etag"]) == (made.json(), '"1"')
    assert shown.json()["licence"] == {
        "number": "Л041-01137-77/00000045",
        "issued_on": "2020-02-29",
        "valid_until": None,
        "valid": True,
    }
    [event] = await outbox_events(identity.app, ClinicChanged)
    assert (event.aggregateid, event.seq) == ("clinic-1", 1)
    assert (event.data.phone, event.data.rooms[0].number) == ("+74950000045", "214")
    taken = await identity.post("/clinics", body, bearer(administrator) | keyed())
    assert (taken.status_code, taken.json()["code"]) == (409, "clinic-exists")
    same = await identity.post("/clinics", CLINIC, bearer(administrator) | keyed())
    assert (same.status_code, same.json()["code"]) == (409, "clinic-number-taken")
    for bad in ("Clinic 1", "-1", "ю", "a" * 64):
        refused = await identity.post("/clinics", CLINIC | {"id": bad}, headers | keyed())
        assert refused.status_code == 422


async def test_a_stale_tag_changes_nothing_and_the_same_again_is_told_to_nobody(
    identity: Identity, administrator: dict[str, Any]
) -> None:
    await identity.clinic(administrator)
    same = await _change(identity, administrator, '"1"', number="1")
    assert (same.status_code, same.headers["etag"]) == (200, '"1"')
    changed = await _change(identity, administrator, '"1"', number="1", timezone="Asia/Omsk")
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    stale = await _change(identity, administrator, '"1"', name="Другая")
    assert (stale.status_code, stale.json()["code"]) == (412, "changed-meanwhile")
    told = await outbox_events(identity.app, ClinicChanged)
    assert [e.data.timezone for e in told] == ["Europe/Moscow", "Asia/Omsk"]
    bare = await identity.client.put(
        "/v1/clinics/clinic-1", json=CLINIC, headers=bearer(administrator)
    )
    assert bare.status_code == 428


async def test_of_two_writers_one_is_first(
    identity: Identity, administrator: dict[str, Any]
) -> None:
    await identity.clinic(administrator)
    answers = await asyncio.gather(
        *(_change(identity, administrator, '"1"', name=f"Поликлиника {i}") for i in range(4))
    )
    assert sorted(a.status_code for a in answers) == [200, 412, 412, 412]


async def test_wrong_hours_and_zones_are_named_where_they_stand(
    identity: Identity, administrator: dict[str, Any]
) -> None:
    hours = [
        {"weekday": 1, "begins": "20:00", "ends": "08:00"},
        {"weekday": 2, "begins": "07:00", "ends": "09:00"},
    ]
    wrong = CLINIC | {"timezone": "Moon/Base", "ogrn": "1027700000009", "opening_hours": hours}
    answer = await identity.post("/clinics", wrong, bearer(administrator) | keyed())
    assert answer.status_code == 422
    assert {e["pointer"]: e["code"] for e in answer.json()["errors"]} == {
        "/timezone": "timezone-unknown",
        "/ogrn": "ogrn-check-digits",
        "/opening_hours/1": "hours-overlap",
    }


async def test_a_clinics_administrator_changes_that_clinic_and_no_other(
    identity: Identity, administrator: dict[str, Any]
) -> None:
    await identity.clinic(administrator)
    await identity.clinic(administrator, "clinic-2")
    own = await identity.administrator_of(administrator, "clinic-1")
    assert (await _change(identity, own, number="1", name="Новая")).status_code == 200
    assert (await _change(identity, own, clinic_id="clinic-2")).status_code == 404
    assert (await _change(identity, own, clinic_id="nowhere")).status_code == 404
    made = await identity.post("/clinics", CLINIC | {"number": "9"}, bearer(own) | keyed())
    assert (made.status_code, made.json()["code"]) == (403, "forbidden")
    closing = {"closed_on": "2199-01-01", "reason": "ремонт"}
    for verb, body in (("closing", closing), ("reopening", None)):
        refused = await identity.post(f"/clinics/clinic-1/{verb}", body, bearer(own))
        assert refused.status_code == 403
    citizen = await identity.registered()
    assert (await _change(identity, citizen)).status_code == 403


async def test_a_clinic_closes_with_a_day_and_opens_again(
    identity: Identity, administrator: dict[str, Any]
) -> None:
    await identity.clinic(administrator)
    headers = bearer(administrator)
    past = {"closed_on": "2020-01-01", "reason": "ремонт"}
    refused = await identity.post("/clinics/clinic-1/closing", past, headers)
    assert refused.json()["errors"][0]["code"] == "closing-past"
    closing = {"closed_on": "2199-01-01", "reason": "ремонт"}
    done = await identity.post("/clinics/clinic-1/closing", closing, headers)
    assert (done.status_code, done.json()["closed_on"]) == (200, "2199-01-01")
    twice = await identity.post("/clinics/clinic-1/closing", closing, headers)
    assert (twice.status_code, twice.json()["code"]) == (409, "clinic-closed")
    opened = await identity.post("/clinics/clinic-1/reopening", None, headers)
    assert opened.json()["closed_on"] is None
    days = [e.data.closed_on for e in await outbox_events(identity.app, ClinicChanged)]
    assert [str(day) for day in days] == ["None", "2199-01-01", "None"]
    assert "ремонт" not in (await identity.client.get("/v1/clinics/clinic-1")).text


async def test_clinics_are_listed_page_by_page_for_everybody(
    identity: Identity, administrator: dict[str, Any]
) -> None:
    for i in (3, 1, 2):
        await identity.clinic(administrator, f"clinic-{i}")
    first = (await identity.client.get("/v1/clinics", params={"limit": 2})).json()
    after = {"limit": 2, "cursor": first["next_cursor"]}
    second = (await identity.client.get("/v1/clinics", params=after)).json()
    assert [c["id"] for c in [*first["items"], *second["items"]]] == [
        "clinic-1",
        "clinic-2",
        "clinic-3",
    ]
    found = (await identity.client.get("/v1/clinics", params={"number": "2"})).json()
    assert [c["id"] for c in found["items"]] == ["clinic-2"]
