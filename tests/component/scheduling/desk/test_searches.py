"""Staff find visits within their clinics, and whoever was shown one is in its patient's journal."""

from __future__ import annotations

from typing import Any

from tests.support.services.scheduling import Desk

Json = dict[str, Any]
KIM = {"name": "Ким Елена Олеговна", "position": "регистратор"}


def _staff(desk: Desk, role: str = "registrar", **claims: Any) -> dict[str, str]:
    return desk.tokens.headers(f"{role}-1", role, **{**KIM, **claims})


async def _search(desk: Desk, who: dict[str, str], **asked: Any) -> tuple[int, Json]:
    answer = await desk.http.post("/v1/desk/searches", json=asked, headers=who)
    return answer.status_code, answer.json()


async def _journal(desk: Desk, who: dict[str, str]) -> list[Json]:
    answer = await desk.http.get("/v1/looks", headers=who)
    assert answer.status_code == 200, answer.text
    found: list[Json] = answer.json()["items"]
    return found


async def test_the_desk_finds_visits_of_its_own_clinic(desk: Desk) -> None:
    """K7: by talon or by citizen; another clinic's are not found, and nothing is written there."""
    patient, booked = await desk.late_booking()
    here = _staff(desk, clinic_id=booked["clinic_id"])
    status, found = await _search(desk, here, talon_number=booked["talon"]["number"])
    assert status == 200
    (visit,) = found["items"]
    assert visit["appointment_id"] == booked["id"]
    assert visit["starts_at"] == booked["visit"]["starts_at"]
    assert booked["visit"]["specialty"] not in str(found), "to whom is not told by a search"
    assert await _search(desk, here, citizen_id="citizen-1") == (200, found)

    elsewhere = _staff(desk, clinic_id="clinic-2")
    for asked in ({"talon_number": visit["talon_number"]}, {"citizen_id": "citizen-1"}):
        assert await _search(desk, elsewhere, **asked) == (200, {"items": []})
    lines = await _journal(desk, patient)
    assert [line["occasion"] for line in lines] == ["found", "found"]
    line = lines[0]
    assert (line["name"], line["position"]) == (KIM["name"], KIM["position"])
    assert (line["role"], line["clinic_id"]) == ("registrar", booked["clinic_id"])
    assert line["clinic"] == booked["visit"]["clinic_name"]
    assert (line["subject"], line["subject_id"]) == ("visit", booked["id"])


async def test_support_sees_every_clinic_and_says_why(desk: Desk) -> None:
    """K7: the patient reads the reason."""
    patient, booked = await desk.late_booking()
    support = _staff(desk, "support")
    status, refused = await _search(desk, support, citizen_id="citizen-1")
    assert (status, refused["errors"][0]["pointer"]) == (422, "/reason")
    assert await _journal(desk, patient) == []

    why = "Звонок пациента: просит отменить запись."
    status, found = await _search(desk, support, citizen_id="citizen-1", reason=why)
    assert [visit["appointment_id"] for visit in found["items"]] == [booked["id"]]
    path = f"/v1/desk/appointments/{booked['id']}/cancellation"
    assert (await desk.http.post(path, headers=support)).status_code == 200
    told = {(line["occasion"], line["why"]) for line in await _journal(desk, patient)}
    assert told == {("cancelled", None), ("found", why)}  # of one moment: in either order


async def test_a_checked_talon_is_in_the_journal(desk: Desk) -> None:
    """A8, K7: of the clinic's own visits; who is shown the public part only is not."""
    patient, booked = await desk.late_booking()
    path = f"/v1/desk/talons/{booked['talon']['number']}"
    assert not (await desk.http.get(path, headers=_staff(desk, clinic_id="clinic-2"))).json()[
        "here"
    ]
    assert await _journal(desk, patient) == []
    here = _staff(desk, clinic_id=booked["clinic_id"])
    assert (await desk.http.get(path, headers=here)).json()["here"]
    assert [line["occasion"] for line in await _journal(desk, patient)] == ["talon-checked"]


async def test_searches_that_are_refused(desk: Desk) -> None:
    patient, booked = await desk.late_booking()
    here = _staff(desk, clinic_id="clinic-1")
    for asked in ({}, {"talon_number": booked["talon"]["number"], "citizen_id": "citizen-1"}):
        status, refused = await _search(desk, here, **asked)
        assert (status, {e["code"] for e in refused["errors"]}) == (422, {"one-of"})
    status, refused = await _search(desk, here, talon_number="1234-5678-9012")
    assert (status, refused["code"]) == (422, "talon-number-invalid")
    assert refused["errors"][0]["pointer"] == "/talon_number"
    for stranger in (patient, _staff(desk, "doctor", clinic_id="clinic-1"), _staff(desk, "sre")):
        assert (await _search(desk, stranger, citizen_id="citizen-1"))[0] == 403
    nobody = await desk.http.get("/v1/looks")
    assert nobody.status_code == 401
    other = await desk.citizen("citizen-2")
    assert await _journal(desk, other) == []
