"""«Запросить врача» over HTTP: a clock, the desk's answers, and what becomes of them (A19, A21)."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import httpx2

from contracts.scheduling import AppointmentBooked
from contracts.waiting import DoctorRequested, RequestAnswered, RequestEscalated, SlotOffered
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from services.scheduling.requests.domain import DUE
from tests.support.doors import block
from tests.support.service import keyed, outbox_events
from tests.support.services.scheduling import Desk, slots_made
from tests.support.services.waiting import (
    database_of,
    held_for,
    hold_runs_out,
    joined,
    rung,
    slot_of,
)

CARDIOLOGIST = {"clinic_id": "clinic-1", "specialty": "cardiologist"}
TODAY = {
    **CARDIOLOGIST,
    "same_day": True,
    "details": {
        "reason": "first",
        "symptoms": "Перебои в работе сердца с утра",
        "red_flags": [],
    },
}
"""The cardiologist of clinic-1 does not receive on Mondays, and it is Monday, 9:00."""
EXTRA = {
    "doctor_id": "doctor-lebedeva",
    "day": "2038-03-01",
    "time": "16:00",
    "minutes": 20,
    "room": "307",
}


async def _ask(desk: Desk, who: Mapping[str, str], body: Mapping[str, Any]) -> httpx2.Response:
    return await desk.http.post("/v1/requests", json=body, headers={**who, **keyed()})


async def _asked(desk: Desk, who: Mapping[str, str], **over: Any) -> str:
    answer = await _ask(desk, who, {**TODAY, **over})
    assert answer.status_code == 201, answer.text
    found: str = answer.json()["id"]
    return found


def _registrar(desk: Desk, clinic_id: str = "clinic-1") -> dict[str, str]:
    return desk.tokens.headers("registrar-belov", "registrar", clinic_id=clinic_id)


async def _answer(
    desk: Desk, request_id: str, body: Mapping[str, Any], who: Mapping[str, str] | None = None
) -> httpx2.Response:
    path = f"/v1/desk/requests/{request_id}/answer"
    return await desk.http.post(path, json=body, headers=who or _registrar(desk))


async def _mine(desk: Desk, who: Mapping[str, str], request_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await desk.http.get(f"/v1/requests/{request_id}", headers=who)).json()
    return found


async def test_a_desk_opens_an_extra_slot_and_a_yes_books_it(desk: Desk) -> None:
    """A19, A21, e29, n26: held for who asked, seen by nobody else; made anew, it stays."""
    who = await desk.citizen()
    request_id = await _asked(desk, who)
    (told,) = await outbox_events(desk.app, DoctorRequested)
    assert (told.data.same_day, told.data.due_at - desk.clock()) == (True, timedelta(hours=2))

    listed = await desk.http.get("/v1/desk/requests", headers=_registrar(desk))
    (line,) = listed.json()["items"]
    assert (line["id"], line["seconds_left"]) == (request_id, 7200)
    assert "Перебои" not in listed.text
    elsewhere = await desk.http.get("/v1/desk/requests", headers=_registrar(desk, "clinic-2"))
    assert elsewhere.json()["items"] == []
    opened = await desk.http.post(f"/v1/desk/requests/{request_id}/looks", headers=_registrar(desk))
    assert opened.json()["details"]["symptoms"] == TODAY["details"]["symptoms"]  # type: ignore[index]
    looks = (await desk.http.get("/v1/looks", headers=who)).json()["items"]
    assert [look["subject_id"] for look in looks] == [request_id]

    foreign = await _answer(desk, request_id, {"extra": EXTRA}, _registrar(desk, "clinic-2"))
    assert foreign.status_code == 404
    answered = await _answer(desk, request_id, {"extra": EXTRA, "comment": "Возьмите ЭКГ"})
    assert answered.status_code == 200, answered.text
    mine = await _mine(desk, who, request_id)
    assert (mine["state"], mine["outcome"], mine["comment"]) == ("offered", "slot", "Возьмите ЭКГ")
    held = mine["held"]
    assert held["visit"]["starts_at"] == "2038-03-01T16:00:00+03:00"
    today = {"from": "2038-03-01", "to": "2038-03-01", "doctor_id": "doctor-lebedeva"}
    assert await desk.free(**today) == []
    other = await desk.book(await desk.citizen("other"), held["slot_id"])
    assert (other.status_code, other.json()["code"]) == (409, "slot-held")
    await _made_anew(desk)
    assert await held_for(desk, held["slot_id"]) == "citizen-1"

    path = f"/v1/requests/{request_id}/acceptance"
    booked = await desk.http.post(path, headers={**who, **keyed()})
    assert booked.status_code == 201, booked.text
    assert (booked.json()["state"], booked.json()["ended_by"]) == ("ended", "booked")
    (visit,) = (await desk.http.get("/v1/appointments", headers=who)).json()["items"]
    assert visit["id"] == booked.json()["appointment_id"]
    again = await desk.http.post(path, headers={**who, **keyed()})
    assert (again.status_code, again.json()["code"]) == (409, "nothing-held")
    assert (await _answer(desk, request_id, {"comment": "Нет"})).json()["code"] == (
        "answered-already"
    )


async def _accept(
    desk: Desk, who: Mapping[str, str], request_id: str, **said: Any
) -> httpx2.Response:
    path = f"/v1/requests/{request_id}/acceptance"
    return await desk.http.post(path, json=said, headers={**who, **keyed()})


async def test_what_the_desk_found_is_accepted_with_a_code_too_a30_a19(desk: Desk) -> None:
    """e21: a refused yes leaves the slot held; the digest is that of the visit there."""
    who = await desk.citizen(oms=None, snils=None)
    request_id = await _asked(desk, who)
    assert (await _answer(desk, request_id, {"extra": EXTRA})).status_code == 200
    refused = await _accept(desk, who, request_id)
    assert (refused.status_code, refused.json()["code"]) == (403, "confirmation-needed")
    act = desk.tokens.act("citizen-1", refused.json()["digest"], at=desk.clock())
    done = await _accept(desk, who, request_id, act=act)
    assert done.status_code == 201, done.text
    assert done.json()["ended_by"] == "booked"


async def test_what_a_first_visit_needs_may_be_said_with_the_yes(desk: Desk) -> None:
    """A19, A26, A22: asked for without a reason, answered with a first visit."""
    who = await desk.citizen()
    said = {"symptoms": "Перебои в работе сердца", "red_flags": []}
    request_id = await _asked(desk, who, details=said)
    extra = {**EXTRA, "kind": "first"}
    assert (await _answer(desk, request_id, {"extra": extra})).status_code == 200
    refused = await _accept(desk, who, request_id)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/reason")
    flagged = {**said, "red_flags": ["chest-pain"]}
    danger = await _accept(desk, who, request_id, details=flagged)
    assert (danger.status_code, danger.json()["code"]) == (409, "life-threatening")
    done = await _accept(desk, who, request_id, details={**said, "reason": "first"})
    assert done.status_code == 201, done.text
    (visit,) = (await desk.http.get("/v1/appointments", headers=who)).json()["items"]
    assert visit["id"] == done.json()["appointment_id"]


async def test_what_is_held_for_a_blocked_account_goes_to_the_next(desk: Desk) -> None:
    """A19, I9: at once; as the offers of those in line."""
    who, waiting = await desk.citizen(), await desk.citizen("waiting")
    request_id = await _asked(desk, who)
    day = {"from": "2038-03-01", "to": "2038-03-01"}
    await joined(desk, waiting, {"doctor_id": "doctor-lebedeva", **day})
    assert (await _answer(desk, request_id, {"extra": EXTRA})).status_code == 200
    slot_id = (await _mine(desk, who, request_id))["held"]["slot_id"]
    assert await block(desk.app, "citizen-1") == "handled"
    assert await held_for(desk, slot_id) == "waiting"
    stored = await database_of(desk)["requests"].find_one({"_id": request_id})
    assert stored is not None
    assert (stored["state"], stored["held"]) == ("ended", None)


async def _made_anew(desk: Desk) -> None:
    await rung(desk, "make-slots", "doctor-lebedeva@clinic-1")
    await slots_made(desk.app)


async def test_an_unanswered_extra_slot_goes_to_the_line_and_then_to_everybody(desk: Desk) -> None:
    """A18, A19: through the same door as every slot."""
    who, waiting = await desk.citizen(), await desk.citizen("waiting")
    request_id = await _asked(desk, who)
    day = {"from": "2038-03-01", "to": "2038-03-01"}
    await joined(desk, waiting, {"doctor_id": "doctor-lebedeva", **day})
    assert (await _answer(desk, request_id, {"extra": EXTRA})).status_code == 200
    slot_id = (await _mine(desk, who, request_id))["held"]["slot_id"]
    await hold_runs_out(desk, slot_id)
    mine = await _mine(desk, who, request_id)
    assert (mine["state"], mine["ended_by"]) == ("ended", "unanswered")
    assert await held_for(desk, slot_id) == "waiting"
    (offered,) = await outbox_events(desk.app, SlotOffered)
    assert offered.data.slot_id == slot_id
    await hold_runs_out(desk, slot_id)
    assert (await slot_of(desk, slot_id))["free"]


async def test_what_is_found_is_booked_at_once_for_who_said_so(desk: Desk) -> None:
    """A19: and is held instead where it cannot be booked, for the citizen to see why."""
    who, busy = await desk.citizen(), await desk.citizen("busy")
    first = await _asked(desk, who, book_at_once=True)
    second = await _asked(desk, busy, book_at_once=True)
    same_time = await desk.free(doctor_id="doctor-kuznetsov", **{"from": "2038-03-01"})
    clashes = next(s for s in same_time if s["visit"]["starts_at"][11:16] == "16:30")
    await desk.booked(busy, clashes["id"])
    done = await _answer(desk, first, {"extra": EXTRA})
    assert (done.status_code, done.json()["ended_by"]) == (200, "booked")
    assert done.json()["appointment_id"]
    held = await _answer(desk, second, {"extra": {**EXTRA, "time": "16:30"}})
    assert (held.status_code, held.json()["state"]) == (200, "offered"), held.text
    events = await outbox_events(desk.app, RequestAnswered)
    assert [e.data.outcome.value for e in events] == ["slot", "slot"]


async def test_another_clinic_or_a_no_with_its_reason(desk: Desk) -> None:
    """A19, e29: «перенаправить к другому учреждению»."""
    who = await desk.citizen()
    request_id = await _asked(desk, who)
    free = (await desk.free(specialty="therapist", clinic_id="clinic-2"))[0]
    done = await _answer(desk, request_id, {"slot_id": free["id"]})
    assert (done.status_code, done.json()["outcome"]) == (200, "other-clinic"), done.text
    assert await held_for(desk, free["id"]) == "citizen-1"
    taken = await _answer(
        desk, await _asked(desk, await desk.citizen("two")), {"slot_id": free["id"]}
    )
    assert (taken.status_code, taken.json()["code"]) == (409, "slot-not-free")
    withdrawn = await desk.http.post(f"/v1/requests/{request_id}/withdrawal", headers=who)
    assert withdrawn.json()["ended_by"] == "withdrawn"
    assert (await slot_of(desk, free["id"]))["free"]

    request_id = await _asked(desk, who)
    empty = await _answer(desk, request_id, {})
    assert (empty.status_code, empty.json()["errors"][0]["pointer"]) == (422, "/comment")
    no = await _answer(desk, request_id, {"comment": "Кардиолог в отпуске до среды"})
    assert (no.json()["ended_by"], no.json()["comment"]) == (
        "declined",
        "Кардиолог в отпуске до среды",
    )


async def test_an_extra_slot_that_cannot_be_is_refused_in_words(desk: Desk) -> None:
    """A19, A4, A24: overlap with the doctor's visits, or the room's; a day without visits."""
    request_id = await _asked(desk, await desk.citizen())
    cases: list[tuple[dict[str, Any], int, str]] = [
        ({"room": "999"}, 422, "room-unknown"),
        ({"day": "2038-03-02", "time": "08:10"}, 409, "extra-overlaps"),
        ({"room": "215"}, 409, "extra-overlaps"),
        ({"day": "2038-03-08"}, 409, "not-receiving"),
        ({"doctor_id": "doctor-volkova"}, 404, "doctor-not-found"),
        ({"time": "08:00"}, 409, "slot-not-free"),
        ({"kind": "dance"}, 422, "visit-kind"),
    ]
    for over, status, code in cases:
        refused = await _answer(desk, request_id, {"extra": {**EXTRA, **over}})
        problem = refused.json()
        codes = {problem.get("code"), *(e["code"] for e in problem.get("errors", []))}
        assert (refused.status_code, code in codes) == (status, True), (over, problem)
    both = {"extra": EXTRA, "slot_id": "x"}
    assert (await _answer(desk, request_id, both)).status_code == 422


async def test_a_request_that_nobody_answers_is_told_once(desk: Desk) -> None:
    """A21: support sees it, everywhere, and gives a reason for opening it (K7)."""
    who = await desk.citizen()
    request_id = await _asked(desk, who)
    desk.clock.now += timedelta(hours=2)
    for _ in range(2):
        await _rung_again(desk, request_id)
    (told,) = await outbox_events(desk.app, RequestEscalated)
    assert told.data.hotline == "8-800-555-35-35"
    assert (await _mine(desk, who, request_id))["overdue"] is True
    support = desk.tokens.headers("support-1", "support")
    listed = await desk.http.get("/v1/desk/requests?overdue=true", headers=support)
    assert [r["id"] for r in listed.json()["items"]] == [request_id]
    path = f"/v1/desk/requests/{request_id}/looks"
    assert (await desk.http.post(path, headers=support)).status_code == 422
    why = {"reason": "Регистратура не ответила в срок"}
    assert (await desk.http.post(path, json=why, headers=support)).status_code == 200
    assert (await _answer(desk, request_id, {"extra": EXTRA}, support)).status_code == 200


async def _rung_again(desk: Desk, request_id: str) -> None:
    """The timer's second delivery finds that it was told."""
    await find(desk.app, Runtime).transactions.run(
        lambda tx: tx.set_timer(DUE, request_id, desk.clock.now + timedelta(days=1))
    )
    await rung(desk, DUE, request_id)


