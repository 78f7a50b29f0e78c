"""What bookings hear of the clinics' own systems."""

from __future__ import annotations

from contracts.partners import AppointmentAccepted, AttendanceReported, VisitCommented
from tests.support.service import an_event, deliver
from tests.support.services.scheduling import Desk


async def test_the_clinic_accepts_with_a_comment(desk: Desk) -> None:
    """A10, A36: the comment reaches the patient; twice changes nothing."""
    who, booked = await desk.late_booking()
    data = AppointmentAccepted(appointment_id=booked["id"], comment="Натощак.")
    event = an_event(data, aggregate_id=booked["id"])
    assert [await deliver(desk.app, event) for _ in range(2)] == ["handled", "duplicate"]
    seen = await desk.read(who, booked)
    assert seen["clinic_comment"] == "Натощак."
    assert [e["step"] for e in seen["history"]] == ["booked", "accepted-by-clinic"]


async def test_a_fact_about_an_unknown_appointment_is_a_dead_letter(desk: Desk) -> None:
    data = AppointmentAccepted(appointment_id="nobody", comment=None)
    assert await deliver(desk.app, an_event(data, aggregate_id="nobody")) == "dead-letter"


async def test_what_is_said_of_a_former_time_changes_nothing(desk: Desk) -> None:
    """A10, A14, A36: a late answer is no dead letter; one under a talon of nobody is."""
    who, booked = await desk.late_booking()
    key, talon = booked["id"], booked["talon"]["number"]
    near = (await desk.free(doctor_id="doctor-orlova"))[0]
    path = f"/v1/appointments/{key}/transfer"
    moved = (await desk.http.post(path, json={"slot_id": near["id"]}, headers=who)).json()
    late = [
        AppointmentAccepted(appointment_id=key, talon_number=talon, comment="Кабинет 1."),
        VisitCommented(appointment_id=key, talon_number=talon, comment="Натощак."),
        AttendanceReported(appointment_id=key, talon_number=talon, attended=False),
    ]
    for seq, said in enumerate(late, 1):
        event = an_event(said, aggregate_id=key, seq=seq)
        assert await deliver(desk.app, event) == "handled"
    assert await desk.read(who, booked) == moved
    now = AppointmentAccepted(appointment_id=key, talon_number=moved["talon"]["number"])
    assert await deliver(desk.app, an_event(now, aggregate_id=key, seq=4)) == "handled"
    assert (await desk.read(who, booked))["history"][-1]["step"] == "accepted-by-clinic"
    other = VisitCommented(appointment_id=key, talon_number="0000-0000-0000", comment="Натощак.")
    assert await deliver(desk.app, an_event(other, aggregate_id=key, seq=5)) == "dead-letter"
