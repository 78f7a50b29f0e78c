"""Certificates without a doctor: C22, C23, C57, n10, d4."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from contracts.certificates import CertificateIssued, DocumentsRequested
from contracts.documents import Holder
from contracts.identity import ProfileRejected
from contracts.orders import DocumentOrdered
from contracts.records import RecordRequested, VaccinationsRequested
from services.certificates.records.actions import CHECK_TIMER
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from services.chassis.work.timers import timer_id
from tests.support.eventually import eventually
from tests.support.service import outbox_events
from tests.support.services.certificates.builders import ANNA, CLINIC, ORLOVA
from tests.support.services.certificates.events import profile, sealed, signer, unsealable
from tests.support.services.certificates.office import Office
from tests.support.services.certificates.records import (
    SNILS,
    answer,
    certificates_ordered,
    entry,
    extract,
    questions,
    record_answers,
    stands,
    vaccination,
    vaccinations_answer,
)
from tests.support.tools.encryption import decrypted


async def test_c22_a_vaccination_is_confirmed_by_the_register_and_issued_by_itself(
    office: Office,
) -> None:
    """No doctor: number, the clinic's seal, the mark of confirmation, the public check."""
    application = await vaccination(office)
    assert application["state"] == "checking"
    (question,) = await questions(office, VaccinationsRequested)
    assert await answer(office, vaccinations_answer(question), question) == "handled"
    approved = await stands(office, application, "approved")
    (ordered,) = await questions(office, DocumentOrdered)
    printed = {f.label: f.value for f in decrypted(ordered.data).fields}
    assert "Вакцина против кори: 0,5 мл, серия A-1207" in printed["Сведения о прививках"]
    assert "Подтверждено официальным реестром" in printed["Отметка о подтверждении"]
    number = approved["certificate"]["number"]
    assert ordered.data.number == number
    done = sealed(approved, paper="certificate")
    assert await office.hear(done, "doc-1") == "handled"
    issued = await stands(office, application, "issued")
    assert issued["decision"] is None
    assert len(await outbox_events(office.app, CertificateIssued)) == 1
    public = (await office.http.get(f"/v1/public/certificates/{number}")).json()
    assert public["state"] == "valid"
    page = await office.http.get(f"/verify/{number}")
    assert page.status_code == 200
    mine = await office.http.get("/v1/certificates", headers=office.citizen())
    assert [c["number"] for c in mine.json()["items"]] == [number]


async def test_c36_nobody_but_an_administrator_revokes_what_no_doctor_signed(
    office: Office,
) -> None:
    application = await vaccination(office)
    (question,) = await questions(office, VaccinationsRequested)
    await answer(office, vaccinations_answer(question), question)
    approved = await stands(office, application, "approved")
    await office.hear(sealed(approved, paper="certificate"), "doc-1")
    await stands(office, application, "issued")
    path = f"/v1/certificates/{approved['certificate']['id']}/revocation"
    why = {"reason_code": "issued-by-mistake", "reason": "Ошибка в реестре."}
    assert (await office.http.post(path, json=why, headers=office.doctor())).status_code == 403
    administrator = office.tokens.headers("administrator-kim", "administrator", clinic_id=CLINIC.id)
    revoked = await office.http.post(path, json=why, headers=administrator)
    assert revoked.status_code == 200, revoked.text
    number = approved["certificate"]["number"]
    assert (await office.http.get(f"/v1/public/certificates/{number}")).json()["state"] == "revoked"


async def test_c23_an_extract_is_made_of_what_the_purpose_needs_of_the_hospitals_record(
    office: Office,
) -> None:
    """C57, C32: clinic and period, no doctor; for work neither diagnoses nor results."""
    application = await extract(office, purpose="employment")
    (question,) = await questions(office, RecordRequested)
    asked = question.data
    assert (asked.clinic_id, asked.clinic_number) == (CLINIC.id, CLINIC.number)
    assert (str(asked.period_from), str(asked.period_to)) == ("2025-01-01", "2026-01-01")
    assert asked.kinds == ("exam",)
    first, second = record_answers(question, parts=2)
    assert await answer(office, second, question, seq=1) == "handled"
    assert (await office.read(application["id"]))["state"] == "checking"
    assert await answer(office, first, question, seq=2) == "handled"
    await stands(office, application, "approved")
    (ordered,) = await questions(office, DocumentOrdered)
    printed = {f.key: f.value for f in decrypted(ordered.data).fields}
    assert printed["exams"] == "01.06.2025 – Приём терапевта: Жалоб нет."
    assert not printed.keys() & {"diagnoses", "results", "prescriptions"}


