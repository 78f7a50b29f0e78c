"""A change says before what it does, and no visit is lost: kept, off, moved, or asked about."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from contracts.partners import AttendanceReported
from contracts.scheduling import AppointmentBooked, AppointmentCancelled, AppointmentMoved
from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.service import Tokens, an_event, deliver, outbox_events
from tests.support.services.scheduling import (
    CLINIC,
    MONDAY,
    Desk,
    doctor_of,
    scheduling,
    slots_made,
)
from tests.support.services.timetables import (
    CANCEL,
    KEEP,
    KUZNETSOV,
    MORNING,
    MOVE,
    ORLOVA,
    Registry,
    weekly,
)

THURSDAY = {"from": "2038-03-04", "to": "2038-03-04"}
HOURS = f"/doctors/{ORLOVA}/timetable"


async def _two_visits(desk: Desk) -> list[tuple[dict[str, str], dict[str, Any]]]:
    """Of two citizens, on Orlova's Thursday."""
    first, second, *_ = await desk.free(doctor_id=ORLOVA, **THURSDAY)
    found = []
    for n, slot in enumerate((first, second)):
        who = await desk.citizen(f"citizen-{n}")
        found.append((who, await desk.booked(who, slot["id"])))
    return found


async def _slots(desk: Desk) -> list[dict[str, Any]]:
    return [dict(d) async for d in find(desk.app, Runtime).mongo.db["slots"].find().sort("_id", 1)]


async def test_a_dry_run_counts_and_changes_nothing(desk: Desk, registry: Registry) -> None:
    """K4: what it affects is listed before."""
    (_, one), (_, other) = await _two_visits(desk)
    before = await _slots(desk)
    answer = (await registry.absence("2038-03-02", "2038-03-05", dry_run=True)).json()
    assert answer["change"] is None
    assert (answer["slots_made"], answer["slots_removed"]) == (0, 78)
    assert answer["visits_affected"] == 2
    assert [v["appointment_id"] for v in answer["visits"]] == [one["id"], other["id"]]
    assert not any(v["movable"] for v in answer["visits"]), "nobody else is there"
    assert "patient" not in str(answer)
    assert await _slots(desk) == before
    assert (await registry.get("/changes"))["items"] == []
    timetable = await registry.get(HOURS)
    assert timetable["absences"] == []


async def test_undecided_visits_are_named_and_nothing_is_done(
    desk: Desk, registry: Registry
) -> None:
    (_, one), (_, other) = await _two_visits(desk)
    before = await _slots(desk)
    only = {"each": [{"appointment_id": one["id"], "fate": "keep"}]}
    answer = await registry.absence("2038-03-04", "2038-03-04", only)
    assert (answer.status_code, answer.json()["code"]) == (409, "visits-undecided")
    (named,) = answer.json()["errors"]
    assert named["pointer"] == f"/visits/{other['id']}"
    assert "04.03.2038 в 14:15, Орлова" in named["detail"]
    assert await _slots(desk) == before


