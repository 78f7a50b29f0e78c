"""A clinic's own system hears all of a visit in a topic of its own, and tells what became of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from contracts.partners import AttendanceReported, VisitCommented
from contracts.scheduling import AppointmentAttended, AppointmentMissed
from contracts.visits import VisitChange, VisitReported
from tests.support.service import an_event, deliver, outbox_events
from tests.support.services.scheduling import Desk
from tests.support.tools.encryption import decrypted


async def _reported(desk: Desk) -> list[VisitReported]:
    return [event.data for event in await outbox_events(desk.app, VisitReported)]


async def test_a_clinic_hears_all_that_it_needs_to_enter_a_visit(desk: Desk) -> None:
    """A36: booked, moved, cancelled; papers stand in no event that others read."""
    who = await desk.citizen()
    since = (desk.clock() + timedelta(days=3)).date().isoformat()
    old, new, *_ = await desk.free(doctor_id="doctor-orlova", **{"from": since})
    booked = await desk.booked(who, old["id"])
    path = f"/v1/appointments/{booked['id']}/transfer"
    moved = (await desk.http.post(path, json={"slot_id": new["id"]}, headers=who)).json()
    assert (await desk.cancel(who, booked["id"])).status_code == 200
    first, second, third = await _reported(desk)
    assert [r.change for r in (first, second, third)] == [
        VisitChange.BOOKED,
        VisitChange.MOVED,
        VisitChange.CANCELLED,
    ]
    patient = decrypted(first)
    assert (patient.full_name, patient.birth_date.isoformat()) == (
        "Соколова Анна Сергеевна",
        "1990-04-18",
    )
    assert (patient.policy, patient.snils, patient.phone) == (
        "7758890000000128",
        "11223344595",
        "+79161234567",
    )
    assert decrypted(second) == patient
    assert (second.slot_id, second.talon_number) == (new["id"], moved["talon"]["number"])
    assert decrypted(third).model_dump(exclude_none=True, exclude_defaults=True) == {
        "full_name": "Соколова Анна Сергеевна"
    }
    assert "11223344595" not in first.model_dump_json()


async def _says(desk: Desk, said: Any, seq: int = 1) -> str:
    return await deliver(desk.app, an_event(said, aggregate_id=said.appointment_id, seq=seq))


async def test_a_clinic_tells_who_came_and_comments(desk: Desk) -> None:
    """A10, A33, A36: by the rules of the desk; each has its effect once."""
    who, booked = await desk.late_booking()
    of = booked["id"]
    comment = VisitCommented(appointment_id=of, comment="Кабинет 215, второй этаж.")
    assert await _says(desk, comment) == "handled"
    assert (await desk.read(who, booked))["clinic_comment"] == comment.comment
    missed = AttendanceReported(appointment_id=of, attended=False)
    assert await _says(desk, missed, 2) == "dead-letter", "nobody marks the future"
    desk.clock.now = datetime.fromisoformat(booked["visit"]["ends_at"]) + timedelta(minutes=1)
    assert await _says(desk, missed, 3) == "handled"
    came = AttendanceReported(appointment_id=of, attended=True, comment="Пришла позже.")
    assert await _says(desk, came, 4) == "handled"
    found = await desk.read(who, booked)
    assert (found["status"], found["history"][-1]["note"]) == ("attended", "Пришла позже.")
    assert len(await outbox_events(desk.app, AppointmentMissed)) == 1
    assert len(await outbox_events(desk.app, AppointmentAttended)) == 1


async def test_what_cannot_be_true_is_kept_as_a_dead_letter(desk: Desk) -> None:
    """A36: nobody's visit, and one that is off."""
    unknown = AttendanceReported(appointment_id="a-nobodys", attended=True)
    assert await _says(desk, unknown) == "dead-letter"
    who, booked = await desk.late_booking()
    assert (await desk.cancel(who, booked["id"])).status_code == 200
    desk.clock.now += timedelta(days=5)
    off = AttendanceReported(appointment_id=booked["id"], attended=True)
    assert await _says(desk, off) == "dead-letter"
    comment = VisitCommented(appointment_id=booked["id"], comment="Ждём вас.")
    assert await _says(desk, comment, 2) == "dead-letter"
