"""A10–A12, A23: pending visits over HTTP, events and timers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from contracts.partners import AppointmentAccepted
from contracts.scheduling import (
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentConfirmed,
    AppointmentFilesShared,
    AppointmentStalled,
    VisitStatus,
)
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from services.scheduling.bookings.actions import PENDING
from tests.support.eventually import eventually
from tests.support.service import an_event, deliver, outbox_events
from tests.support.services.scheduling import Desk


async def _asks(desk: Desk, **asked: Any) -> None:
    """What the clinic of these tests asks of visits."""
    receptions = find(desk.app, Runtime).mongo.db["receptions"]
    await receptions.replace_one({"_id": "clinic-1"}, {"_id": "clinic-1", **asked}, upsert=True)


async def _looked(desk: Desk, appointment_id: str, at: datetime) -> None:
    """The service's clock is there, and the timer comes."""
    desk.clock.now = at
    timers = find(desk.app, Runtime).mongo.db["timers"]
    due = {"$set": {"due_at": datetime(2020, 1, 1, tzinfo=UTC)}}
    assert (await timers.update_one({"_id": f"{PENDING}:{appointment_id}"}, due)).matched_count == 1
    find(desk.app, Runtime).timers.ring({PENDING})

    async def over() -> bool:
        rest = await timers.find_one({"_id": f"{PENDING}:{appointment_id}"})
        return rest is None or (rest["attempts"] == 0 and rest["due_at"].year > 2030)

    assert await eventually(over)


async def _supplied(desk: Desk, who: dict[str, str], booked: Any, **body: Any) -> dict[str, Any]:
    path = f"/v1/appointments/{booked['id']}/documents"
    answer = await desk.http.post(path, json=body, headers=who)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a23_a_referral_that_comes_later_confirms_the_visit(desk: Desk) -> None:
    """A10, A11, e32: pending until then; the talon is ordered by the event."""
    rule = {"specialty": "therapist", "referral": True}
    await _asks(desk, rules=[rule])
    who, slot = await desk.citizen(), await desk.late_slot(doctor_id="doctor-orlova")
    booked = await desk.booked(who, slot["id"])
    assert (booked["status"], booked["status_label"]) == ("pending", "В ожидании")
    assert [need["code"] for need in booked["needs"]] == ["referral"]
    (event,) = await outbox_events(desk.app, AppointmentBooked)
    assert (event.data.status, event.data.needs) == (VisitStatus.PENDING, ("referral",))

    path = f"/v1/appointments/{booked['id']}/documents"
    nothing = await desk.http.post(path, json={}, headers=who)
    others = await desk.uploaded("f9", owner="citizen-2")
    wrong = await desk.http.post(path, json={"referral_id": others}, headers=who)
    assert (nothing.status_code, wrong.status_code) == (422, 422)

    found = await _supplied(desk, who, booked, referral_id=await desk.uploaded("f1"))
    assert (found["status"], found["needs"]) == ("confirmed", [])
    assert [e["step"] for e in found["history"]] == ["booked", "supplied", "confirmed"]
    (told,) = await outbox_events(desk.app, AppointmentConfirmed)
    assert told.data.talon_number == booked["talon"]["number"]
    (shared,) = await outbox_events(desk.app, AppointmentFilesShared)
    assert (shared.data.clinic_id, shared.data.file_ids) == ("clinic-1", ("f1",))


async def test_a26_d2_the_clinic_reads_files_while_the_visit_stands(desk: Desk) -> None:
    who, slot = await desk.citizen(), await desk.late_slot(doctor_id="doctor-orlova")
    booked = await desk.booked(who, slot["id"], file_ids=[await desk.uploaded("f1")])
    await desk.cancel(who, booked["id"])
    shared = [e.data.file_ids for e in await outbox_events(desk.app, AppointmentFilesShared)]
    assert shared == [("f1",), ()]


