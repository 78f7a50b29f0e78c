"""Cancelling: until 24 hours before; the slot is free again; the talon is void and kept."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest

from contracts.scheduling import AppointmentBooked, AppointmentCancelled, CancelledBy
from tests.support.service import outbox_events
from tests.support.services.scheduling import Desk


def _starts(booked: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(booked["visit"]["starts_at"])


async def test_cancelling_frees_the_slot_and_voids_the_talon(desk: Desk) -> None:
    """A9, A13, d5."""
    who = await desk.citizen()
    booked = await desk.booked(who, (await desk.late_slot())["id"])
    answer = await desk.http.post(
        f"/v1/appointments/{booked['id']}/cancellation", json={"reason": "Уехал"}, headers=who
    )
    assert answer.status_code == 200
    off = answer.json()
    assert (off["status"], off["talon"]["state"], off["cancel_until"]) == (
        "cancelled",
        "void",
        None,
    )
    assert off["history"][-1]["note"] == "Уехал"
    number = booked["talon"]["number"]
    checked = (await desk.http.get(f"/v1/public/talons/{number}")).json()
    assert checked["state"] == "void"

    (event,) = await outbox_events(desk.app, AppointmentCancelled)
    assert event.seq == 3, "its clinic was told of the booking, too"
    assert event.data.cancelled_by is CancelledBy.CITIZEN
    assert event.data.reason_code == "citizen-request"

    again = await desk.booked(await desk.citizen("citizen-2"), booked["slot_id"])
    assert again["talon"]["number"] != number
    mine = (await desk.http.get("/v1/appointments", headers=who)).json()["items"]
    assert [a["status"] for a in mine] == ["cancelled"]


@pytest.mark.parametrize(
    ("typed", "note"),
    [(" Уехал\u00a0в\r\nКазань\u00ad ", "Уехал в\nКазань"), ("   ", None), ("\u200b\u2028", None)],
)
async def test_a_reason_is_kept_as_it_reads_and_space_is_none(
    desk: Desk, typed: str, note: str | None
) -> None:
    who = await desk.citizen()
    booked = await desk.booked(who, (await desk.late_slot())["id"])
    path = f"/v1/appointments/{booked['id']}/cancellation"
    refused = await desk.http.post(path, json={"reason": "Уехал\x00"}, headers=who)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "control-character")
    off = await desk.http.post(path, json={"reason": typed}, headers=who)
    assert off.json()["history"][-1]["note"] == note


async def test_the_last_moment_of_self_service(desk: Desk) -> None:
    """A13, n21, d3, e31: at 24 h it works, a second later only support helps."""
    who = await desk.citizen()
    booked = await desk.booked(who, (await desk.late_slot())["id"])
    last = _starts(booked) - timedelta(hours=24)
    assert datetime.fromisoformat(booked["cancel_until"]) == last

    desk.clock.now = last + timedelta(seconds=1)
    late = await desk.cancel(who, booked["id"])
    assert (late.status_code, late.json()["code"]) == (409, "cancel-too-late")
    assert "служба поддержки" in late.json()["detail"]
    assert "8-800-555-35-35" in late.json()["detail"]

    desk.clock.now = last
    assert (await desk.cancel(who, booked["id"])).status_code == 200


async def test_support_cancels_later_but_not_after_the_visit_began(desk: Desk) -> None:
    """d3, n21."""
    who = await desk.citizen()
    slots = (await desk.free(clinic_id="clinic-1"))[-2:]
    first, second = [await desk.booked(who, s["id"]) for s in slots]
    support = desk.tokens.headers("support-1", "support")
    path = "/v1/desk/appointments/{}/cancellation"

    desk.clock.now = _starts(first) - timedelta(minutes=5)
    assert (await desk.http.post(path.format(first["id"]), headers=who)).status_code == 403
    done = await desk.http.post(path.format(first["id"]), headers=support)
    assert (done.status_code, done.json()["status"]) == (200, "cancelled")
    (event,) = await outbox_events(desk.app, AppointmentCancelled)
    assert event.data.cancelled_by is CancelledBy.SUPPORT

    desk.clock.now = _starts(second)
    begun = await desk.http.post(path.format(second["id"]), headers=support)
    assert (begun.status_code, begun.json()["code"]) == (409, "visit-begun")


async def test_support_of_one_clinic_cancels_nothing_of_another(desk: Desk) -> None:
    """K9: a clinic's administrator may give that role, at that clinic."""
    who = await desk.citizen()
    slot = (await desk.free(clinic_id="clinic-1"))[-1]
    booked = await desk.booked(who, slot["id"])
    path = f"/v1/desk/appointments/{booked['id']}/cancellation"
    there = desk.tokens.headers("support-2", "support", clinic_id="clinic-2")
    refused = await desk.http.post(path, headers=there)
    unknown = await desk.http.post(path.replace(booked["id"], "x"), headers=there)
    assert (refused.status_code, unknown.status_code) == (404, 404)
    assert refused.json()["detail"] == unknown.json()["detail"]
    here = desk.tokens.headers("support-1", "support", clinic_id="clinic-1")
    assert (await desk.http.post(path, headers=here)).status_code == 200


async def test_two_cancellations_race_and_one_wins(desk: Desk) -> None:
    """Two writers of one aggregate: one event, one clear refusal."""
    who = await desk.citizen()
    booked = await desk.booked(who, (await desk.late_slot())["id"])
    answers = await asyncio.gather(*(desk.cancel(who, booked["id"]) for _ in range(8)))
    assert Counter(a.status_code for a in answers) == {200: 1, 409: 7}
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"already-cancelled"}
    assert len(await outbox_events(desk.app, AppointmentCancelled)) == 1


async def test_a_freed_slot_is_fought_for_and_won_once(desk: Desk) -> None:
    """A4, A9: cancelling and booking at the same time never oversells."""
    owner = await desk.citizen()
    booked = await desk.booked(owner, (await desk.late_slot())["id"])
    people = [await desk.citizen(f"citizen-{n}") for n in range(2, 22)]
    _, *answers = await asyncio.gather(
        desk.cancel(owner, booked["id"]), *(desk.book(p, booked["slot_id"]) for p in people)
    )
    won = [a for a in answers if a.status_code == 201]
    assert len(won) <= 1
    assert {a.json()["code"] for a in answers if a.status_code != 201} <= {"slot-taken"}
    assert len(await outbox_events(desk.app, AppointmentBooked)) == 1 + len(won)
    last = await desk.book(people[-1], booked["slot_id"])
    assert last.status_code == (409 if won else 201)
