"""Who was at a visit says how it was; everybody sees it, nobody sees who (A35)."""

from __future__ import annotations

from typing import Any

import httpx2

from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.service import an_event, deliver
from tests.support.services.scheduling import Desk, doctor_of


async def _attended(desk: Desk, name: str = "citizen-1") -> tuple[dict[str, str], str]:
    who = await desk.citizen(name)
    visit = await desk.booked(who, (await desk.late_slot(doctor_id="doctor-orlova"))["id"])
    appointments = find(desk.app, Runtime).mongo.db["appointments"]
    await appointments.update_one({"_id": visit["id"]}, {"$set": {"status": "attended"}})
    return who, f"/v1/appointments/{visit['id']}/review"


async def _review(desk: Desk, who: dict[str, str], path: str, **said: Any) -> httpx2.Response:
    return await desk.http.put(path, json={"stars": 5, **said}, headers=who)


async def _doctor(desk: Desk) -> tuple[Any, Any]:
    card = (await desk.http.get("/v1/doctors/doctor-orlova")).json()
    return card["rating"], card["reviews"]


async def test_a_review_counts_at_once_and_is_read_when_it_was_moderated(desk: Desk) -> None:
    who, path = await _attended(desk)
    support = desk.tokens.headers("support-1", "support")
    assert (await desk.http.get(path, headers=who)).json()["code"] == "review-not-found"
    mine = await _review(desk, who, path, stars=4, text="Всё объяснила")
    assert (mine.status_code, mine.json()["state"]) == (200, "waiting"), mine.text
    assert await _doctor(desk) == (4.0, 1)
    public = "/v1/doctors/doctor-orlova/reviews"
    assert (await desk.http.get(public)).json()["items"] == []

    [waiting] = (await desk.http.get("/v1/desk/reviews", headers=support)).json()["items"]
    decision = f"/v1/desk/reviews/{waiting['id']}/decision"
    read = {"written_at": waiting["written_at"]}
    unread = {"written_at": "2026-11-01T09:00:00Z"}
    others = await desk.http.post(decision, json=unread, headers=support)
    assert (others.status_code, others.json()["code"]) == (409, "review-rewritten")
    assert (await desk.http.post(decision, json=read, headers=who)).status_code == 403
    assert (await desk.http.post(decision, json=read, headers=support)).status_code == 200
    twice = await desk.http.post(decision, json=read, headers=support)
    assert twice.json()["code"] == "review-decided"
    [shown] = (await desk.http.get(public)).json()["items"]
    assert (shown["stars"], shown["text"]) == (4, "Всё объяснила")
    assert not {"id", "citizen_id", "author"} & set(shown), "nobody sees who"

    assert (await desk.http.get(path, headers=await desk.citizen("citizen-2"))).status_code == 404
    assert (await desk.http.delete(path, headers=who)).status_code == 204
    assert (await desk.http.delete(path, headers=who)).status_code == 404
    assert await _doctor(desk) == (None, 0)
    assert (await _review(desk, who, path)).json()["state"] == "shown", "one for each visit"
    assert await _doctor(desk) == (5.0, 1)


async def test_a_rejected_review_says_why_and_counts_no_more(desk: Desk) -> None:
    who, path = await _attended(desk)
    support = desk.tokens.headers("support-1", "support")
    await _review(desk, who, path, stars=1, text="Грубые слова")
    [waiting] = (await desk.http.get("/v1/desk/reviews", headers=support)).json()["items"]
    decision = f"/v1/desk/reviews/{waiting['id']}/decision"
    reason = {"reason": "Оскорбления недопустимы.", "written_at": waiting["written_at"]}
    assert (await desk.http.post(decision, json=reason, headers=support)).status_code == 200
    mine = (await desk.http.get(path, headers=who)).json()
    assert (mine["state"], mine["reason"]) == ("rejected", "Оскорбления недопустимы.")
    assert await _doctor(desk) == (None, 0)


async def test_before_the_visit_there_is_nothing_to_say(desk: Desk) -> None:
    who, booked = await desk.late_booking()
    early = await _review(desk, who, f"/v1/appointments/{booked['id']}/review")
    assert (early.status_code, early.json()["code"]) == (409, "visit-not-attended")
    who, path = await _attended(desk)
    assert (await _review(desk, who, path, stars=6)).status_code == 422


async def test_a_rating_outlives_what_identity_says_of_the_doctor(desk: Desk) -> None:
    who, path = await _attended(desk)
    await _review(desk, who, path, stars=3)
    data = doctor_of("doctor-orlova", "clinic-1")
    assert await deliver(desk.app, an_event(data, aggregate_id=data.account_id, seq=9)) == "handled"
    assert await _doctor(desk) == (3.0, 1)
