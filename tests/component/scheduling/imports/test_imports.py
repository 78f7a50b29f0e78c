"""K10: timetables, absences and closed days out of a file. The clock stands at 1 March 2038."""

from __future__ import annotations

import json
from typing import Any

from tests.support.eventually import eventually
from tests.support.service import keyed
from tests.support.services.scheduling import Desk, slots_made
from tests.support.tools.importer import workbook

Json = dict[str, Any]
ORLOVA = {
    "doctor_id": "doctor-1",
    "clinic_id": "clinic-1",
    "hours": "вт, чт 08:00–10:00",
    "room": "214",
    "minutes": 30,
}


async def send(desk: Desk, file: Json | bytes, **claims: Any) -> Json:
    """Send a file; its import when it is over, with what is refused, and all slots made."""
    content = file if isinstance(file, bytes) else json.dumps(file).encode()
    headers = desk.tokens.headers("kim", "administrator", **claims)
    sent = await desk.http.post("/v1/imports", content=content, headers=headers | keyed())
    assert sent.status_code == 201, sent.text
    address = f"/v1/imports/{sent.json()['id']}"

    async def over() -> Json | None:
        found: Json = (await desk.http.get(address, headers=headers)).json()
        return found if found["state"] in {"applied", "refused"} else None

    found = await eventually(over)
    rows = await desk.http.get(f"{address}/rows?outcome=refused", headers=headers)
    await slots_made(desk.app)
    errors = [
        (r["pointer"], e["pointer"], e["code"]) for r in rows.json()["items"] for e in r["errors"]
    ]
    return found | {"errors": errors}


async def test_hours_become_slots_once(desk: Desk) -> None:
    """Identity's tables in the same file are left to it."""
    file = {"clinics": [{"id": "x"}], "timetables": [ORLOVA]}
    first = await send(desk, file)
    assert first["counts"] == {"timetables": {"added": 1}}, first
    week = {"from": "2038-03-02", "to": "2038-03-04", "doctor_id": "doctor-1"}
    slots = await desk.free(**week)
    assert [slot["visit"]["starts_at"][:16] for slot in slots] == [
        f"2038-03-{day}T{time}"
        for day in ("02", "04")
        for time in ("08:00", "08:30", "09:00", "09:30")
    ]
    assert (await send(desk, file))["counts"] == {"timetables": {"unchanged": 1}}
    file["timetables"] = [ORLOVA | {"hours": "вт 08:00–10:00"}]
    assert (await send(desk, file))["counts"] == {"timetables": {"changed": 1}}
    assert len(await desk.free(**week)) == 4


async def test_a_booked_visit_stays_and_its_clinic_is_asked(desk: Desk) -> None:
    """K4: an import never loses a visit silently."""
    await send(desk, {"timetables": [ORLOVA]})
    who, visit = await desk.late_booking("doctor-1")
    await send(desk, {"timetables": [ORLOVA | {"hours": "пн 08:00–10:00"}]})
    assert (await desk.read(who, visit))["status"] == "confirmed"

    async def asked() -> list[Json]:
        headers = desk.tokens.headers("kim", "administrator")
        address = "/v1/clinics/clinic-1/changes?state=waiting"
        found: list[Json] = (await desk.http.get(address, headers=headers)).json()["items"]
        return found

    assert await eventually(asked)


async def test_absences_and_closed_days_take_slots_away(desk: Desk) -> None:
    file = {
        "timetables": [ORLOVA],
        "absences": [
            {**_who("doctor-1"), "since": "2038-03-02", "until": "2038-03-02", "reason": "учёба"}
        ],
        "closed_days": [{"clinic_id": "clinic-1", "day": "2038-03-04", "reason": "авария"}],
    }
    first = await send(desk, file)
    assert first["state"] == "applied", first
    week = {"from": "2038-03-02", "to": "2038-03-09", "doctor_id": "doctor-1"}
    days = {slot["visit"]["starts_at"][:10] for slot in await desk.free(**week)}
    assert days == {"2038-03-09"}
    again = await send(desk, file)
    assert again["counts"] == {table: {"unchanged": 1} for table in file}


async def test_all_that_is_wrong_is_told_by_its_column(desk: Desk) -> None:
    """Nobody else's clinic, no room, hours that overlap, a day that no calendar has."""
    rows = [
        ORLOVA | {"clinic_id": "clinic-9"},
        ORLOVA | {"doctor_id": "doctor-2", "clinic_id": "clinic-2"},
        ORLOVA | {"doctor_id": "doctor-2", "room": "999", "minutes": 0, "kind": "танцы"},
        ORLOVA | {"hours": "вт 08:00–10:00, 09:00–11:00"},
        ORLOVA | {"clinic_id": "clinic-2", "valid_from": "2038-02-30"},
        {**_who("doctor-2"), "hours": "каждый день", "room": "214"},
    ]
    found = await send(desk, {"timetables": rows})
    assert (found["state"], set(found["errors"])) == (
        "refused",
        {
            ("/timetables/0", "/clinic_id", "clinic-unknown"),
            ("/timetables/1", "/doctor_id", "doctor-unknown"),
            ("/timetables/2", "/room", "room-unknown"),
            ("/timetables/2", "/minutes", "minutes"),
            ("/timetables/2", "/kind", "visit-kind-unknown"),
            ("/timetables/3", "/hours", "overlap"),
            ("/timetables/4", "/valid_from", "date"),
            ("/timetables/5", "/hours", "unreadable-text"),
        },
    )


async def test_nobody_receives_in_two_clinics_at_once(desk: Desk) -> None:
    """The clocks of the clinics differ by three hours."""
    omsk = ORLOVA | {"clinic_id": "clinic-2", "hours": "вт 12:00–13:00"}
    found = await send(desk, {"timetables": [ORLOVA, omsk]})
    assert found["errors"] == [("/timetables/1", "/hours", "hours-overlap")]
    fits = omsk | {"hours": "вт 08:00–10:00"}
    assert (await send(desk, {"timetables": [ORLOVA, fits]}))["state"] == "applied"


async def test_a_clinics_administrator_imports_its_own_hours(desk: Desk) -> None:
    foreign = await send(desk, {"timetables": [ORLOVA]}, clinic_id="clinic-2")
    assert foreign["errors"] == [("/timetables/0", "/clinic_id", "not-your-clinic")]
    own = await send(desk, {"timetables": [ORLOVA]}, clinic_id="clinic-1")
    assert own["state"] == "applied"


async def test_a_sheet_of_hours(desk: Desk) -> None:
    titles = ["Врач", "Клиника", "Часы приёма", "Кабинет", "Вид приёма", "Минут на приём"]
    row = ["doctor-1", "clinic-1", "пн–пт 08:00–12:00", 214, "Повторный приём", 20]
    found = await send(desk, workbook({"Расписания": [titles, row]}))
    assert found["counts"] == {"timetables": {"added": 1}}, found
    (slot, *_) = await desk.free(doctor_id="doctor-1")
    assert slot["visit"]["room"] == "214"


def _who(doctor_id: str) -> Json:
    return {"doctor_id": doctor_id, "clinic_id": "clinic-1"}