async def test_each_visit_is_kept_or_cancelled_as_was_said(desk: Desk, registry: Registry) -> None:
    """A9: its talon is void, the citizen is told by the event, the agenda has room again."""
    (kept, one), (off, other) = await _two_visits(desk)
    said = {"rest": "cancel", "each": [{"appointment_id": one["id"], "fate": "keep"}]}
    answer = await registry.absence("2038-03-04", "2038-03-04", said)
    assert answer.status_code == 200, answer.text
    change = await registry.get(f"/changes/{answer.json()['change']['id']}")
    assert (change["state"], change["kind"], change["by"]) == ("done", "absence", "registrar-1")
    assert change["visits"] == {"kept": 1, "cancelled": 1, "moved": 0, "undecided": 0}
    listed = (await registry.get(f"/changes/{change['id']}/told"))["items"]
    assert {(v["appointment_id"], v["fate"], v["told_at"] is not None) for v in listed} == {
        (one["id"], "keep", False),
        (other["id"], "cancel", True),
    }, "e27, A16: who was told, and of what"
    looks = (await desk.http.get("/v1/looks", headers=off)).json()["items"]
    assert [look["occasion"] for look in looks] == ["day-list"]
    assert await desk.free(doctor_id=ORLOVA, **THURSDAY) == []
    assert (await desk.read(kept, one))["status"] == "confirmed"
    gone = await desk.read(off, other)
    assert (gone["status"], gone["talon"]["state"]) == ("cancelled", "void")
    assert gone["history"][-1]["by"] == "clinic"
    (event,) = await outbox_events(desk.app, AppointmentCancelled)
    assert (event.data.cancelled_by.value, event.data.reason_code) == ("clinic", "doctor-absent")
    # the kept one stays kept when its time is made anew, and leaves nothing behind
    assert (await desk.cancel(kept, one["id"])).status_code == 200
    assert await desk.free(doctor_id=ORLOVA, **THURSDAY) == []
    # and the doctor is back
    (absence,) = (await registry.get(HOURS))["absences"]
    await registry.done("DELETE", f"{HOURS}/absences/{absence['id']}")
    assert len(await desk.free(doctor_id=ORLOVA, **THURSDAY)) == 20


async def test_a_visit_moves_to_who_stands_in_at_the_same_time(
    desk: Desk, registry: Registry
) -> None:
    """A9, d5: one new talon a move, the former one is void and points to it."""
    (who, one), (_, other) = await _two_visits(desk)
    dry = await registry.absence("2038-03-04", "2038-03-04", MOVE, KUZNETSOV, dry_run=True)
    assert (dry.json()["slots_made"], dry.json()["slots_removed"]) == (20, 18)
    assert all(v["movable"] for v in dry.json()["visits"])
    answer = await registry.absence("2038-03-04", "2038-03-04", MOVE, KUZNETSOV)
    assert answer.status_code == 200, answer.text
    change = await registry.get(f"/changes/{answer.json()['change']['id']}")
    assert (change["state"], change["visits"]["moved"]) == ("done", 2)
    moved = await desk.read(who, one)
    assert moved["doctor_id"] == KUZNETSOV
    assert moved["slot_id"] != one["slot_id"]
    assert moved["visit"]["starts_at"] == one["visit"]["starts_at"]
    assert moved["visit"]["room"] == one["visit"]["room"]
    number = moved["talon"]["number"]
    assert number != one["talon"]["number"]
    events = {
        e.data.appointment_id: e.data for e in await outbox_events(desk.app, AppointmentMoved)
    }
    assert events.keys() == {one["id"], other["id"]}
    told = events[one["id"]]
    assert (told.talon_number, told.former_talon_number) == (number, one["talon"]["number"])
    assert told.former_visit.doctor_name.startswith("Орлова")
    former = await desk.http.get(f"/v1/public/talons/{one['talon']['number']}")
    assert (former.json()["state"], former.json()["replaced_by"]) == ("void", number)
    assert (await desk.http.get(f"/v1/public/talons/{number}")).json()["state"] == "valid"
    page = await desk.http.get(f"/talon/{one['talon']['number']}")
    assert number in page.text
    # the time is theirs: nobody else gets it, and they have nothing else then
    refused = await desk.book(await desk.citizen("citizen-9"), moved["slot_id"])
    assert refused.json()["code"] == "slot-taken"
    same = await desk.free(doctor_id="doctor-morozova", **THURSDAY)
    overlapping = [s for s in same if s["visit"]["starts_at"] == moved["visit"]["starts_at"]]
    for slot in overlapping[:1]:
        assert (await desk.book(who, slot["id"])).json()["code"] == "appointments-overlap"
    assert len(await desk.free(doctor_id=KUZNETSOV, **THURSDAY)) == 20 + 18


