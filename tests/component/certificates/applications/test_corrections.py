"""The way back of an application that could not be sealed: to its doctor, to its citizen, again."""

from __future__ import annotations

from contracts.certificates import DocumentsRequested, DocumentsSupplied
from services.certificates.applications.domain.states import State
from tests.support.service import outbox_events
from tests.support.services.certificates.events import Json, sealed, unsealable
from tests.support.services.certificates.office import Office, match


async def failed(office: Office) -> Json:
    """An approved application whose sealing failed; its doctor has it again."""
    application = await office.approved()
    assert await office.hear(unsealable(application), "doc-1") == "handled"
    return application


async def test_a_failed_application_is_corrected_by_its_citizen_and_issued(office: Office) -> None:
    application = await failed(office)
    path = f"/v1/applications/{application['id']}/documents"
    asked = await office.decide(
        application["id"],
        "document-request",
        {"corrections": ["workplace"], "comment": "Напишите\u00a0по-русски\r\n"},
    )
    assert (asked.status_code, asked.json()["state"]) == (200, State.AWAITING_DOCUMENTS)
    (told,) = await outbox_events(office.app, DocumentsRequested)
    assert told.data.comment == (
        "Исправьте в заявлении: Место учёбы или работы. Напишите по-русски"
    )

    seen = await office.read(application["id"])
    assert [c["code"] for c in seen["corrections"]] == ["workplace"]
    assert seen["comment"] == "Напишите по-русски"
    wrong = await office.http.post(
        path, json={"fields": {"workplace": "清", "recipient": "x"}}, headers=office.citizen()
    )
    assert wrong.status_code == 422
    assert {e["pointer"]: e["code"] for e in wrong.json()["errors"]} == {
        "/fields/workplace": "unprintable",
        "/fields/recipient": "not-asked",
    }
    right = await office.http.post(
        path, json={"fields": {"workplace": "Школа № 57"}}, headers=office.citizen()
    )
    assert (right.status_code, right.json()["state"]) == (200, State.SUBMITTED)
    assert right.json()["fields"]["workplace"] == "Школа № 57"
    assert len(await outbox_events(office.app, DocumentsSupplied)) == 1

    assert (await office.decide(application["id"], "claim")).status_code == 200
    again = await office.decide(application["id"], "approval", office.examined())
    assert await office.hear(sealed(again.json()), "doc-1") == "handled"
    assert (await office.read(application["id"]))["state"] == State.ISSUED


async def test_a_failed_application_may_be_refused(office: Office) -> None:
    application = await failed(office)
    refused = await office.decide(
        application["id"],
        "refusal",
        {"reason_code": "documents-invalid", "reason": "Данные нельзя напечатать."},
    )
    assert (refused.status_code, refused.json()["state"]) == (200, State.REFUSED)


async def test_old_data_that_cannot_be_printed_are_named_to_the_doctor(office: Office) -> None:
    """Let through before drafts were looked at: no number is used up, nothing is signed."""
    application = await office.submitted()
    await office.applications.collection.update_one(
        {"_id": application["id"]}, {"$set": {"values.workplace": "清华大学"}}
    )
    claimed = await office.decide(application["id"], "claim")
    assert [p["pointer"] for p in claimed.json()["problems"]] == ["/fields/workplace"]
    approval = await office.decide(application["id"], "approval", office.examined())
    assert approval.status_code == 422
    [error] = approval.json()["errors"]
    assert (error["pointer"], error["code"]) == ("/application/workplace", "unprintable")
    assert "«清», «华», «大», «学»" in error["detail"]


async def test_what_no_font_prints_is_named_in_the_draft_and_not_submitted(office: Office) -> None:
    draft = await office.edit(
        await office.draft("policy"), {"fields": {"workplace": "清华大学 \U0001f600"}}
    )
    [problem] = draft["problems"]
    assert (problem["pointer"], problem["code"]) == ("/fields/workplace", "unprintable")
    assert "«清», «华», «大», «学», «\U0001f600»" in problem["detail"]
    submitted = await office.http.post(
        f"/v1/applications/{draft['id']}/submission",
        json={"consent": True, "consent_version": "2026-09"},
        headers=office.citizen() | match(draft),
    )
    assert submitted.status_code == 422
    wrong = {e["pointer"]: e["code"] for e in submitted.json()["errors"]}
    assert wrong == {"/fields/workplace": "unprintable", "/act": "required"}


async def test_a_doctors_findings_are_taken_as_pasted_from_a_medical_system(office: Office) -> None:
    application = await office.submitted()
    await office.decide(application["id"], "claim")
    findings = {"conclusion": "Годна\u00a0к\u202fобучению.\r\n\r\nДиета\u00ad: стол\t№ 5"}
    approval = await office.decide(application["id"], "approval", {**office.examined(), **findings})
    assert approval.status_code == 200, approval.text
    kept = await office.kept(application["id"])
    assert kept.decision is not None
    assert kept.decision.values["conclusion"] == "Годна к обучению.\n\nДиета: стол № 5"
