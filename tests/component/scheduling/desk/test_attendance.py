"""The clinic's day: the list, the talon at the desk, who came and who did not (A8, A33)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import httpx2

from contracts.scheduling import AppointmentAttended, AppointmentMissed
from tests.support.service import outbox_events
from tests.support.services.scheduling import Desk

Json = dict[str, Any]


def _registrar(desk: Desk, clinic_id: str = "clinic-1") -> dict[str, str]:
    return desk.tokens.headers("registrar-1", "registrar", name="Ким Елена", clinic_id=clinic_id)


async def _list(desk: Desk, who: dict[str, str], booked: Json, **asked: Any) -> httpx2.Response:
    path = f"/v1/desk/clinics/{booked['clinic_id']}/visits"
    day = booked["visit"]["starts_at"][:10]
    return await desk.http.get(path, params={"day": day, **asked}, headers=who)


async def _mark(
    desk: Desk, who: dict[str, str], booked: Json, mark: str, note: str | None = None
) -> httpx2.Response:
    path = f"/v1/desk/appointments/{booked['id']}/mark"
    return await desk.http.post(path, json={"mark": mark, "note": note}, headers=who)


def _over(desk: Desk, booked: Json) -> None:
    desk.clock.now = datetime.fromisoformat(booked["visit"]["ends_at"]) + timedelta(minutes=1)


async def test_a_registrar_and_a_doctor_see_their_day(desk: Desk) -> None:
    """A8, K7: by time, in pages; what is shown is in the patient's journal."""
    who = await desk.citizen()
    since = (desk.clock() + timedelta(days=3)).date().isoformat()
    slots = await desk.free(doctor_id="doctor-orlova", **{"from": since})
    first, second = [await desk.booked(who, slot["id"]) for slot in slots[:2]]
    here = _registrar(desk)
    page = (await _list(desk, here, first, limit=1)).json()
    assert [v["appointment_id"] for v in page["items"]] == [first["id"]]
    rest = (await _list(desk, here, first, cursor=page["next_cursor"])).json()
    assert [v["appointment_id"] for v in rest["items"]] == [second["id"]]
    assert rest["items"][0]["patient_name"] == "Соколова Анна Сергеевна"
    lines = (await desk.http.get("/v1/looks", headers=who)).json()["items"]
    assert [(n["occasion"], n["role"]) for n in lines] == [("day-list", "registrar")] * 2

    doctor = desk.tokens.headers("doctor-orlova", "doctor", clinic_id="clinic-1")
    assert len((await _list(desk, doctor, first)).json()["items"]) == 2
    other = desk.tokens.headers("doctor-kuznetsov", "doctor", clinic_id="clinic-1")
    named = await _list(desk, other, first, doctor_id="doctor-orlova")
    assert named.json()["items"] == [], "a doctor is shown their own, whoever is named"
    assert (await _list(desk, _registrar(desk, "clinic-2"), first)).status_code == 404
    assert (await _list(desk, who, first)).status_code == 403
    assert (await desk.cancel(who, first["id"])).status_code == 200
    assert len((await _list(desk, here, first)).json()["items"]) == 1


async def test_a_talon_at_the_desk(desk: Desk) -> None:
    """A8: valid, another day, another clinic, past, void with the one that counts, unknown."""
    who = await desk.citizen()
    since = (desk.clock() + timedelta(days=3)).date().isoformat()
    old, new, *_ = await desk.free(doctor_id="doctor-orlova", **{"from": since})
    booked = await desk.booked(who, old["id"])

    async def check(number: str, clinic_id: str = "clinic-1") -> Json:
        answer = await desk.http.get(
            f"/v1/desk/talons/{number}", headers=_registrar(desk, clinic_id)
        )
        found: Json = answer.json()
        return found

    number = booked["talon"]["number"]
    assert (await check(number))["check"] == "wrong-day"
    desk.clock.now = datetime.fromisoformat(booked["visit"]["starts_at"]) - timedelta(hours=25)
    path = f"/v1/appointments/{booked['id']}/transfer"
    moved = (await desk.http.post(path, json={"slot_id": new["id"]}, headers=who)).json()
    void = await check(number)
    assert (void["check"], void["talon"]["replaced_by"]) == ("void", moved["talon"]["number"])
    number = moved["talon"]["number"]
    elsewhere = await check(number, "clinic-2")
    assert (elsewhere["check"], elsewhere["patient_name"]) == ("wrong-clinic", None)
    desk.clock.now = datetime.fromisoformat(moved["visit"]["starts_at"]) - timedelta(minutes=20)
    assert (await check(number))["check"] == "valid"
    _over(desk, moved)
    assert (await check(number))["check"] == "past"
    assert (await check("1234-5678-9018"))["check"] == "unknown"


