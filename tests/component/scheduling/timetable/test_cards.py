"""Cards of clinics and doctors, and what an ended licence means for a booking (A2, A3)."""

from __future__ import annotations

from datetime import date, time

import pytest

from contracts.clinics import (
    Conference,
    OpeningHours,
    Permit,
    Place,
    Practice,
    Qualification,
)
from tests.support.service import an_event, deliver
from tests.support.services.scheduling import CLINIC, MONDAY, Desk, doctor_of

LICENCE = Permit(number="Л041-1", issued_on=date(2030, 1, 1), valid_until=date(2038, 3, 3))


async def _heard(desk: Desk, seq: int = 2, **changed: object) -> None:
    data = CLINIC.model_copy(update=changed)
    event = an_event(data, aggregate_id=data.clinic_id, seq=seq)
    assert await deliver(desk.app, event) == "handled"


async def test_a_clinics_card_says_how_its_permits_stand_a3(desk: Desk) -> None:
    await _heard(
        desk,
        licence=LICENCE,
        accreditation=Permit(
            number="А-1", issued_on=date(2030, 1, 1), valid_until=date(2038, 2, 28)
        ),
        place=Place(latitude=55.76, longitude=37.62),
        opening_hours=(OpeningHours(weekday=1, begins=time(8), ends=time(20)),),
        insurance=("ОМС",),
    )
    card = (await desk.http.get("/v1/clinics/clinic-1")).json()
    assert (card["licence"]["standing"], card["licence"]["said"]) == (
        "ends",
        "действует по 03.03.2038",
    )
    assert card["accreditation"]["standing"] == "ended"
    assert card["place"] == {"latitude": 55.76, "longitude": 37.62}
    assert card["opening_hours"] == [{"weekday": 1, "begins": "08:00:00", "ends": "20:00:00"}]
    assert (card["insurance"], card["organisation"]) == (["ОМС"], CLINIC.organisation)
    desk.clock.now = MONDAY.replace(day=4)
    card = (await desk.http.get("/v1/clinics/clinic-1")).json()
    assert card["licence"]["standing"] == "ended", "seen at the read, no event needed"


async def test_a_doctors_card_says_how_certificates_stand_a3(desk: Desk) -> None:
    practice = Practice(
        specialties=("therapist",),
        practising_since=2009,
        qualifications=(
            Qualification(
                number="С-1",
                specialty="therapist",
                issued_on=date(2033, 1, 1),
                valid_until=date(2038, 1, 1),
            ),
            Qualification(number="С-2", specialty="therapist", issued_on=date(2038, 1, 1)),
        ),
        conferences=(Conference(title="Терапия", year=2037),),
    )
    told = doctor_of("doctor-orlova", "clinic-1").model_copy(update={"practice": practice})
    event = an_event(told, aggregate_id="doctor-orlova", seq=2)
    assert await deliver(desk.app, event) == "handled"
    card = (await desk.http.get("/v1/doctors/doctor-orlova")).json()
    assert [q["standing"] for q in card["qualifications"]] == ["ended", "valid"]
    assert card["qualifications"][0]["specialty"]["title"] == "Терапевт"
    assert [c["id"] for c in card["clinics"]] == ["clinic-1"]
    assert card["clinics"][0]["licence"]["standing"]
    assert (card["experience_years"], card["conferences"][0]["year"]) == (29, 2037)


@pytest.mark.parametrize("path", ["/v1/clinics/nowhere", "/v1/doctors/nobody"])
async def test_who_is_not_there_has_no_card(desk: Desk, path: str) -> None:
    assert (await desk.http.get(path)).status_code == 404


async def test_a_clinic_whose_licence_ends_takes_no_bookings_after_it_a3(desk: Desk) -> None:
    who = await desk.citizen()
    slots = await desk.free(doctor_id="doctor-orlova")
    early = next(s for s in slots if s["visit"]["starts_at"] < "2038-03-04")
    late = next(s for s in slots if s["visit"]["starts_at"] > "2038-03-04")
    await _heard(desk, licence=LICENCE)
    refused = await desk.book(who, late["id"])
    assert (refused.status_code, refused.json()["code"]) == (409, "licence-ended")
    assert "по 03.03.2038" in refused.json()["detail"]
    assert late["id"] in {s["id"] for s in await desk.free(doctor_id="doctor-orlova")}
    assert (await desk.book(who, early["id"])).status_code == 201


async def test_a_clinic_that_has_closed_takes_no_bookings_a3(desk: Desk) -> None:
    who = await desk.citizen()
    slot = await desk.late_slot(clinic_id="clinic-1")
    await _heard(desk, closed_on=date(2038, 3, 2))
    refused = await desk.book(who, slot["id"])
    assert refused.status_code in (404, 409)
    assert refused.json()["code"] in ("clinic-shut", "slot-not-found")
