"""«Сообщить о проблеме»: a citizen writes about a visit, support answers (e36)."""

from __future__ import annotations

from typing import Any

import httpx2

from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.service import keyed
from tests.support.services.scheduling import Desk

WRONG = "В записи чужой адрес клиники."


async def _report(desk: Desk, who: dict[str, str], booked: dict[str, Any]) -> httpx2.Response:
    path = f"/v1/appointments/{booked['id']}/problems"
    return await desk.http.post(path, json={"text": WRONG}, headers={**who, **keyed()})


async def test_a_problem_is_kept_read_and_answered_once(desk: Desk) -> None:
    """e36: and its citizen sees that it was read."""
    who, booked = await desk.late_booking()
    made = (await _report(desk, who, booked)).json()
    support = desk.tokens.headers("support-1", "support", name="Ли Анна")
    (waiting,) = (await desk.http.get("/v1/desk/problems", headers=support)).json()["items"]
    assert (waiting["id"], waiting["text"], waiting["state"]) == (made["id"], WRONG, "open")
    path = f"/v1/desk/problems/{made['id']}/answer"
    said = {"text": "Адрес исправлен, спасибо."}
    assert (await desk.http.post(path, json=said, headers=support)).json()["state"] == "answered"
    again = await desk.http.post(path, json=said, headers=support)
    assert (again.status_code, again.json()["code"]) == (409, "problem-answered")
    mine = await desk.http.get(f"/v1/appointments/{booked['id']}/problems", headers=who)
    assert [one["answer"] for one in mine.json()["items"]] == [said["text"]]
    assert (await desk.http.get("/v1/desk/problems", headers=support)).json()["items"] == []
    looks = (await desk.http.get("/v1/looks", headers=who)).json()["items"]
    assert [look["occasion"] for look in looks] == ["problem", "problem"]


async def test_who_may_not_and_how_many(desk: Desk) -> None:
    who, booked = await desk.late_booking()
    other = await desk.citizen("citizen-2")
    assert (await _report(desk, other, booked)).status_code == 404
    codes = [(await _report(desk, who, booked)).status_code for _ in range(4)]
    assert codes == [201, 201, 201, 409]
    problems = find(desk.app, Runtime).mongo.db["problems"]
    done = {"state": "answered", "answer": {"at": desk.clock.now, "text": "Исправлено."}}
    await problems.update_many({}, {"$set": done})
    first = await problems.find_one({})
    assert first is not None
    await problems.insert_many([{**first, "_id": f"p-{n}"} for n in range(47)])
    over = (await _report(desk, who, booked)).json()
    assert (over["code"], "8-800-555-35-35" in over["detail"]) == ("problems-over", True)
    await problems.update_many({}, {"$set": {"state": "open"}})
    here = desk.tokens.headers("support-3", "support", clinic_id="clinic-1")
    page = (await desk.http.get("/v1/desk/problems?limit=1", headers=here)).json()
    assert (len(page["items"]), page["next_cursor"] is None) == (1, False)
    there = desk.tokens.headers("support-2", "support", clinic_id="clinic-2")
    assert (await desk.http.get("/v1/desk/problems", headers=there)).json()["items"] == []
    assert (await desk.http.get("/v1/desk/problems", headers=who)).status_code == 403
