"""The doctor's queue over HTTP: C20, C14, C17, d6, e13."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import datetime, timedelta

from contracts.certificates import (
    ApplicationRefused,
    DocumentsRequested,
    DocumentsSupplied,
    ReviewStarted,
)
from services.certificates.catalogue.domain.catalogue import Catalogue
from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.eventually import eventually
from tests.support.service import Tokens, outbox_events
from tests.support.services.certificates.events import accepted, staff
from tests.support.services.certificates.office import Office
from tests.support.services.certificates.office import office as certificates

PETROV = "doctor-petrov"


async def test_c20_two_doctors_race_and_one_gets_it(office: Office) -> None:
    """One winner, one clear refusal, one event; ten times, because a race can be lucky."""
    for _ in range(10):
        application = await office.submitted()
        answers = await asyncio.gather(
            office.decide(application["id"], "claim"),
            office.decide(application["id"], "claim", subject=PETROV),
        )
        assert Counter(a.status_code for a in answers) == {200: 1, 409: 1}
        (loser,) = [a.json() for a in answers if a.status_code == 409]
        assert (loser["code"], loser["title"]) == ("review-taken", "Заявление уже взято")
        started = [
            event
            for event in await outbox_events(office.app, ReviewStarted)
            if event.aggregateid == application["id"]
        ]
        assert [event.seq for event in started] == [3]


async def test_c20_many_doctors_race_for_one_application(office: Office) -> None:
    application = await office.submitted()
    doctors = [f"doctor-{n}" for n in range(20)]
    for doctor in doctors:
        await office.hear(staff(doctor, f"Врач {doctor}"), doctor)
    answers = await asyncio.gather(
        *(office.decide(application["id"], "claim", subject=doctor) for doctor in doctors)
    )
    assert Counter(a.status_code for a in answers) == {200: 1, 409: 19}
    assert len(await outbox_events(office.app, ReviewStarted)) == 1


async def test_c20_the_queue_shows_the_nearest_deadline_first(office: Office) -> None:
    office.clock.ahead = timedelta(days=7)
    late = await office.submitted()
    office.clock.ahead = timedelta(0)
    soon = await office.submitted()
    first = (
        await office.http.get("/v1/reviews", params={"limit": 1}, headers=office.doctor())
    ).json()
    assert [item["application_id"] for item in first["items"]] == [soon["id"]]
    second = (
        await office.http.get(
            "/v1/reviews",
            params={"limit": 1, "cursor": first["next_cursor"]},
            headers=office.doctor(),
        )
    ).json()
    assert [item["application_id"] for item in second["items"]] == [late["id"]]


async def test_c20_the_list_tells_nothing_of_the_person_before_the_claim(office: Office) -> None:
    application = await office.submitted()
    queue = await office.http.get("/v1/reviews", headers=office.doctor())
    assert "Соколова" not in queue.text
    assert "citizen" not in queue.text
    path = f"/v1/reviews/{application['id']}"
    refused = await office.http.get(path, headers=office.doctor())
    assert (refused.status_code, refused.json()["code"]) == (403, "review-not-yours")
    await office.decide(application["id"], "claim")
    assert (await office.http.get(path, headers=office.doctor())).status_code == 200
    assert (await office.http.get(path, headers=office.doctor(PETROV))).status_code == 403
    mine = await office.http.get("/v1/reviews", params={"state": "mine"}, headers=office.doctor())
    assert [item["application_id"] for item in mine.json()["items"]] == [application["id"]]


async def test_c20_only_the_holder_decides(office: Office) -> None:
    application = await office.submitted()
    await office.decide(application["id"], "claim")
    for verb, body in (
        ("approval", office.examined()),
        ("refusal", {"reason_code": "contraindications", "reason": "Нельзя"}),
        ("release", None),
        ("document-request", {"missing": ["ecg"]}),
    ):
        answer = await office.decide(application["id"], verb, body, subject=PETROV)
        assert (answer.status_code, answer.json()["code"]) == (403, "review-not-yours")
    released = await office.decide(application["id"], "release")
    assert released.json()["state"] == "submitted"
    assert (await office.decide(application["id"], "claim", subject=PETROV)).status_code == 200


async def test_c20_approve_and_refuse_race_and_one_decision_stands(office: Office) -> None:
    application = await office.submitted()
    await office.decide(application["id"], "claim")
    answers = await asyncio.gather(
        office.decide(application["id"], "approval", office.examined()),
        office.decide(
            application["id"],
            "refusal",
            {"reason_code": "contraindications", "reason": "Противопоказания"},
        ),
    )
    assert Counter(a.status_code for a in answers) == {200: 1, 409: 1}
    read = await office.read(application["id"])
    assert len([e for e in read["history"] if e["move"] in {"approve", "refuse"}]) == 1


async def test_c20_a_claim_runs_out_by_itself(
    platform: Platform, database: str, tokens: Tokens
) -> None:
    async with certificates(
        platform, database, tokens, claim_lease=timedelta(milliseconds=300)
    ) as office:
        await office.know_people()
        application = await office.submitted()
        assert (await office.decide(application["id"], "claim")).json()["state"] == "in-review"

        async def back_in_the_queue() -> bool:
            return bool((await office.read(application["id"]))["state"] == "submitted")

        await eventually(back_in_the_queue)
        read = await office.read(application["id"])
        assert read["history"][-1]["move"] == "lapse"
        assert read["history"][-1]["reason"]
        answer = await office.decide(application["id"], "claim", subject=PETROV)
        assert answer.status_code == 200


async def test_a_decision_ends_the_timer_of_the_claim(office: Office) -> None:
    timers = find(office.app, Runtime).timers.collection
    application = await office.submitted()
    await office.decide(application["id"], "claim")
    assert await timers.count_documents({"kind": "claim"}) == 1
    await office.decide(application["id"], "approval", office.examined())
    assert await timers.count_documents({"kind": "claim"}) == 0


async def test_c10_a_doctor_asks_and_the_answer_returns_to_the_queue(office: Office) -> None:
    application = await office.submitted()
    await office.decide(application["id"], "claim")
    asked = await office.decide(
        application["id"],
        "document-request",
        {"missing": ["occupational-doctor"], "comment": "Работа на высоте"},
    )
    assert asked.json()["state"] == "awaiting-documents"
    (event,) = await outbox_events(office.app, DocumentsRequested)
    assert event.data.missing == ("Заключение врача-профпатолога",)
    assert event.data.comment == "Работа на высоте"
    await office.accept("file-prof")
    supplied = await office.http.post(
        f"/v1/applications/{application['id']}/documents",
        json={"attachments": [{"requirement": "occupational-doctor", "file_id": "file-prof"}]},
        headers=office.citizen(),
    )
    assert supplied.json()["state"] == "submitted"
    assert len(await outbox_events(office.app, DocumentsSupplied)) == 1
    await office.decide(application["id"], "claim")
    started = await outbox_events(office.app, ReviewStarted)
    assert "file-prof" in started[-1].data.attachments


async def test_e3_c16_a_poor_scan_supplied_later_lengthens_the_term(office: Office) -> None:
    """n14: what was asked for comes as a coarse scan; the citizen reads and hears the new date."""
    application = await office.submitted()
    await office.decide(application["id"], "claim")
    await office.decide(application["id"], "document-request", {"missing": ["ecg"]})
    assert await office.hear(accepted("file-coarse", dpi=96), "file-coarse") == "handled"
    supplied = await office.http.post(
        f"/v1/applications/{application['id']}/documents",
        json={"attachments": [{"requirement": "ecg", "file_id": "file-coarse"}]},
        headers=office.citizen(),
    )
    marked = {a["file_id"]: a["lengthens_term"] for a in supplied.json()["attachments"]}
    assert marked.pop("file-coarse") is True
    assert set(marked.values()) == {False}
    calendar = find(office.app, Catalogue).calendar
    before, after = (
        calendar.day_of(datetime.fromisoformat(a["deadline_at"]))
        for a in (application, supplied.json())
    )
    assert calendar.between(before, after) == 2
    (event,) = await outbox_events(office.app, DocumentsSupplied)
    assert event.data.deadline_at == datetime.fromisoformat(supplied.json()["deadline_at"])


async def test_e13_a_refusal_shows_who_when_and_why(office: Office) -> None:
    application = await office.submitted()
    await office.decide(application["id"], "claim")
    bare = await office.decide(
        application["id"], "refusal", {"reason_code": "because", "reason": " "}
    )
    assert [e["pointer"] for e in bare.json()["errors"]] == ["/reason_code", "/reason"]
    await office.decide(
        application["id"], "refusal", {"reason_code": "tests-outdated", "reason": "Старый анализ"}
    )
    read = await office.read(application["id"])
    assert read["state"] == "refused"
    assert read["decision"]["doctor"] == "Орлова Мария Викторовна"
    assert read["decision"]["reason_code"] == "tests-outdated"
    assert read["decision"]["reason"] == "Старый анализ"
    (event,) = await outbox_events(office.app, ApplicationRefused)
    assert (event.data.reason_code, event.data.reason) == ("tests-outdated", "Старый анализ")


async def test_everything_wrong_in_the_doctors_form_is_named(office: Office) -> None:
    application = await office.submitted()
    await office.decide(application["id"], "claim")
    answer = await office.decide(application["id"], "approval", {"exam_date": "soon"})
    assert answer.status_code == 422
    found = {e["pointer"]: e["code"] for e in answer.json()["errors"]}
    assert found["/exam_date"] == "date"
    assert found["/conclusion"] == "required"


async def test_a_doctor_whose_record_is_on_its_way_is_waited_for(office: Office) -> None:
    application = await office.submitted()
    early = await office.decide(application["id"], "claim", subject="doctor-new")
    assert (early.status_code, early.json()["code"]) == (503, "doctor-unknown")
    await office.hear(staff("doctor-new", "Новикова Нина"), "doctor-new")
    done = await office.decide(application["id"], "claim", subject="doctor-new")
    assert done.status_code == 200


async def test_a_certificate_number_that_exists_is_drawn_again(
    platform: Platform, database: str, tokens: Tokens
) -> None:
    """C31: two tracking numbers and two certificate numbers, one of which collides."""
    draws = iter([1, 5, 2, 5, 6])
    async with certificates(platform, database, tokens, draw=lambda _: next(draws)) as office:
        await office.know_people()
        one, other = await office.approved(), await office.approved()
        assert one["certificate"]["number"] != other["certificate"]["number"]
    assert not list(draws)