async def test_who_cannot_be_moved_has_to_be_decided_otherwise(
    desk: Desk, registry: Registry
) -> None:
    await _two_visits(desk)
    answer = await registry.absence("2038-03-04", "2038-03-04", MOVE)
    assert (answer.status_code, len(answer.json()["errors"])) == (409, 2)
    for unfit in (ORLOVA, "doctor-lebedeva", "doctor-volkova", "nobody"):
        answer = await registry.absence("2038-03-04", "2038-03-04", MOVE, unfit)
        assert (answer.status_code, answer.json()["code"]) == (409, "replacement-unfit"), unfit


async def test_new_hours_and_the_version_that_was_read(desk: Desk, registry: Registry) -> None:
    """K4: If-Match; visits that the new hours still have are not touched."""
    (who, one), _ = await _two_visits(desk)
    read = await desk.http.get(f"/v1/clinics/clinic-1{HOURS}", headers=registry.headers)
    version = read.headers["ETag"]
    body = {"plans": [weekly(minutes=30, room="215", kind="repeat")]}
    assert (await registry.ask("PUT", HOURS, body)).status_code == 428
    dry = (await registry.ask("PUT", HOURS, body, dry_run=True, version=version)).json()
    assert dry["visits_affected"] == 0
    change = await registry.done("PUT", HOURS, body, version=version)
    assert change["state"] == "done"
    found = await desk.free(doctor_id=ORLOVA)
    assert {s["visit"]["starts_at"][:10] for s in found} == {"2038-03-04", "2038-03-11"}
    assert {(s["visit"]["room"], s["visit"]["kind"]) for s in found} == {("215", "repeat")}
    assert (await desk.read(who, one))["visit"]["room"] == "214"
    stale = await registry.ask("PUT", HOURS, body, version=version)
    assert (stale.status_code, stale.json()["code"]) == (412, "changed-meanwhile")
    none = {"plans": [], "visits": CANCEL, "told": "Врач уходит в отпуск"}
    change = await registry.done("PUT", HOURS, none, version="*")
    assert change["visits"]["cancelled"] == 2
    assert await desk.free(doctor_id=ORLOVA) == []
    assert (await desk.read(who, one))["history"][-1]["note"] == "Врач уходит в отпуск"


async def test_rooms_of_two_doctors_are_told_of_and_doubled_hours_are_refused(
    desk: Desk, registry: Registry
) -> None:
    """A room may be shared; a doctor cannot be in two places, whatever their zones."""
    body = {"plans": [weekly(room="215", begins="08:00", ends="13:00")], "visits": CANCEL}
    await registry.done("PUT", HOURS, body, version="*")
    (caution,) = (await registry.get(HOURS))["cautions"]
    assert (caution["code"], "Кузнецов" in caution["detail"]) == ("room-shared", True)
    both = doctor_of(ORLOVA, "clinic-1", "clinic-3")
    assert await deliver(desk.app, an_event(both, aggregate_id=ORLOVA, seq=2)) == "handled"
    ural = Registry(desk, "clinic-3")
    for begins, ends, status in (("10:00", "11:00", 409), ("16:00", "18:00", 200)):
        hours = {"plans": [weekly(room="12", begins=begins, ends=ends)]}
        answer = await ural.ask("PUT", HOURS, hours, version="*")
        assert answer.status_code == status, answer.text
    await slots_made(desk.app)
    assert await desk.free(doctor_id=ORLOVA, clinic_id="clinic-3")


async def test_a_day_that_differs(desk: Desk, registry: Registry) -> None:
    path = f"{HOURS}/exceptions"
    extra = {**MORNING, "begins": "08:00", "ends": "09:00"}
    await registry.done("POST", path, {"day": "2038-03-04", "stretches": [extra], "extra": True})
    assert len(await desk.free(doctor_id=ORLOVA, **THURSDAY)) == 24
    await registry.done("POST", path, {"day": "2038-03-04", "stretches": [extra]})
    assert len(await desk.free(doctor_id=ORLOVA, **THURSDAY)) == 4
    await registry.done("POST", path, {"day": "2038-03-04", "reason": "учёба"})
    assert await desk.free(doctor_id=ORLOVA, **THURSDAY) == []
    assert len((await registry.get(HOURS))["exceptions"]) == 1
    await registry.done("DELETE", f"{path}/2038-03-04")
    assert len(await desk.free(doctor_id=ORLOVA, **THURSDAY)) == 20


