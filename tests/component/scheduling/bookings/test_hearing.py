"""What bookings hear of the clinics' own systems."""

from __future__ import annotations

from contracts.partners import AppointmentAccepted
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
