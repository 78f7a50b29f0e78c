"""What a citizen reads of their bookings: A30, A31, A38, A42 over HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.services.scheduling import SAID, Desk


async def _form(desk: Desk, who: dict[str, str], slot_id: str, **said: Any) -> Any:
    body = {"slot_id": slot_id, **SAID, **said}
    return await desk.http.post("/v1/appointments/form", json=body, headers=who)


async def test_a30_what_a_booking_needs_costs_and_means_is_told_before(desk: Desk) -> None:
    """A33, A41, e21: the digest is the one that booking asks an act for."""
    rule = {"specialty": "therapist", "referral": True, "preparation": ["Натощак."]}
    asks = {"_id": "clinic-1", "assent": "code", "rules": [rule]}
    await find(desk.app, Runtime).mongo.db["receptions"].insert_one(asks)
    who, slot = await desk.citizen(), await desk.late_slot(doctor_id="doctor-orlova")
    told = (await _form(desk, who, slot["id"])).json()
    assert (told["confirmation"], told["visit"]) == ("code", slot["visit"])
    assert [need["code"] for need in told["needs"]] == ["referral"]
    assert (told["asked"]["preparation"], told["price_kopecks"]) == (["Натощак."], None)
    assert told["rules"]["cancel_hours"] == 24
    assert slot["id"] in {s["id"] for s in await desk.free(doctor_id="doctor-orlova")}

    refused = await desk.book(who, slot["id"])
    assert (refused.status_code, refused.json()["code"]) == (403, "confirmation-needed")
    assert (refused.json()["digest"], refused.json()["form"]) == (told["digest"], told["form"])
    act = desk.tokens.act("citizen-1", told["digest"], at=desk.clock.now)
    booked = await desk.booked(who, slot["id"], act=act)
    assert booked["status"] == "pending"


async def test_the_form_refuses_what_booking_would(desk: Desk) -> None:
    """A4, A26: before anybody confirms anything."""
    who, slot = await desk.citizen(), await desk.late_slot(doctor_id="doctor-orlova")
    wrong = await _form(desk, who, slot["id"], reason=None)
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/reason")
    assert (await _form(desk, who, "nowhere")).status_code == 404
    await desk.booked(who, slot["id"])
    taken = await _form(desk, await desk.citizen("citizen-2"), slot["id"])
    assert (taken.status_code, taken.json()["code"]) == (409, "slot-taken")


async def test_the_form_asks_for_threats_to_life_before_anything_else(desk: Desk) -> None:
    """A22: whoever has one is told where to go, not what to prepare for a visit."""
    who, slot = await desk.citizen(), await desk.late_slot(doctor_id="doctor-orlova")
    unasked = await _form(desk, who, slot["id"], red_flags=None)
    assert (unasked.status_code, unasked.json()["errors"][0]["pointer"]) == (422, "/red_flags")
    urgent = await _form(desk, who, slot["id"], symptoms="Давит в груди")
    assert (urgent.status_code, urgent.json()["code"]) == (409, "life-threatening")
    assert urgent.json()["departments"]


async def test_a42_what_was_entered_is_offered_at_the_next_booking(desk: Desk) -> None:
    """Of the last booking, not of the latest visit; a referral is for one visit."""
    who = await desk.citizen()
    nothing = (await desk.http.get("/v1/appointments/prefill", headers=who)).json()
    assert (nothing["appointment_id"], nothing["details"]["symptoms"]) == (None, None)
    early, *_, late = await desk.free(doctor_id="doctor-orlova")
    await desk.booked(who, late["id"], symptoms="Первый раз")
    desk.clock.now += timedelta(minutes=1)
    scan, referral = await desk.uploaded("f1"), await desk.uploaded("f2")
    said = {"symptoms": "Второй раз", "medicines": ["Аспирин"], "file_ids": [scan]}
    booked = await desk.booked(who, early["id"], referral_id=referral, **said)
    found = (await desk.http.get("/v1/appointments/prefill", headers=who)).json()
    assert (found["appointment_id"], found["doctor_id"]) == (booked["id"], "doctor-orlova")
    assert found["details"] == {"reason": "first", "referral_id": None, **said}
    other = await desk.citizen("citizen-2")
    theirs = (await desk.http.get("/v1/appointments/prefill", headers=other)).json()
    assert theirs["appointment_id"] is None


def _sequence(lines: list[str]) -> int:
    (found,) = (line for line in lines if line.startswith("SEQUENCE:"))
    return int(found.removeprefix("SEQUENCE:"))


async def test_a38_a_visit_comes_into_the_calendar_and_out_again(desk: Desk) -> None:
    """One UID, a number that grows, moments in UTC."""
    who, booked = await desk.late_booking()
    path = f"/v1/appointments/{booked['id']}/calendar"
    answer = await desk.http.get(path, headers=who)
    assert answer.headers["content-type"].startswith("text/calendar")
    lines = answer.text.replace("\r\n ", "").split("\r\n")
    assert {f"UID:{booked['id']}", "METHOD:PUBLISH", "STATUS:CONFIRMED"} <= {*lines}
    starts = booked["visit"]["starts_at"]
    assert any(line.startswith("DTSTART:") and line.endswith("Z") for line in lines), starts
    await desk.cancel(who, booked["id"])
    off = (await desk.http.get(path, headers=who)).text.split("\r\n")
    assert {f"UID:{booked['id']}", "METHOD:CANCEL", "STATUS:CANCELLED"} <= {*off}
    assert _sequence(off) > _sequence(lines)
    other = await desk.citizen("citizen-2")
    assert (await desk.http.get(path, headers=other)).status_code == 404


async def test_a31_the_journal_has_every_action_over_pages(desk: Desk) -> None:
    who = await desk.citizen()
    slots = (await desk.free(doctor_id="doctor-orlova"))[-3:]
    visits = []
    for slot in slots:
        visits.append(await desk.booked(who, slot["id"]))
        desk.clock.now += timedelta(minutes=1)
    await desk.cancel(who, visits[0]["id"])
    seen, cursor = [], None
    for _ in range(4):
        asked = {"limit": 1, **({"cursor": cursor} if cursor else {})}
        page = (await desk.http.get("/v1/actions", params=asked, headers=who)).json()
        seen += [(item["step"], item["appointment_id"]) for item in page["items"]]
        cursor = page["next_cursor"]
    assert cursor is None
    assert seen == [
        ("cancelled", visits[0]["id"]),
        *(("booked", visit["id"]) for visit in reversed(visits)),
    ]
    other = await desk.citizen("citizen-2")
    assert (await desk.http.get("/v1/actions", headers=other)).json()["items"] == []
    assert (await desk.http.get("/v1/actions")).status_code == 401
