"""Administrators and the support see what is late, nothing of whose it is (C17)."""

from __future__ import annotations

from datetime import timedelta

from services.certificates.applications.domain.parts import Step
from tests.support.eventually import eventually
from tests.support.services.certificates.builders import ANNA, CLINIC, FILLED
from tests.support.services.certificates.deadlines import pull, reached
from tests.support.services.certificates.events import Json
from tests.support.services.certificates.office import Office


async def _late(office: Office, role: str, clinic_id: str | None) -> tuple[int, list[Json]]:
    who = office.tokens.headers(f"{role}-1", role, clinic_id=clinic_id)
    answer = await office.http.get("/v1/desk/late", headers=who)
    return answer.status_code, answer.json().get("items", [])


async def test_c17_who_can_act_sees_what_is_late(office: Office) -> None:
    application = await office.submitted()
    assert await _late(office, "administrator", CLINIC.id) == (200, [])
    await pull(office, application["id"], after=timedelta(days=6))
    await eventually(lambda: reached(office, application["id"], Step.STATUS))
    for role, clinic_id in (("administrator", CLINIC.id), ("support", None)):
        status, (late,) = await _late(office, role, clinic_id)
        assert status == 200
        assert late["tracking_number"] == application["tracking_number"]
        assert (late["turn"]["turn"], late["escalation"]["step"]) == ("queue", "status")
        for secret in (ANNA.last_name, ANNA.account_id, str(FILLED["workplace"])):
            assert secret not in str(late)
    assert await _late(office, "administrator", "clinic-2") == (200, [])
    for role in ("citizen", "doctor", "registrar"):
        assert (await _late(office, role, CLINIC.id))[0] == 403
    await office.decide(application["id"], "claim")
    asked = await office.decide(application["id"], "document-request", {"missing": ["ecg"]})
    assert asked.status_code == 200
    assert await _late(office, "administrator", CLINIC.id) == (200, [])  # it waits for its citizen
