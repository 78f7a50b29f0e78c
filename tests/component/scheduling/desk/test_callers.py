"""The desk books, moves, cancels and restores for a caller, and the caller sees who did (K8)."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import httpx2

from contracts.identity import ProfileRejected
from contracts.scheduling import (
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentMoved,
    CancelledBy,
)
from tests.support.service import an_event, deliver, keyed, outbox_events
from tests.support.services.scheduling import Desk

WHY = "Звонок пациента."


def registrar(desk: Desk, clinic_id: str = "clinic-1") -> dict[str, str]:
    return desk.tokens.headers("registrar-1", "registrar", name="Ким Елена", clinic_id=clinic_id)


def support(desk: Desk) -> dict[str, str]:
    return desk.tokens.headers("support-1", "support", name="Ли Анна")


async def _post(
    desk: Desk, who: dict[str, str], path: str, key: dict[str, str] | None = None, **body: Any
) -> httpx2.Response:
    headers = {**who, **(key or keyed())}
    return await desk.http.post(f"/v1/desk/appointments{path}", json=body, headers=headers)


async def _journal(desk: Desk, who: dict[str, str]) -> list[tuple[str, str, str | None]]:
    lines = (await desk.http.get("/v1/looks", headers=who)).json()["items"]
    return [(line["occasion"], line["role"], line["why"]) for line in lines]


async def test_a_registrar_books_for_who_stands_at_the_desk(desk: Desk) -> None:
    """K8, e36: at their clinic; once a key; the citizen sees it, and hears of it as always."""
    who = await desk.citizen()
    slot = await desk.late_slot(clinic_id="clinic-1")
    asked = {"citizen_id": "citizen-1", "slot_id": slot["id"]}
    elsewhere = await _post(desk, registrar(desk, "clinic-2"), "", **asked)
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (404, "slot-not-found")
    key = keyed()
    made = await _post(desk, registrar(desk), "", key, **asked)
    again = await _post(desk, registrar(desk), "", key, **asked)
    assert (made.status_code, again.content) == (201, made.content)
    (event,) = await outbox_events(desk.app, AppointmentBooked)
    assert event.data.citizen_id == "citizen-1"
    (mine,) = (await desk.http.get("/v1/appointments", headers=who)).json()["items"]
    assert (mine["id"], mine["history"][0]["by"]) == (made.json()["appointment_id"], "staff")
    assert await _journal(desk, who) == [("booked-by-staff", "registrar", None)]
    assert (await _post(desk, who, "", **asked)).status_code == 403


async def test_k7_a_refusal_is_in_the_journal_and_another_clinics_desk_reads_none(
    desk: Desk,
) -> None:
    """That somebody has a visit then is theirs: whoever learns it is named to them."""
    who, booked = await desk.late_booking()
    begins, ends = booked["visit"]["starts_at"], booked["visit"]["ends_at"]
    same = next(
        slot
        for slot in await desk.free(clinic_id="clinic-2", **{"from": begins[:10]})
        if slot["visit"]["starts_at"] < ends and begins < slot["visit"]["ends_at"]
    )
    asked = {"citizen_id": "citizen-1", "slot_id": same["id"]}
    elsewhere = await _post(desk, registrar(desk), "", **asked)
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (404, "slot-not-found")
    assert await _journal(desk, who) == []
    refused = await _post(desk, registrar(desk, "clinic-2"), "", **asked)
    assert (refused.status_code, refused.json()["code"]) == (409, "appointments-overlap")
    assert await _journal(desk, who) == [("booking-refused", "registrar", None)]


async def test_support_books_anywhere_and_says_why(desk: Desk) -> None:
    who = await desk.citizen()
    slot = await desk.late_slot(clinic_id="clinic-2")
    asked = {"citizen_id": "citizen-1", "slot_id": slot["id"]}
    unsaid = await _post(desk, support(desk), "", **asked)
    assert (unsaid.status_code, unsaid.json()["errors"][0]["pointer"]) == (422, "/reason")
    assert (await _post(desk, support(desk), "", reason=WHY, **asked)).status_code == 201
    assert await _journal(desk, who) == [("booked-by-staff", "support", WHY)]


async def test_what_the_caller_says_goes_with_the_visit(desk: Desk) -> None:
    """K8, A26; A22: a threat to life is no matter for a visit."""
    await desk.citizen()
    slot = await desk.late_slot(clinic_id="clinic-1")
    asked = {"citizen_id": "citizen-1", "slot_id": slot["id"]}
    said = {"symptoms": "Кашель", "red_flags": [], "medicines": ["Аспирин"]}
    unasked = await _post(desk, registrar(desk), "", **asked, details={"symptoms": "Кашель"})
    assert unasked.json()["errors"][0]["pointer"] == "/details/red_flags"
    urgent = await _post(
        desk, registrar(desk), "", **asked, details={**said, "symptoms": "Давит в груди"}
    )
    assert (urgent.status_code, urgent.json()["code"]) == (409, "life-threatening")
    made = (await _post(desk, registrar(desk), "", **asked, details=said)).json()
    assert (made["symptoms"], made["medicines"]) == ("Кашель", ["Аспирин"])


async def test_the_desk_is_told_why_a_person_cannot_be_booked(desk: Desk) -> None:
    """A29: the registry's own reason, and it works again when the data are right."""
    await desk.citizen()
    rejected = ProfileRejected(account_id="citizen-1", mismatches=(), reasons=("name-mismatch",))
    await deliver(desk.app, an_event(rejected, aggregate_id="citizen-1", seq=2))
    slot = await desk.late_slot(clinic_id="clinic-1")
    refused = await _post(desk, registrar(desk), "", citizen_id="citizen-1", slot_id=slot["id"])
    assert (refused.status_code, refused.json()["code"]) == (403, "name-mismatch")


