"""A26, A23: what a citizen says of a visit, over HTTP."""

from __future__ import annotations

import asyncio

from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.eventually import eventually
from tests.support.services.scheduling import SAID, Desk

FIRST = {"doctor_id": "doctor-kuznetsov", "kind": "first"}


async def test_a26_a_first_visit_asks_for_reason_and_symptoms_field_by_field(desk: Desk) -> None:
    """What is missing is named at once; the slot stays free, and the same again is welcome."""
    who, slot = await desk.citizen(), await desk.late_slot(**FIRST)
    refused = await desk.book(who, slot["id"], reason=None, symptoms="  ", file_ids=["none"])
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid-input")
    assert [e["pointer"] for e in refused.json()["errors"]] == [
        "/reason",
        "/symptoms",
        "/file_ids/0",
    ]
    assert slot["id"] in {s["id"] for s in await desk.free(**FIRST)}
    assert (await desk.book(who, slot["id"])).status_code == 201


async def test_a26_what_was_said_is_shown_and_kept(desk: Desk) -> None:
    who, slot = await desk.citizen(), await desk.late_slot(**FIRST)
    scan, referral = await desk.uploaded("f1"), await desk.uploaded("f2")
    said = {"medicines": ["Парацетамол"], "file_ids": [scan], "referral_id": referral}
    booked = await desk.booked(who, slot["id"], **said)
    shown = {name: what for name, what in SAID.items() if name != "red_flags"}
    assert booked["details"] == {**shown, **said}
    assert (booked["needs"], booked["support"], booked["price_kopecks"]) == ([], None, None)
    assert await desk.read(who, booked) == booked


async def test_a26_somebody_elses_file_is_not_attached(desk: Desk) -> None:
    """D2: and in the same words as one that is not there."""
    who, slot = await desk.citizen(), await desk.late_slot(**FIRST)
    others = await desk.uploaded("f9", owner="citizen-2")
    (error,) = (await desk.book(who, slot["id"], file_ids=[others])).json()["errors"]
    (unknown,) = (await desk.book(who, slot["id"], file_ids=["f8"])).json()["errors"]
    assert error == unknown
    assert error["code"] == "file-not-ready"


async def test_a_file_that_was_accepted_a_moment_ago_is_waited_for(desk: Desk) -> None:
    who, slot = await desk.citizen(), await desk.late_slot(**FIRST)
    booking = asyncio.create_task(desk.book(who, slot["id"], file_ids=["f1"]))
    await eventually(lambda: find(desk.app, Runtime).permits.taken > 0)
    await desk.uploaded("f1")
    assert (await booking).status_code == 201