async def test_who_asks_for_what(desk: Desk) -> None:
    """A21, A22, e28: red flags lead to 103; where there is time nothing is asked for; limits."""
    who = await desk.citizen()
    said = {"reason": "first", "symptoms": "Перебои в сердце"}
    cases: list[tuple[dict[str, Any], int, str]] = [
        ({"details": {}}, 422, "missing"),
        ({"details": said}, 422, "missing"),
        ({"details": {**said, "red_flags": ["chest-pain"]}}, 409, "life-threatening"),
        ({"clinic_id": "nowhere"}, 404, "clinic-not-found"),
        ({"specialty": None, "doctor_id": "doctor-volkova"}, 404, "doctor-not-found"),
        ({"specialty": "therapist"}, 409, "there-is-time"),
        ({"same_day": False}, 422, "missing"),
        ({"same_day": False, "until": "2038-02-28"}, 422, "days-past"),
        ({"same_day": False, "until": "2038-03-03"}, 409, "there-is-time"),
    ]
    for over, status, code in cases:
        refused = await _ask(desk, who, {**TODAY, **over})
        problem = refused.json()
        codes = {problem.get("code"), *(e["code"] for e in problem.get("errors", []))}
        assert (refused.status_code, code in codes) == (status, True), (over, problem)
    assert await outbox_events(desk.app, DoctorRequested) == []
    specialties = ("cardiologist", "neurologist", "surgeon", "ent", "dermatologist")
    answers = await asyncio.gather(
        *(_ask(desk, who, {**TODAY, "specialty": s}) for s in ("cardiologist", *specialties))
    )
    told = Counter(a.json().get("code", 201) for a in answers)
    assert told[201] == 3, told
    assert told["requested-already"] + told["too-many-open-requests"] == 3, told
    desk.clock.now = datetime.fromisoformat("2038-03-01T20:30:00+03:00")
    late = await _ask(desk, await desk.citizen("late"), TODAY)
    assert (late.status_code, late.json()["code"]) == (409, "same-day-over")
    assert await outbox_events(desk.app, AppointmentBooked) == []