async def test_a_whole_extract_has_everything(office: Office) -> None:
    application = await extract(office)
    (question,) = await questions(office, RecordRequested)
    (said,) = record_answers(question)
    await answer(office, said, question)
    await stands(office, application, "approved")
    (ordered,) = await questions(office, DocumentOrdered)
    printed = {f.key: f.value for f in decrypted(ordered.data).fields}
    assert printed["diagnoses"] == "01.06.2025 – Здоров (Z00.0): Жалоб нет."
    assert printed["results"].startswith("01.06.2025 – Общий анализ крови")
    assert printed["prescriptions"]


async def test_c24_differences_or_nothing_at_all_are_a_doctors_matter(office: Office) -> None:
    """The register says something else of the person: not issued, said why, shown to a doctor."""
    application = await vaccination(office)
    (question,) = await questions(office, VaccinationsRequested)
    await answer(office, vaccinations_answer(question, snils="16001445706"), question)
    waiting = await stands(office, application, "submitted")
    assert "СНИЛС".casefold() in waiting["history"][-1]["reason"].casefold()
    mine = await office.http.get(
        f"/v1/applications/{application['id']}/record", headers=office.citizen()
    )
    assert [d["base"] for d in mine.json()["differences"]] == ["***06"]  # nothing of a stranger
    assert (await office.decide(application["id"], "claim")).status_code == 200
    path = f"/v1/reviews/{application['id']}/record"
    seen = (await office.http.get(path, headers=office.doctor())).json()
    assert [(d["profile"], d["base"]) for d in seen["differences"]] == [
        ("11223344595", "16001445706")
    ]
    assert seen["rows"]["vaccinations"].startswith("14.05.2013 – Вакцина против кори")
    values = {"vaccinations": seen["rows"]["vaccinations"], "conclusion": "Сверено с картой."}
    refused = await office.decide(application["id"], "approval", values)
    assert (refused.status_code, refused.json()["code"]) == (409, "differences-open")
    other = await office.http.post(
        f"{path}/acknowledgement", headers=office.doctor("doctor-petrov")
    )
    assert other.status_code == 403
    said = await office.http.post(f"{path}/acknowledgement", headers=office.doctor())
    assert said.status_code == 200, said.text
    assert said.json()["acknowledged_at"]
    approved = await office.decide(application["id"], "approval", values)
    assert approved.status_code == 200, approved.text
    gone = await office.http.get(path, headers=office.doctor())
    assert (gone.status_code, gone.json()["code"]) == (404, "no-record")  # C32: nothing is kept


async def test_c24_whoever_became_somebody_else_after_filing_waits_for_a_doctor(
    office: Office,
) -> None:
    """Printed is what was filed; the answer was held against the profile of later."""
    application = await vaccination(office)
    (question,) = await questions(office, VaccinationsRequested)
    other = profile("Другая", snils=SNILS)
    assert await office.hear(other, ANNA.account_id) == "handled"
    said = vaccinations_answer(question, last_name="Другая", snils=SNILS)
    assert await answer(office, said, question) == "handled"
    read = await stands(office, application, "submitted")
    assert "профиля изменились" in read["history"][-1]["reason"]
    assert await certificates_ordered(office) == []


async def test_a_person_who_is_not_confirmed_any_more_waits_for_a_doctor(office: Office) -> None:
    application = await vaccination(office)
    (question,) = await questions(office, VaccinationsRequested)
    told = ProfileRejected(account_id=ANNA.account_id, mismatches=("snils",))
    assert await office.hear(told, ANNA.account_id) == "handled"
    assert await answer(office, vaccinations_answer(question), question) == "handled"
    read = await stands(office, application, "submitted")
    assert "не подтверждены" in read["history"][-1]["reason"]


async def test_a_person_whom_the_register_does_not_know_waits_for_a_doctor(office: Office) -> None:
    application = await vaccination(office)
    (question,) = await questions(office, VaccinationsRequested)
    await answer(office, vaccinations_answer(question, (), found=False), question)
    waiting = await stands(office, application, "submitted")
    assert waiting["history"][-1]["who"] == "system"
    assert "не найден" in waiting["history"][-1]["reason"]


