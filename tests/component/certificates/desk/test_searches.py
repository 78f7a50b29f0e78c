"""Staff find cases within their clinics, without what they are about; each look is told (K7)."""

from __future__ import annotations

from typing import Any

import pytest

from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.services.certificates.builders import ANNA, CLINIC, FILLED
from tests.support.services.certificates.events import Json
from tests.support.services.certificates.office import Office

_KIM = {"name": "Ким Елена Олеговна", "position": "регистратор"}


async def _search(
    office: Office, role: str, clinic_id: str | None, **asked: Any
) -> tuple[int, Json]:
    who = office.tokens.headers(f"{role}-1", role, clinic_id=clinic_id, **_KIM)
    answer = await office.http.post("/v1/desk/searches", json=asked, headers=who)
    return answer.status_code, answer.json()


async def _looks(office: Office) -> list[Json]:
    answer = await office.http.get("/v1/looks", headers=office.citizen())
    found: list[Json] = answer.json()["items"]
    return [line for line in found if line["occasion"] == "found"]


async def test_a_desk_finds_the_cases_of_its_clinic(office: Office) -> None:
    """By either number, as people type it, or by citizen; nothing of the form but the name."""
    application = await office.issued()
    number = application["certificate"]["number"]
    for asked in (
        {"tracking_number": application["tracking_number"].replace("-", " ")},
        {"certificate_number": number.replace("-", "").lower()},
        {"citizen_id": ANNA.account_id},
    ):
        status, found = await _search(office, "registrar", CLINIC.id, **asked)
        assert status == 200, found
        (case,) = found["items"]
        assert case["application_id"] == application["id"]
        assert case["applicant"] == "Соколова Анна Сергеевна"
        assert (case["certificate_number"], case["certificate_status"]) == (number, "issued")
        assert case["clinic_name"] == CLINIC.name
        assert str(FILLED["workplace"]) not in str(found)
        assert "Здорова" not in str(found)
        assert await _search(office, "registrar", "clinic-2", **asked) == (200, {"items": []})
    lines = await _looks(office)
    assert len(lines) == 3
    assert {(line["role"], line["name"], line["clinic"]) for line in lines} == {
        ("registrar", _KIM["name"], CLINIC.name)
    }


async def test_a_draft_is_its_citizens_alone(office: Office) -> None:
    await office.draft("policy")
    asked = {"citizen_id": ANNA.account_id}
    assert await _search(office, "administrator", CLINIC.id, **asked) == (200, {"items": []})


async def test_support_sees_every_clinic_and_says_why(office: Office) -> None:
    application = await office.submitted()
    asked = {"tracking_number": application["tracking_number"]}
    status, refused = await _search(office, "support", None, **asked)
    assert (status, refused["errors"][0]["pointer"]) == (422, "/reason")
    why = "Звонок заявителя: когда будет готова справка."
    status, found = await _search(office, "support", None, **asked, reason=why)
    assert [case["state"] for case in found["items"]] == ["submitted"]
    assert [line["why"] for line in await _looks(office)] == [why]


async def test_searches_that_are_refused(office: Office) -> None:
    application = await office.submitted()
    wrong = application["tracking_number"][:-1] + str(
        (int(application["tracking_number"][-1]) + 1) % 10
    )
    for asked, pointer in (
        ({"tracking_number": wrong}, "/tracking_number"),
        ({"certificate_number": "26K7-Q2M9-X4RA"}, "/certificate_number"),
    ):
        status, refused = await _search(office, "registrar", CLINIC.id, **asked)
        assert (status, refused["code"]) == (422, "number-mistyped")
        assert refused["errors"][0]["pointer"] == pointer
    assert (await _search(office, "registrar", CLINIC.id))[0] == 422
    for role in ("citizen", "sre"):
        assert (await _search(office, role, None, citizen_id=ANNA.account_id))[0] == 403
    assert await _looks(office) == []


async def test_who_revokes_a_certificate_has_seen_whose_it_is(office: Office) -> None:
    application = await office.issued()
    path = f"/v1/certificates/{application['certificate']['id']}/revocation"
    why = {"reason_code": "wrong-tests", "reason": "Анализы другого человека."}
    assert (await office.http.post(path, json=why, headers=office.doctor())).status_code == 200
    answer = await office.http.get("/v1/looks", headers=office.citizen())
    assert answer.json()["items"][0]["occasion"] == "revoked"


@pytest.mark.parametrize(
    ("collection", "query"),
    [
        ("applications", {"tracking_number": {"$eq": "1", "$type": "string"}}),
        ("certificates", {"number": "1"}),
        ("applications", {"citizen_id": "c", "clinic.id": {"$in": ["clinic-1"]}}),
        ("looks", {"owner_id": "c"}),
        ("looks", {"subject_id": "a", "owner_id": "c"}),
    ],
)
async def test_each_search_has_its_index(office: Office, collection: str, query: Json) -> None:
    found = find(office.app, Runtime).mongo.db[collection].find(query)
    plan = str((await found.explain())["queryPlanner"]["winningPlan"])
    assert "IXSCAN" in plan
    assert "COLLSCAN" not in plan