async def test_a_closed_day_concerns_the_whole_clinic(desk: Desk, registry: Registry) -> None:
    """A24: of all its doctors, and of nobody else's."""
    (who, one), _ = await _two_visits(desk)
    path = "/closed-days/2038-03-04"
    body = {"reason": "санитарный день"}
    dry = (await registry.ask("POST", path, body, dry_run=True)).json()
    assert (dry["visits_affected"], dry["slots_removed"] > 40) == (2, True)
    assert (await registry.ask("POST", path, body)).json()["code"] == "visits-undecided"
    assert (await registry.get("/closed-days", to="2038-03-07"))["items"] == []
    change = await registry.done("POST", path, {**body, "visits": CANCEL})
    assert (change["timetable_id"], change["visits"]["cancelled"]) == (None, 2)
    assert await desk.free(clinic_id="clinic-1", **THURSDAY) == []
    assert await desk.free(clinic_id="clinic-2", **THURSDAY)
    days = (await registry.get("/closed-days", to="2038-03-09"))["items"]
    assert [(d["day"], d["public_holiday"]) for d in days] == [
        ("2038-03-04", False),
        ("2038-03-08", True),
    ]
    assert (await desk.read(who, one))["status"] == "cancelled"
    await registry.done("DELETE", path)
    assert len(await desk.free(doctor_id=ORLOVA, **THURSDAY)) == 20
    await registry.done(
        "POST", "/closed-days/2038-03-08", {"reason": "дежурный приём", "closed": False}
    )
    assert await desk.free(doctor_id=ORLOVA, **{"from": "2038-03-08", "to": "2038-03-08"})


async def test_whose_doctor_leaves_is_asked_about_and_decided_later(
    desk: Desk, registry: Registry
) -> None:
    """K9: nothing is lost silently, and nobody decided yet."""
    (one_of, one), (other_of, other) = await _two_visits(desk)
    gone = doctor_of(ORLOVA, "clinic-1").model_copy(update={"active": False})
    assert await deliver(desk.app, an_event(gone, aggregate_id=ORLOVA, seq=2)) == "handled"
    await slots_made(desk.app)
    (change,) = (await registry.get("/changes", state="waiting"))["items"]
    assert (change["kind"], change["by"]) == ("dismissal", None)
    path = f"/changes/{change['id']}"
    waiting = (await registry.get(f"{path}/visits"))["items"]
    assert [v["appointment_id"] for v in waiting] == [one["id"], other["id"]]
    assert (await desk.read(one_of, one))["status"] == "confirmed"
    said = {"visits": {"each": [{"appointment_id": one["id"], "fate": "cancel"}]}}
    answer = await registry.ask("POST", f"{path}/decisions", said)
    assert answer.status_code == 200, answer.text
    await slots_made(desk.app)
    after = await registry.get(path)
    assert (after["state"], after["visits"]["undecided"]) == ("waiting", 1)
    assert (await desk.read(one_of, one))["status"] == "cancelled"
    (event,) = await outbox_events(desk.app, AppointmentCancelled)
    assert event.data.reason_code == "doctor-left"
    await registry.ask("POST", f"{path}/decisions", {"visits": KEEP})
    await slots_made(desk.app)
    assert (await registry.get(path))["state"] == "done"
    assert (await desk.read(other_of, other))["status"] == "confirmed"
    again = await registry.ask("POST", f"{path}/decisions", {"visits": KEEP})
    assert (again.status_code, again.json()["code"]) == (409, "nothing-to-decide")
    # told once more, nobody is asked again
    assert await deliver(desk.app, an_event(gone, aggregate_id=ORLOVA, seq=3)) == "handled"
    await slots_made(desk.app)
    assert len((await registry.get("/changes"))["items"]) == 1