async def test_an_extract_that_no_document_holds_asks_for_a_shorter_period(office: Office) -> None:
    """C23: refused while the citizen can mend it, never at sealing; then asked anew."""
    application = await extract(office)
    (question,) = await questions(office, RecordRequested)
    text = "Осмотр без особенностей, состояние удовлетворительное, жалоб не предъявляет. " * 4
    many = [entry(title=f"Приём {n}", text=text) for n in range(400)]
    for seq, part in enumerate(record_answers(question, many, parts=4), start=1):
        assert await answer(office, part, question, seq=seq) == "handled"
    asked = await stands(office, application, "awaiting-documents")
    assert [c["code"] for c in asked["corrections"]] == ["period_from", "period_to"]
    assert "Выберите период короче" in asked["comment"]
    assert len(await outbox_events(office.app, DocumentsRequested)) == 1
    shorter = {"fields": {"period_from": "2025-05-01", "period_to": "2025-07-01"}}
    supplied = await office.http.post(
        f"/v1/applications/{application['id']}/documents", json=shorter, headers=office.citizen()
    )
    assert supplied.json()["state"] == "checking", supplied.text
    _, again = await questions(office, RecordRequested, count=2)
    (said,) = record_answers(again)
    assert await answer(office, said, question, seq=9) == "dead-letter"  # the old question
    assert await answer(office, said, again, seq=10) == "handled"
    await stands(office, application, "approved")


async def test_400_entries_are_issued(office: Office) -> None:
    application = await extract(office)
    (question,) = await questions(office, RecordRequested)
    text = "Осмотр без особенностей, состояние удовлетворительное, жалоб нет."
    many = [entry(title=f"Приём {n}", text=text) for n in range(400)]
    for seq, part in enumerate(record_answers(question, many, parts=3), start=1):
        await answer(office, part, question, seq=seq)
    await stands(office, application, "approved")
    (ordered,) = await questions(office, DocumentOrdered)
    printed = "\n".join(f.value for f in decrypted(ordered.data).fields)
    assert all(f"Приём {n}:" in printed for n in range(400))


async def test_without_an_answer_a_doctor_gets_it_in_time(office: Office) -> None:
    """n10: it is asked again meanwhile, and once more when the answer is too late to matter."""
    application = await extract(office)
    timers = find(office.app, Runtime).timers.collection
    waits = {"_id": timer_id(CHECK_TIMER, application["id"])}
    found = await timers.find_one(waits)
    assert found is not None
    assert found["due_at"] - office.clock() <= timedelta(minutes=5)
    await timers.update_one(waits, {"$set": {"due_at": office.clock()}})
    waiting = await stands(office, application, "submitted")
    assert "вовремя" in waiting["history"][-1]["reason"]
    (question,) = await questions(office, RecordRequested)
    (said,) = record_answers(question)
    assert await answer(office, said, question) == "handled"  # late: for the doctor, not for us
    assert (await office.read(application["id"]))["state"] == "submitted"
    assert await certificates_ordered(office) == []


async def test_a_clinic_that_cannot_seal_leaves_it_to_a_doctor(office: Office) -> None:
    application = await vaccination(office)
    lost = signer(Holder.ORGANISATION, CLINIC.id, active=False)
    assert await office.hear(lost, lost.signer_id) == "handled"
    (question,) = await questions(office, VaccinationsRequested)
    await answer(office, vaccinations_answer(question), question)
    waiting = await stands(office, application, "submitted")
    assert "печати" in waiting["history"][-1]["reason"]


async def test_a_failed_sealing_is_a_doctors_matter(office: Office) -> None:
    """No doctor had it, so it goes to the queue; the record is asked for again."""
    application = await vaccination(office)
    (question,) = await questions(office, VaccinationsRequested)
    await answer(office, vaccinations_answer(question), question)
    approved = await stands(office, application, "approved")
    assert await office.hear(unsealable(approved, paper="certificate"), "doc-1") == "handled"
    back = await stands(office, application, "submitted")
    assert back["certificate"] is None
    await questions(office, VaccinationsRequested, count=2)
    assert (await office.decide(application["id"], "claim", subject=ORLOVA.account_id)).is_success


async def test_whatever_repeats_there_is_one_certificate(office: Office) -> None:
    """The answer twice and the check many times at once: one number, one order."""
    application = await vaccination(office)
    (question,) = await questions(office, VaccinationsRequested)
    said = vaccinations_answer(question)
    await asyncio.gather(*(answer(office, said, question, seq=n) for n in range(1, 5)))
    await stands(office, application, "approved")
    timers = find(office.app, Runtime).timers.collection

    async def idle() -> bool:
        return await timers.count_documents({"kind": CHECK_TIMER}) == 0

    await eventually(idle)
    assert len(await certificates_ordered(office)) == 1
