"""Records asked for, answered, kept and forgotten: C24, C32, C57; what is not an answer."""

from __future__ import annotations

from datetime import timedelta

from contracts.orders import EncryptedForm
from contracts.records import RecordRequested
from services.certificates.records.actions import ASK_TIMER
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from services.chassis.work.timers import timer_id
from tests.support.services.certificates.office import Office
from tests.support.services.certificates.records import (
    answer,
    certificates_ordered,
    extract,
    questions,
    record_answers,
    stands,
    vaccination,
)
from tests.support.tools.encryption import decrypted


async def _letters(office: Office) -> list[str]:
    collection = find(office.app, Runtime).dispatcher.letters.collection
    return [letter["error"] for letter in await collection.find({}).to_list(None)]


async def test_the_question_is_for_its_reader_alone(office: Office) -> None:
    """E9, C11: with the submission, and whom it is about only encrypted."""
    application = await extract(office)
    (question,) = await questions(office, RecordRequested)
    assert question.data.application_id == application["id"]
    assert "Соколова" not in question.to_json().decode()
    sought = decrypted(question.data)
    assert (sought.last_name, sought.snils) == ("Соколова", "11223344595")


async def test_answers_that_nobody_asked_for_change_nothing(office: Office) -> None:
    """Another question, another application, another secret, garbage: kept for a person."""
    application = await extract(office)
    (question,) = await questions(office, RecordRequested)
    (said,) = record_answers(question)
    assert await answer(office, said, question, cause="evt-of-nobody") == "dead-letter"
    crossed = said.model_copy(update={"application_id": "app-of-another"})
    assert await answer(office, crossed, question, seq=2) == "dead-letter"
    garbage = said.model_copy(update={"pii": EncryptedForm(jwe="eyJhbGciOiJkaXIifQ..garbage")})
    assert await answer(office, garbage, question, seq=3) == "dead-letter"
    unknown = said.model_copy(update={"request_id": "hospital-nobody"})
    assert await answer(office, unknown, question, seq=4) == "dead-letter"
    other_part = said.model_copy(update={"part": 2})  # encrypted for part 1
    assert await answer(office, other_part, question, seq=5) == "dead-letter"
    assert len(await _letters(office)) == 5
    assert (await office.read(application["id"]))["state"] == "checking"
    assert await answer(office, said, question, seq=6) == "handled"
    await stands(office, application, "approved")


async def test_parts_twice_backwards_and_late_are_one_answer(office: Office) -> None:
    application = await extract(office)
    (question,) = await questions(office, RecordRequested)
    parts = record_answers(question, parts=3)
    for seq, part in enumerate((parts[2], parts[2], parts[0], parts[1], *parts), start=1):
        assert await answer(office, part, question, seq=seq) == "handled"
    await stands(office, application, "approved")
    assert len(await certificates_ordered(office)) == 1


async def test_a_part_of_another_patient_spoils_the_whole(office: Office) -> None:
    """C24: whoever is in any part has to be the applicant."""
    application = await extract(office)
    (question,) = await questions(office, RecordRequested)
    mine, _ = record_answers(question, parts=2)
    _, strangers = record_answers(question, parts=2, last_name="Чужова")
    await answer(office, mine, question, seq=1)
    await answer(office, strangers, question, seq=2)
    waiting = await stands(office, application, "submitted")
    assert "фамилия" in waiting["history"][-1]["reason"]


async def test_it_is_asked_again_until_an_answer_comes(office: Office) -> None:
    """The same request, another question; the answer to either counts, and ends the asking."""
    application = await extract(office)
    (first,) = await questions(office, RecordRequested)
    timers = find(office.app, Runtime).timers.collection
    waits = {"_id": timer_id(ASK_TIMER, first.data.request_id)}
    await timers.update_one(waits, {"$set": {"due_at": office.clock()}})
    _, second = await questions(office, RecordRequested, count=2)
    assert second.data.request_id == first.data.request_id
    assert second.id != first.id
    assert second.seq == first.seq + 1
    again = await timers.find_one(waits)
    assert again is not None
    assert again["due_at"] - office.clock() > timedelta(seconds=30)
    (said,) = record_answers(first)
    await answer(office, said, first)
    await stands(office, application, "approved")
    assert await timers.find_one(waits) is None


async def test_c32_what_was_answered_goes_with_the_decision(office: Office) -> None:
    """Withdrawn: no entry, no difference, no patient stays; a belated answer is nothing."""
    application = await extract(office)
    (question,) = await questions(office, RecordRequested)
    first, second = record_answers(question, parts=2)
    await answer(office, first, question)
    db = find(office.app, Runtime).mongo.db
    assert await db["record_parts"].count_documents({}) == 1
    path = f"/v1/applications/{application['id']}/withdrawal"
    assert (await office.http.post(path, headers=office.citizen())).status_code == 200
    assert await answer(office, second, question, seq=2) == "handled"
    assert await db["record_parts"].count_documents({}) == 0
    kept = await db["inquiries"].find_one({})
    assert kept is not None
    assert (kept["closed"], kept["answer"], kept["heard"]) == (True, None, [])
    assert await db["timers"].count_documents({"kind": ASK_TIMER}) == 0


async def test_a_record_is_nobodys_but_the_citizens_and_the_claiming_doctors(
    office: Office,
) -> None:
    application = await vaccination(office)
    mine = f"/v1/applications/{application['id']}/record"
    stranger = office.citizen("citizen-boris")
    assert (await office.http.get(mine, headers=stranger)).status_code == 404
    seen = (await office.http.get(mine, headers=office.citizen())).json()
    assert (seen["asked"], seen["state"], seen["entries_count"]) == ("register", "asked", 0)
    path = f"/v1/reviews/{application['id']}/record"
    assert (await office.http.get(path, headers=office.doctor())).status_code == 403
    assert (await office.http.get(path, headers=office.citizen())).status_code == 403