async def test_a_late_decision_leaves_visits_that_took_place_alone(
    desk: Desk, registry: Registry
) -> None:
    """K9, A33: one that was attended is not cancelled, nor is its patient told so."""
    (one_of, one), (other_of, other) = await _two_visits(desk)
    gone = doctor_of(ORLOVA, "clinic-1").model_copy(update={"active": False})
    assert await deliver(desk.app, an_event(gone, aggregate_id=ORLOVA, seq=2)) == "handled"
    await slots_made(desk.app)
    (change,) = (await registry.get("/changes", state="waiting"))["items"]
    desk.clock.now = datetime.fromisoformat(one["visit"]["ends_at"])  # the other one begins
    came = AttendanceReported(appointment_id=one["id"], attended=True)
    assert await deliver(desk.app, an_event(came, aggregate_id=one["id"])) == "handled"
    path = f"/changes/{change['id']}"
    await registry.ask("POST", f"{path}/decisions", {"visits": CANCEL})
    await slots_made(desk.app)
    after = await registry.get(path)
    assert (after["state"], after["visits"]["cancelled"]) == ("done", 0)
    assert (await desk.read(one_of, one))["status"] == "attended"
    assert (await desk.read(other_of, other))["status"] == "confirmed"
    assert await outbox_events(desk.app, AppointmentCancelled) == []


async def test_a_clinic_that_closes_is_asked_once_about_all(desk: Desk, registry: Registry) -> None:
    """K2."""
    await _two_visits(desk)
    who = await desk.citizen("citizen-3")
    late = {"from": "2038-03-05"}
    await desk.booked(who, (await desk.free(doctor_id=KUZNETSOV, **late))[0]["id"])
    closing = CLINIC.model_copy(update={"closed_on": date(2038, 3, 4)})
    event = an_event(closing, aggregate_id="clinic-1", seq=2)
    assert await deliver(desk.app, event) == "handled"
    await slots_made(desk.app)
    (change,) = (await registry.get("/changes"))["items"]
    assert (change["kind"], change["state"]) == ("closing", "waiting")
    assert change["visits"]["undecided"] == 3


@pytest.mark.parametrize(
    ("who", "status"),
    [
        (("registrar", "clinic-2"), 403),
        (("administrator", "clinic-2"), 403),
        (("doctor", "clinic-1"), 403),
        (("support", None), 403),
        (("citizen", None), 403),
        (("registrar", None), 403),
        (("administrator", "clinic-1"), 200),
        (("administrator", None), 200),
    ],
)
async def test_timetables_are_the_matter_of_the_clinics_own_people(
    desk: Desk, who: tuple[str, str | None], status: int
) -> None:
    role, clinic = who
    headers = desk.tokens.headers("somebody", role, **({"clinic_id": clinic} if clinic else {}))
    for path in ("/timetables", HOURS, "/closed-days", "/changes"):
        answer = await desk.http.get(f"/v1/clinics/clinic-1{path}", headers=headers)
        assert answer.status_code == status, path
    body = {"reason": "учения"}
    answer = await desk.http.post(
        "/v1/clinics/clinic-1/closed-days/2038-03-03", json=body, headers=headers
    )
    assert answer.status_code == status


async def test_what_is_not_there_and_what_is_wrong_is_named(desk: Desk, registry: Registry) -> None:
    admin = desk.tokens.headers("root", "administrator")
    for path, code in (
        ("/v1/clinics/clinic-9/timetables", "clinic-not-found"),
        ("/v1/clinics/clinic-1/doctors/nobody/timetable", "doctor-not-found"),
        ("/v1/clinics/clinic-1/doctors/doctor-volkova/timetable", "doctor-not-found"),
        ("/v1/clinics/clinic-1/changes/none", "change-not-found"),
    ):
        answer = await desk.http.get(path, headers=admin)
        assert (answer.status_code, answer.json()["code"]) == (404, code)
    bad = {"plans": [weekly(room="999", minutes=1), weekly()]}
    answer = await registry.ask("PUT", HOURS, bad, version="*")
    assert answer.status_code == 422
    assert {e["pointer"] for e in answer.json()["errors"]} >= {
        "/plans/0/weekly/0/room",
        "/plans/0/weekly/0/minutes",
    }
    past = await registry.ask("POST", "/closed-days/2038-02-28", {"reason": "поздно"})
    assert (past.status_code, past.json()["code"]) == (409, "day-past")
    answer = await registry.ask("DELETE", f"{HOURS}/absences/none")
    assert (answer.status_code, answer.json()["code"]) == (404, "absence-not-found")


