"""A clinic says what it asks of visits, and its cards show it (A23, A27, A30, A41)."""

from __future__ import annotations

from typing import Any

from contracts.scheduling import AppointmentBooked, AppointmentConfirmed
from tests.support.service import outbox_events
from tests.support.services.scheduling import SAID, Desk

PATH = "/v1/clinics/clinic-1/reception"
RULES: dict[str, Any] = {
    "assent": "code",
    "rules": [
        {
            "specialty": "cardiologist",
            "referral": True,
            "preparation": ["Возьмите прежние ЭКГ"],
            "tests": ["therapist"],
            "price_kopecks": 250_000,
        },
        {"specialty": "therapist", "doctor_id": "doctor-orlova", "documents": ["Выписка"]},
    ],
}


def _registrar(desk: Desk, clinic: str = "clinic-1") -> dict[str, str]:
    return desk.tokens.headers("registrar-1", "registrar", clinic_id=clinic)


async def test_rules_are_kept_by_revision_and_shown_on_the_cards(desk: Desk) -> None:
    before = await desk.http.get(PATH)
    assert (before.headers["ETag"], before.json()["rules"]) == ('"0"', [])
    who = _registrar(desk)
    assert (await desk.http.put(PATH, json=RULES, headers=who)).status_code == 428
    kept = await desk.http.put(PATH, json=RULES, headers={**who, "If-Match": '"0"'})
    assert (kept.status_code, kept.headers["ETag"]) == (200, '"1"'), kept.text
    late = await desk.http.put(PATH, json=RULES, headers={**who, "If-Match": '"0"'})
    assert late.json()["code"] == "changed-meanwhile"
    again = await desk.http.put(PATH, json=RULES, headers={**who, "If-Match": '"1"'})
    assert again.headers["ETag"] == '"2"'

    clinic = (await desk.http.get("/v1/clinics/clinic-1")).json()
    assert clinic["reception"]["assent"] == "code"
    assert clinic["reception"]["rules"][0]["tests"] == [{"code": "therapist", "title": "Терапевт"}]
    doctor = (await desk.http.get("/v1/doctors/doctor-lebedeva")).json()
    [here] = doctor["receptions"]
    [rule] = here["rules"]
    assert (here["clinic_id"], rule["referral"], rule["price_kopecks"]) == (
        "clinic-1",
        True,
        250_000,
    )
    other = (await desk.http.get("/v1/doctors/doctor-kuznetsov")).json()
    assert other["receptions"][0]["rules"] == [], "the rule is another doctor's"


async def test_whose_clinic_it_is_not_is_refused_and_so_is_what_nobody_knows(desk: Desk) -> None:
    stranger = {**_registrar(desk, "clinic-2"), "If-Match": "*"}
    assert (await desk.http.put(PATH, json=RULES, headers=stranger)).json()["code"] == (
        "clinic-not-yours"
    )
    nowhere = await desk.http.get("/v1/clinics/clinic-99/reception")
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "clinic-not-found")
    wrong = {
        "assent": "nod",
        "rules": [{"specialty": "wizard"}, {"specialty": "therapist", "doctor_id": "doctor-9"}],
    }
    who = {**_registrar(desk), "If-Match": "*"}
    answer = await desk.http.put(PATH, json=wrong, headers=who)
    assert answer.status_code == 422
    assert [e["pointer"] for e in answer.json()["errors"]] == [
        "/assent",
        "/rules/0/specialty",
        "/rules/1/doctor_id",
    ]


async def test_a_referral_that_the_clinic_asks_for_makes_a_visit_pending(desk: Desk) -> None:
    who = {**_registrar(desk), "If-Match": "*"}
    rules = {"rules": [{"specialty": "cardiologist", "referral": True}]}
    assert (await desk.http.put(PATH, json=rules, headers=who)).status_code == 200
    citizen = await desk.citizen()
    slot = await desk.late_slot(doctor_id="doctor-lebedeva")
    assert (await desk.booked(citizen, slot["id"]))["status"] == "pending"


async def test_a39_required_tests_are_offered_for_the_day_of_the_visit(desk: Desk) -> None:
    """In the same clinic, over before the visit begins; where there is no time, it is said."""
    who = {**_registrar(desk), "If-Match": "*"}
    rules = {"rules": [{"specialty": "cardiologist", "tests": ["therapist", "oncologist"]}]}
    assert (await desk.http.put(PATH, json=rules, headers=who)).status_code == 200
    citizen = await desk.citizen()
    day = (await desk.late_slot(doctor_id="doctor-lebedeva"))["visit"]["starts_at"][:10]
    last = (await desk.free(doctor_id="doctor-lebedeva", **{"from": day, "to": day}))[-1]
    visit = await desk.booked(citizen, last["id"])
    path = f"/v1/appointments/{visit['id']}/tests"
    therapist, oncologist = (await desk.http.get(path, headers=citizen)).json()["items"]
    assert (therapist["title"], therapist["reason"]) == ("Терапевт", None)
    assert len(therapist["slots"]) == 5
    for slot in therapist["slots"]:
        assert slot["visit"]["starts_at"][:10] == day
        assert slot["visit"]["ends_at"] <= visit["visit"]["starts_at"]
        assert slot["visit"]["clinic_name"] == visit["visit"]["clinic_name"]
    assert oncologist["slots"] == []
    assert "свободного времени" in oncologist["reason"]
    stranger = await desk.citizen("citizen-2")
    assert (await desk.http.get(path, headers=stranger)).status_code == 404


async def test_a11_a_consent_that_the_clinic_asks_for_is_given_once(desk: Desk) -> None:
    """It is told before, on the card and in the form; where the visit moves, it is there."""
    rule = {"specialty": "cardiologist", "consent": True}
    asked = {**_registrar(desk), "If-Match": "*"}
    assert (await desk.http.put(PATH, json={"rules": [rule]}, headers=asked)).status_code == 200
    [here] = (await desk.http.get("/v1/doctors/doctor-lebedeva")).json()["receptions"]
    assert [rule["consent"] for rule in here["rules"]] == [True]

    who = await desk.citizen()
    *_, early, late = await desk.free(doctor_id="doctor-lebedeva")
    body = {"slot_id": early["id"], **SAID}
    told = (await desk.http.post("/v1/appointments/form", json=body, headers=who)).json()
    booked = await desk.booked(who, early["id"])
    label = "Подтвердите согласие на приём"
    assert told["needs"] == booked["needs"] == [{"code": "consent", "label": label}]
    assert booked["status"] == "pending"
    (event,) = await outbox_events(desk.app, AppointmentBooked)
    assert event.data.needs == ("consent",)

    path = f"/v1/appointments/{booked['id']}"
    given = await desk.http.post(f"{path}/documents", json={"consent": True}, headers=who)
    assert (given.json()["status"], given.json()["needs"]) == ("confirmed", [])
    assert len(await outbox_events(desk.app, AppointmentConfirmed)) == 1
    moved = await desk.http.post(f"{path}/transfer", json={"slot_id": late["id"]}, headers=who)
    assert (moved.json()["status"], moved.json()["needs"]) == ("confirmed", [])