async def test_staff_moves_and_cancels_until_the_visit_begins(desk: Desk) -> None:
    """A13, n21, e31, K8: a minute before, at any hour; not after."""
    who = await desk.citizen()
    slots = await desk.free(clinic_id="clinic-1", doctor_id="doctor-orlova")
    booked = await desk.booked(who, slots[5]["id"])
    path = f"/{booked['id']}/transfer"
    desk.clock.now = datetime.fromisoformat(booked["visit"]["starts_at"]) - timedelta(minutes=1)
    other = await _post(desk, registrar(desk, "clinic-2"), path, slot_id=slots[-1]["id"])
    assert (other.status_code, other.json()["code"]) == (404, "appointment-not-found")
    moved = await _post(desk, support(desk), path, slot_id=slots[-1]["id"], reason=WHY)
    assert moved.status_code == 200, moved.text
    (event,) = await outbox_events(desk.app, AppointmentMoved)
    assert event.data.moved_by is CancelledBy.SUPPORT
    history = (await desk.read(who, booked))["history"]
    assert (history[-1]["by"], history[-1]["note"]) == ("support", WHY)
    begins = datetime.fromisoformat(moved.json()["visit"]["starts_at"])
    desk.clock.now = begins - timedelta(minutes=1)
    off = await _post(desk, registrar(desk), f"/{booked['id']}/cancellation", reason="Просит")
    assert off.json()["status"] == "cancelled"
    (event,) = await outbox_events(desk.app, AppointmentCancelled)
    assert event.data.cancelled_by is CancelledBy.CLINIC
    assert [line[0] for line in await _journal(desk, who)] == ["cancelled", "moved-by-staff"]
    desk.clock.now = begins
    late = await _post(desk, registrar(desk), path, slot_id=slots[-2]["id"])
    assert late.json()["code"] == "already-cancelled"


async def test_a_visit_that_is_off_is_restored_where_its_time_is_free(desk: Desk) -> None:
    """K8, e20: a new visit that names the old one; else a refusal."""
    who, booked = await desk.late_booking()
    path = f"/{booked['id']}/restoration"
    standing = await _post(desk, registrar(desk), path)
    assert (standing.status_code, standing.json()["code"]) == (409, "not-cancelled")
    assert (await desk.cancel(who, booked["id"])).status_code == 200
    assert (await _post(desk, registrar(desk, "clinic-2"), path)).status_code == 404
    answers = await asyncio.gather(
        *(_post(desk, registrar(desk), path) for _ in range(4)),
        desk.book(await desk.citizen("citizen-2"), booked["slot_id"]),
    )
    assert Counter(a.status_code for a in answers) == {201: 1, 409: 4}
    taken = await _post(desk, registrar(desk), path)
    assert (taken.status_code, taken.json()["code"]) == (409, "slot-taken")
    restored = [
        e.data.restores
        for e in await outbox_events(desk.app, AppointmentBooked)
        if e.data.restores is not None
    ]
    assert restored in ([], [booked["id"]])
