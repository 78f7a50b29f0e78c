"""The durable timer of a deadline: each step told once, whoever runs it (C17, e14, n16, n17)."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta

from contracts.bills import RefundOrdered
from contracts.certificates import ApplicationEscalated, DeadlineMissed
from services.certificates.applications.domain.parts import Step
from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.eventually import eventually
from tests.support.service import Tokens, outbox_events
from tests.support.services.certificates.builders import CLINIC, TESTS
from tests.support.services.certificates.deadlines import pull, reached
from tests.support.services.certificates.events import clinic, payment
from tests.support.services.certificates.office import Office, match
from tests.support.services.certificates.office import office as certificates

KIND = {"kind": "deadline"}


async def rests(office: Office) -> bool:
    """No timer is at a deadline now."""
    soon = {"due_at": {"$lte": datetime.now(UTC) + timedelta(minutes=10)}}  # or leased
    timers = find(office.app, Runtime).timers.collection
    return await timers.count_documents(KIND | soon) == 0


async def steps(office: Office) -> list[str]:
    missed = await outbox_events(office.app, DeadlineMissed)
    told = await outbox_events(office.app, ApplicationEscalated)
    return ["status"] * len(missed) + [event.data.step for event in told]


async def test_e14_each_step_is_told_once_of_two_replicas(
    platform: Platform, database: str, tokens: Tokens
) -> None:
    async with (
        certificates(platform, database, tokens) as office,
        certificates(platform, database, tokens) as other,
    ):
        await office.know_people()
        await office.hear(clinic(email="spravki@gp45.example.org"), CLINIC.id)
        application = await office.submitted()
        for step, after in (
            (Step.STATUS, timedelta(days=6)),
            (Step.SUPPORT, timedelta(days=1, hours=1)),
            (Step.DEPARTMENT, timedelta(hours=49)),
            (Step.REAPPLY, timedelta(hours=49)),
        ):
            other.clock.ahead = office.clock.ahead + after
            await asyncio.gather(
                pull(office, application["id"], after=after),
                pull(other, application["id"], after=timedelta(0)),
            )
            await eventually(lambda step=step: reached(office, application["id"], step))  # type: ignore[misc] # the step of this turn
            await eventually(lambda: rests(office))
        assert await steps(office) == ["status", "support", "department", "reapply"]
        (missed,) = await outbox_events(office.app, DeadlineMissed)
        assert (missed.data.turn, missed.data.office.title) == ("queue", CLINIC.name)
        told = [e.data.office for e in await outbox_events(office.app, ApplicationEscalated)]
        assert told[0].phone == "8-800-555-35-35"
        assert [o.email for o in told[1:]] == ["spravki@gp45.example.org"] * 2
        timers = find(office.app, Runtime).timers.collection
        assert await timers.count_documents(KIND) == 0
        read = await office.read(application["id"])
        assert read["escalation"]["step"] == "reapply"
        assert read["turn"]["turn"] == "queue"
        assert [h["move"] for h in read["history"]][-4:] == ["miss", *["escalate"] * 3]
        pages = [(await one.http.get("/metrics")).text for one in (office, other)]
        counted = re.findall(r'(?m)^escalations_total{.*step="status"} 1\.0$', "\n".join(pages))
        assert len(counted) == 1


async def test_c17_a_timer_finds_the_clock_paused_moved_or_over(office: Office) -> None:
    application = await office.submitted()
    timers = find(office.app, Runtime).timers.collection
    assert await timers.count_documents(KIND) == 1
    await pull(office, application["id"], after=timedelta(0))  # early: it is set anew
    await eventually(lambda: rests(office))
    (timer,) = await timers.find(KIND).to_list(None)
    assert timer["due_at"] == datetime.fromisoformat(application["deadline_at"])
    await office.decide(application["id"], "claim")
    asked = await office.decide(application["id"], "document-request", {"missing": ["ecg"]})
    assert asked.json()["state"] == "awaiting-documents"
    assert await timers.count_documents(KIND) == 0
    office.clock.ahead = timedelta(days=9)
    await office.accept("file-new")
    supplied = await office.http.post(
        f"/v1/applications/{application['id']}/documents",
        json={"attachments": [{"requirement": "ecg", "file_id": "file-new"}]},
        headers=office.citizen(),
    )
    (timer,) = await timers.find(KIND).to_list(None)
    moved = datetime.fromisoformat(supplied.json()["deadline_at"])
    assert timer["due_at"] == moved > datetime.fromisoformat(application["deadline_at"])
    (pause,) = supplied.json()["turn"]["pauses"]
    assert pause["state"] == "awaiting-documents"
    withdrawn = await office.http.post(
        f"/v1/applications/{application['id']}/withdrawal", headers=office.citizen()
    )
    assert withdrawn.json()["turn"]["turn"] == "nobody"
    assert await timers.count_documents(KIND) == 0
    assert await steps(office) == []


async def test_c15_the_deadline_is_a_day_of_the_clinic(office: Office) -> None:
    """In Kamchatka the working day ends at six there, and a region's holiday is none of it."""
    await office.hear(clinic(timezone="Asia/Kamchatka", region="RU-KAM"), CLINIC.id)
    application = await office.submitted()
    deadline = datetime.fromisoformat(application["deadline_at"])
    assert (deadline.astimezone(UTC).hour, deadline.minute) == (6, 0)


async def test_c16_what_haste_cost_goes_back_when_it_was_missed(office: Office) -> None:
    """n12: refused without its data, then asked for, paid, missed: the price of express returns."""
    draft = await office.draft("policy")
    hurried = await office.edit(draft, {"express": True})
    assert hurried["sla_class"] == "express"
    assert "express-needs-data" in {p["code"] for p in hurried["problems"]}
    await office.accept(*(f"file-{code}" for code in TESTS))
    given = [{"requirement": code, "file_id": f"file-{code}"} for code in TESTS]
    ready = await office.edit(hurried, {"attachments": given})
    assert ready["problems"] == []
    answer = await office.http.post(
        f"/v1/applications/{draft['id']}/submission",
        json=office.agreed(ready),
        headers=office.citizen() | match(ready),
    )
    assert answer.json()["state"] == "awaiting-payment", answer.text
    timers = find(office.app, Runtime).timers.collection
    assert await timers.count_documents(KIND) == 0
    price = {"amount_kopecks": answer.json()["fee_kopecks"]}
    paid = payment(answer.json()).model_copy(update=price)
    assert await office.hear(paid, draft["id"]) == "handled"
    assert (await office.read(draft["id"]))["turn"]["turn"] == "queue"
    await pull(office, draft["id"], after=timedelta(days=6))
    await eventually(lambda: reached(office, draft["id"], Step.STATUS))
    (missed,) = await outbox_events(office.app, DeadlineMissed)
    assert missed.data.refund_kopecks == hurried["express_kopecks"] == 80000
    (ordered,) = await outbox_events(office.app, RefundOrdered)
    assert (ordered.data.amount_kopecks, ordered.data.reason) == (80000, "deadline-missed")