async def test_a10_the_clinics_word_comes_from_its_system_or_its_desk(desk: Desk) -> None:
    await _asks(desk, accepts=True)
    who = await desk.citizen()
    first, second = (await desk.free(doctor_id="doctor-orlova"))[-2:]
    booked, other = await desk.booked(who, first["id"]), await desk.booked(who, second["id"])
    data = AppointmentAccepted(appointment_id=booked["id"], comment="Натощак.")
    assert await deliver(desk.app, an_event(data, aggregate_id=booked["id"])) == "handled"
    seen = await desk.read(who, booked)
    assert (seen["status"], seen["clinic_comment"]) == ("confirmed", "Натощак.")

    path = f"/v1/desk/appointments/{other['id']}/acceptance"
    away = desk.tokens.headers("registrar-2", "registrar", clinic_id="clinic-2")
    assert (await desk.http.post(path, headers=away)).status_code == 404
    here = desk.tokens.headers("registrar-1", "registrar", clinic_id="clinic-1")
    answer = await desk.http.post(path, json={"comment": "Ждём вас."}, headers=here)
    assert (answer.status_code, answer.json()["status"]) == (200, "confirmed")
    again = await desk.http.post(path, headers=here)
    assert (again.status_code, again.json()["code"]) == (409, "accepted-already")
    assert len(await outbox_events(desk.app, AppointmentConfirmed)) == 2
    looks = (await desk.http.get("/v1/looks", headers=who)).json()["items"]
    assert [look["occasion"] for look in looks] == ["accepted"]


async def test_a12_a_day_without_news_opens_the_way_to_support_once(desk: Desk) -> None:
    await _asks(desk, accepts=True)
    who = await desk.citizen()
    slot = (await desk.free(doctor_id="doctor-orlova"))[-1]
    booked = await desk.booked(who, slot["id"])
    begun = desk.clock.now
    await _looked(desk, booked["id"], begun + timedelta(hours=23))
    assert (await desk.read(who, booked))["support"] is None
    for hours in (24, 30):
        await _looked(desk, booked["id"], begun + timedelta(hours=hours))
    (told,) = await outbox_events(desk.app, AppointmentStalled)
    assert (told.data.needs, told.data.hotline) == (("clinic",), "8-800-555-35-35")
    seen = await desk.read(who, booked)
    assert "8-800-555-35-35" in seen["support"]["detail"]
    assert [e["step"] for e in seen["history"]] == ["booked", "stalled"]


async def test_a10_a_visit_that_nobody_confirms_is_off_before_its_time(desk: Desk) -> None:
    """Its slot goes to somebody else while that is of use, and its citizen is told why."""
    await _asks(desk, accepts=True)
    who, slot = await desk.citizen(), await desk.late_slot(doctor_id="doctor-orlova")
    booked = await desk.booked(who, slot["id"])
    starts_at = datetime.fromisoformat(slot["visit"]["starts_at"])
    await _looked(desk, booked["id"], starts_at - timedelta(hours=3))
    seen = await desk.read(who, booked)
    assert (seen["status"], seen["support"]) == ("cancelled", None)
    (told,) = await outbox_events(desk.app, AppointmentCancelled)
    assert told.data.reason_code == "not-confirmed"
    assert slot["id"] in {s["id"] for s in await desk.free(doctor_id="doctor-orlova")}


async def test_a11_a32_who_owes_a_referral_does_not_hold_the_slot_until_the_end(desk: Desk) -> None:
    """For as long before as one cancels it is somebody else's."""
    await _asks(desk, rules=[{"specialty": "therapist", "referral": True}])
    who, slot = await desk.citizen(), await desk.late_slot(doctor_id="doctor-orlova")
    booked = await desk.booked(who, slot["id"])
    starts_at = datetime.fromisoformat(slot["visit"]["starts_at"])
    await _looked(desk, booked["id"], starts_at - timedelta(hours=24))
    assert (await desk.read(who, booked))["status"] == "cancelled"


async def test_a10_a14_a_visit_that_its_clinic_accepted_is_accepted_anew_where_it_moved(
    desk: Desk,
) -> None:
    """To a near time, too: it is not off at once, and the clinic's next word confirms it."""
    await _asks(desk, accepts=True)
    who = await desk.citizen()
    near, *_, far = await desk.free(doctor_id="doctor-orlova")
    booked = await desk.booked(who, far["id"])
    data = AppointmentAccepted(appointment_id=booked["id"])
    assert await deliver(desk.app, an_event(data, aggregate_id=booked["id"])) == "handled"
    desk.clock.now = datetime.fromisoformat(near["visit"]["starts_at"]) - timedelta(hours=1)
    path = f"/v1/appointments/{booked['id']}/transfer"
    moved = await desk.http.post(path, json={"slot_id": near["id"]}, headers=who)
    assert (moved.status_code, moved.json()["status"]) == (200, "pending"), moved.text
    await _looked(desk, booked["id"], desk.clock.now)
    assert (await desk.read(who, booked))["status"] == "pending"
    again = an_event(data, aggregate_id=booked["id"], seq=2)
    assert await deliver(desk.app, again) == "handled"
    assert (await desk.read(who, booked))["status"] == "confirmed"