async def test_nobody_is_booked_twice_by_any_of_this(desk: Desk, registry: Registry) -> None:
    """X1: two confirmed appointments of one slot cannot be, nor two of a doctor's moments."""
    await _two_visits(desk)
    await registry.absence("2038-03-04", "2038-03-04", MOVE, KUZNETSOV)
    booked = [s for s in await _slots(desk) if s["appointment_id"]]
    assert len(booked) == len({(s["doctor_id"], s["starts_at"]) for s in booked}) == 2
    assert len(await outbox_events(desk.app, AppointmentBooked)) == 2


async def test_two_replicas_settle_each_visit_once(
    desk: Desk, registry: Registry, platform: Platform, database: str, tokens: Tokens
) -> None:
    """X6: whoever runs the pieces of a change, and however many do."""
    visits = [(await desk.citizen(f"citizen-{n}")) for n in range(12)]
    slots = await desk.free(doctor_id=ORLOVA, **{"from": "2038-03-02"})
    booked = [
        await desk.booked(who, slot["id"]) for who, slot in zip(visits, slots[::8], strict=False)
    ]
    async with scheduling(platform, database, tokens):
        change = await registry.done("PUT", HOURS, {"plans": [], "visits": CANCEL}, version="*")
        assert change["visits"]["cancelled"] == len(booked) == 12
        events = await outbox_events(desk.app, AppointmentCancelled)
        assert sorted(e.data.appointment_id for e in events) == sorted(b["id"] for b in booked)


async def test_whatever_is_asked_of_slots_and_changes_has_an_index(
    desk: Desk, registry: Registry
) -> None:
    """Nothing here may grow with the timetable."""
    await _two_visits(desk)
    await registry.absence("2038-03-04", "2038-03-04", MOVE, KUZNETSOV)
    db = find(desk.app, Runtime).mongo.db
    soon = {"$gte": MONDAY, "$lt": MONDAY + timedelta(days=5)}
    text = {"$type": "string"}
    questions: list[tuple[str, dict[str, Any], str]] = [
        ("slots", {"timetable_id": f"{ORLOVA}@clinic-1", "starts_at": soon}, "of_timetable"),
        ("slots", {"doctor_id": {"$in": [ORLOVA, KUZNETSOV]}, "starts_at": soon}, "of_doctor"),
        ("slots", {"affected": {"$eq": "c", **text}}, "affected"),
        (
            "slots",
            {
                "free": True,
                "clinic_id": "clinic-1",
                "specialty": {"$in": ["therapist"]},
                "starts_at": {"$in": [MONDAY]},
            },
            "free_by_clinic_and_specialty",
        ),
        ("appointments", {"former_talons": {"$eq": "1", **text}}, "by_former_talon"),
        ("timetables", {"clinic_id": "clinic-1", "_id": {"$gt": ""}}, "clinic_id_1__id_1"),
        ("timetables", {"doctor_id": ORLOVA}, "doctor_id_1__id_1"),
        (
            "timetables",
            {"absences.replacement_id": KUZNETSOV},
            "absences.replacement_id_1__id_1",
        ),
        ("changes", {"clinic_id": "clinic-1", "state": "applying"}, "state_1"),
        ("closed_days", {"clinic_id": "clinic-1", "day": {"$gte": "2038"}}, "of_clinic"),
    ]
    for collection, query, index in questions:
        plan = str((await db[collection].find(query).explain())["queryPlanner"]["winningPlan"])
        assert index in plan, (query, plan)
        assert "COLLSCAN" not in plan
