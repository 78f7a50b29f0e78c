"""Examinations ordered beside the list, and results that a doctor attaches, over HTTP (C21)."""

from __future__ import annotations

import pytest

from contracts.certificates import (
    DocumentsRequested,
    DocumentsSupplied,
    ResultAttached,
    ReviewStarted,
)
from tests.support.service import outbox_events
from tests.support.services.certificates.builders import ORLOVA
from tests.support.services.certificates.events import Json, accepted
from tests.support.services.certificates.office import Office

ME, PETROV = ORLOVA.account_id, "doctor-petrov"
X_RAY = {"title": " Рентгенография  грудной клетки ", "comment": "В прямой проекции"}


async def _upload(office: Office, file_id: str, owner: str = ME, purpose: str = "result") -> str:
    told = accepted(file_id, owner).model_copy(update={"purpose": purpose})
    assert await office.hear(told, file_id) == "handled"
    return file_id


async def _claimed(office: Office) -> str:
    application = await office.submitted()
    assert (await office.decide(application["id"], "claim")).status_code == 200
    return str(application["id"])


async def test_c21_an_examination_is_ordered_and_its_result_comes_from_either_side(
    office: Office,
) -> None:
    id_ = await _claimed(office)
    body: Json = {"missing": ["ecg"], "examinations": [X_RAY]}
    asked = (await office.decide(id_, "document-request", body)).json()
    assert asked["missing"] == [
        {"code": "ecg", "title": "ЭКГ", "hint": None},
        {
            "code": "ordered-1",
            "title": "Рентгенография грудной клетки",
            "hint": "В прямой проекции",
        },
    ]
    (told,) = await outbox_events(office.app, DocumentsRequested)
    assert told.data.missing == ("ЭКГ", "Исследование, назначенное врачом")
    await office.accept("file-x-ray")
    path = f"/v1/applications/{id_}/documents"
    supply = {"attachments": [{"requirement": "ordered-1", "file_id": "file-x-ray"}]}
    supplied = await office.http.post(path, json=supply, headers=office.citizen())
    assert [m["code"] for m in supplied.json()["missing"]] == ["ecg"]
    result = {"requirement": "ecg", "file_id": await _upload(office, "file-mine")}
    refused = await office.decide(id_, "results", result, subject=PETROV)
    assert (refused.status_code, refused.json()["code"]) == (403, "review-not-yours")
    done = await office.decide(id_, "results", result)
    assert done.json()["state"] == "submitted"
    assert len(await outbox_events(office.app, DocumentsSupplied)) == 1
    (told_of,) = await outbox_events(office.app, ResultAttached)
    assert (told_of.data.doctor_id, told_of.data.file_id) == (ME, "file-mine")
    assert (await office.decide(id_, "claim", subject=PETROV)).status_code == 200
    started = (await outbox_events(office.app, ReviewStarted))[-1]
    assert {"file-mine", "file-x-ray"} <= set(started.data.attachments)
    shown = {a["file_id"]: a for a in (await office.read(id_))["attachments"]}
    assert shown["file-mine"]["by_doctor"]["doctor"] == ORLOVA.full_name
    assert shown["file-x-ray"]["by_doctor"] is None
    assert shown["file-x-ray"]["title"] == "Рентгенография грудной клетки"


async def test_c21_a_result_of_the_doctors_own_is_printed_among_the_tests(office: Office) -> None:
    id_ = await _claimed(office)
    result = {"title": "Спирография", "file_id": await _upload(office, "file-mine")}
    done = await office.decide(id_, "results", result)
    assert (done.status_code, done.json()["state"]) == (200, "in-review")
    again = await office.decide(id_, "results", result)
    assert [e["code"] for e in again.json()["errors"]] == ["file-attached"]
    approved = await office.decide(id_, "approval", office.examined())
    assert approved.status_code == 200, approved.text
    reads = await office.http.get(f"/v1/applications/{id_}/reads", headers=office.citizen())
    assert "result-attached" in [i["occasion"] for i in reads.json()["items"]]


@pytest.mark.parametrize(
    ("owner", "purpose", "code"),
    [
        (PETROV, "result", "file-not-ready"),
        ("citizen-anna", "application", "file-not-ready"),
        (ME, "application", "file-purpose"),
    ],
)
async def test_c21_only_a_file_of_ones_own_that_is_a_result_is_attached(
    office: Office, owner: str, purpose: str, code: str
) -> None:
    id_ = await _claimed(office)
    file_id = await _upload(office, "file-other", owner, purpose)
    answer = await office.decide(id_, "results", {"requirement": "ecg", "file_id": file_id})
    assert (answer.status_code, [e["code"] for e in answer.json()["errors"]]) == (422, [code])
    assert not await outbox_events(office.app, ResultAttached)


async def test_c21_what_no_document_could_show_is_refused_when_it_is_ordered(
    office: Office,
) -> None:
    """C30: the title would be printed among the tests."""
    id_ = await _claimed(office)
    body = {"examinations": [{"title": "検査"}]}
    refused = await office.decide(id_, "document-request", body)
    assert refused.status_code == 422
    assert [e["pointer"] for e in refused.json()["errors"]] == ["/examinations/0/title"]
