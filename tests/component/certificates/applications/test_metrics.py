"""What certificates counts (O2): applications by state and deadline, decisions, checks."""

from __future__ import annotations

from datetime import timedelta

from services.certificates.applications.domain.deadlines import Risk
from services.certificates.applications.domain.states import State
from tests.support.services.certificates.office import Office
from tests.support.tools.flow import metric
from tests.support.tools.measured import gauge, measure


async def risks(office: Office) -> dict[str, float]:
    await measure(office.app)
    return {risk.value: metric(office.app, "applications_deadline", risk=risk) for risk in Risk}


async def states(office: Office) -> dict[str, float]:
    await measure(office.app)
    found = {s.value: metric(office.app, "applications", state=s) for s in State}
    return {state: count for state, count in found.items() if count}


async def test_applications_are_counted_in_the_state_they_are_in(office: Office) -> None:
    """O2: a state that empties falls back to 0."""
    assert await states(office) == {}
    application = await office.submitted()
    await office.draft()
    assert await states(office) == {"draft": 1, "submitted": 1}
    await office.decide(application["id"], "claim")
    assert await states(office) == {"draft": 1, "in-review": 1}
    await office.decide(application["id"], "approval", office.examined())
    assert await states(office) == {"draft": 1, "approved": 1}


async def test_an_open_application_is_calm_then_near_then_late(office: Office) -> None:
    """O2, C15: near is the last quarter; what is decided has no deadline any more."""
    application = await office.submitted()
    assert await risks(office) == {"calm": 1, "near": 0, "late": 0}
    kept = office.applications.collection
    document = await kept.find_one({"_id": application["id"]})
    assert document is not None
    handed_in, deadline = document["consent"]["at"], document["clock"]["deadline_at"]
    whole = deadline - handed_in
    office.clock.ahead = whole * 0.7
    assert await risks(office) == {"calm": 1, "near": 0, "late": 0}
    office.clock.ahead = whole * 0.8
    assert await risks(office) == {"calm": 0, "near": 1, "late": 0}
    office.clock.ahead = whole + timedelta(minutes=1)
    assert await risks(office) == {"calm": 0, "near": 0, "late": 1}
    office.clock.ahead = timedelta(0)
    await office.http.post(
        f"/v1/applications/{application['id']}/withdrawal", headers=office.citizen()
    )
    office.clock.ahead = whole + timedelta(minutes=1)
    assert await risks(office) == {"calm": 0, "near": 0, "late": 0}


async def test_a_paused_clock_is_calm(office: Office) -> None:
    """O2, C17: while documents are awaited nothing is late."""
    application = await office.submitted("policy")
    assert application["state"] == "awaiting-documents"
    office.clock.ahead = timedelta(days=60)
    assert await risks(office) == {"calm": 1, "near": 0, "late": 0}


async def test_the_queue_is_as_old_as_its_oldest(office: Office) -> None:
    """O2: and 0 once a doctor has taken it."""
    assert await gauge(office.app, "review_queue_oldest_seconds") == 0
    application = await office.submitted()
    office.clock.ahead = timedelta(hours=2)
    found = await gauge(office.app, "review_queue_oldest_seconds")
    assert 7200 <= found < 7300
    await office.decide(application["id"], "claim")
    assert await gauge(office.app, "review_queue_oldest_seconds") == 0


async def test_what_doctors_decide_is_counted_by_verdict(office: Office) -> None:
    refused = await office.submitted()
    await office.decide(refused["id"], "claim")
    reason = {"reason_code": "contraindications", "reason": "Нужен повторный анализ крови."}
    answer = await office.decide(refused["id"], "refusal", reason)
    assert answer.status_code == 200, answer.text
    twice = await office.decide(refused["id"], "refusal", reason)
    assert twice.status_code == 409
    issued = await office.issued()
    asked = await office.submitted()
    await office.decide(asked["id"], "claim")
    missing = {"missing": ["ecg"], "comment": None}
    more = await office.decide(asked["id"], "document-request", missing)
    found = {
        verdict: metric(office.app, "reviews_total", verdict=verdict)
        for verdict in ("approved", "refused", "documents-requested")
    }
    assert more.status_code == 200, more.text
    assert found == {"approved": 1, "refused": 1, "documents-requested": 1}
    assert metric(office.app, "applications_submitted_total", type="086u") == 3
    assert metric(office.app, "certificates_issued_total", type="086u") == 1
    assert issued["state"] == "issued"


async def test_public_checks_are_counted_by_what_they_say(office: Office) -> None:
    """O2, C34."""
    number = (await office.issued())["certificate"]["number"]
    for path in (f"/v1/public/certificates/{number}", f"/verify/{number}"):
        assert (await office.http.get(path)).status_code == 200
    await office.http.get("/v1/public/certificates/26K7-Q2M9-X4RB")
    wrong = number[:-1] + ("A" if number[-1] != "A" else "B")
    await office.http.get(f"/v1/public/certificates/{wrong}")
    found = {
        outcome: metric(office.app, "certificate_checks_total", outcome=outcome)
        for outcome in ("valid", "expired", "revoked", "unknown", "mistyped")
    }
    assert found["valid"] == 2
    assert found["unknown"] + found["mistyped"] == 2
    assert found["mistyped"] >= 1
    office.clock.ahead = timedelta(days=4000)
    await office.http.get(f"/v1/public/certificates/{number}")
    assert metric(office.app, "certificate_checks_total", outcome="expired") == 1
