"""Questions about a threat to life, and where to go with it (A22, A40)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.chassis.http.facilities import find
from services.scheduling.known.domain import Near, Place
from services.scheduling.triage.actions import Triage
from services.scheduling.triage.domain import Said
from services.scheduling.triage.errors import LifeThreateningError
from tests.support.services.scheduling import Desk

MOSCOW = "55.7716,37.6093"


async def test_the_questions_are_there_for_everybody(desk: Desk) -> None:
    found = (await desk.http.get("/v1/red-flags")).json()
    assert found["call"] == ["103", "112"]
    assert {"chest-pain", "fever", "injury"} <= {item["code"] for item in found["items"]}


async def test_the_nearest_department_that_is_open_now_is_first_a40(desk: Desk) -> None:
    found = (await desk.http.get("/v1/emergency", params={"near": MOSCOW})).json()
    assert [d["clinic_id"] for d in found["items"]] == ["clinic-1", "clinic-2"]
    assert [d["open_now"] for d in found["items"]] == [True, True]
    desk.clock.now += timedelta(hours=14)  # 23:00 in Moscow; the first works as its clinic does
    found = (await desk.http.get("/v1/emergency", params={"near": MOSCOW})).json()
    assert [(d["clinic_id"], d["open_now"]) for d in found["items"]] == [
        ("clinic-2", True),
        ("clinic-1", False),
    ]
    assert found["items"][1]["distance_km"] == 0.0
    assert found["items"][0]["phone"]
    around = (await desk.http.get("/v1/emergency", params={"clinic_id": "clinic-3"})).json()
    assert [d["clinic_id"] for d in around["items"]] == ["clinic-3"]
    nowhere = await desk.http.get("/v1/emergency", params={"near": "here"})
    assert (nowhere.status_code, nowhere.json()["errors"][0]["code"]) == (422, "place-format")


async def test_a_threat_to_life_is_refused_with_whom_to_call_and_counted(desk: Desk) -> None:
    triage = find(desk.app, Triage)
    await triage.check(Said("насморк", ()), clinic_id="clinic-1")
    with pytest.raises(LifeThreateningError) as refused:
        await triage.check(Said("давит в груди", ()), clinic_id="clinic-3")
    members = refused.value.members
    assert (members["red_flags"], members["call"]) == (["chest-pain"], ["103", "112"])
    assert [d["clinic_id"] for d in members["departments"]] == ["clinic-3"]  # type: ignore[attr-defined] # a list of departments
    with pytest.raises(LifeThreateningError) as near:
        await triage.check(Said(None, ("injury",)), near=Near(Place(55.77, 37.6), 50))
    assert "103" in near.value.detail
    assert "отделение неотложной помощи" in near.value.detail
    metrics = (await desk.http.get("/metrics")).text
    assert 'red_flags_total{flag="chest-pain"} 1.0' in metrics