async def test_who_came_and_who_did_not(desk: Desk) -> None:
    """A8, A33: told once; nobody marks the future; a correction takes the miss away."""
    who, booked = await desk.late_booking()
    here = _registrar(desk)
    early = await _mark(desk, here, booked, "missed")
    assert (early.status_code, early.json()["code"]) == (409, "visit-not-over")
    desk.clock.now = datetime.fromisoformat(booked["visit"]["starts_at"]) - timedelta(minutes=20)
    came = await _mark(desk, here, booked, "came")
    assert came.json()["came_at"] is not None
    _over(desk, booked)
    for _ in range(2):
        assert (await _mark(desk, here, booked, "missed")).json()["status"] == "missed"
    (missed,) = await outbox_events(desk.app, AppointmentMissed)
    assert (missed.data.misses, missed.data.limited_until) == (1, None)
    doctor = desk.tokens.headers("doctor-orlova", "doctor", clinic_id="clinic-1")
    assert (await _mark(desk, doctor, booked, "attended")).json()["status"] == "attended"
    assert len(await outbox_events(desk.app, AppointmentAttended)) == 1
    steps = [e["step"] for e in (await desk.read(who, booked))["history"]]
    assert steps == ["booked", "came", "missed", "attended"]
    for stranger in (
        _registrar(desk, "clinic-2"),
        desk.tokens.headers("doctor-kuznetsov", "doctor", clinic_id="clinic-1"),
    ):
        assert (await _mark(desk, stranger, booked, "missed")).status_code == 404
    support = desk.tokens.headers("support-1", "support")
    assert (await _mark(desk, support, booked, "missed")).status_code == 422, "with a reason"
    occasions = [
        line["occasion"] for line in (await desk.http.get("/v1/looks", headers=who)).json()["items"]
    ]
    assert occasions == ["marked"] * 4


async def test_three_misses_limit_booking_and_the_desk_strikes_a_wrong_one(desk: Desk) -> None:
    """A33: told beforehand at /v1/rules; K8: the desk may book all the same."""
    rules = (await desk.http.get("/v1/rules")).json()
    assert (rules["misses"]["most"], rules["misses"]["active"], rules["cancel_hours"]) == (3, 1, 24)
    who = await desk.citizen()
    since = (desk.clock() + timedelta(days=3)).date().isoformat()
    slots = await desk.free(doctor_id="doctor-orlova", **{"from": since})
    booked = [await desk.booked(who, slot["id"]) for slot in slots[:3]]
    _over(desk, booked[-1])
    for visit in booked:
        assert (await _mark(desk, _registrar(desk), visit, "missed")).status_code == 200
    *_, last = sorted(
        (e.data for e in await outbox_events(desk.app, AppointmentMissed)), key=lambda d: d.misses
    )
    assert last.misses == 3
    assert last.limited_until is not None
    coming = (await desk.free(doctor_id="doctor-orlova"))[-3:]
    await desk.booked(who, coming[0]["id"])
    refused = await desk.book(who, coming[1]["id"])
    assert (refused.status_code, refused.json()["code"]) == (409, "limited-after-misses")
    struck = await _mark(desk, _registrar(desk), booked[0], "struck", "Врач задержался.")
    assert struck.json()["status"] == "confirmed"
    await desk.booked(who, coming[1]["id"])
