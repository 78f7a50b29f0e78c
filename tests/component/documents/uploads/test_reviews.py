"""Who reviews may read, and nobody else: D2, the events ReviewStarted and ReviewEnded."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from contracts.scheduling import AppointmentFilesShared
from services.chassis.foundation import clock
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from services.chassis.work.transactions import Transaction
from services.documents.uploads.domain.files import Grant
from tests.support import scans
from tests.support.eventually import eventually
from tests.support.service import an_event, deliver
from tests.support.services.documents import DocumentsService, review_ended, review_started

ORLOVA, PETROV = "doctor-orlova", "doctor-petrov"


async def _uploaded(office: DocumentsService, citizen: str, title: str = "скан") -> str:
    answer = await office.upload(citizen, scans.png(72, title=title))
    file_id: str = answer.json()["file_id"]
    return file_id


async def _started(
    office: DocumentsService, doctor: str, *files: str, seq: int = 2, application: str = "a1"
) -> str:
    data = review_started("anna", doctor, files, application=application)
    return await deliver(office.app, an_event(data, aggregate_id=application, seq=seq))


async def _may_read(office: DocumentsService, doctor: str, file_id: str) -> bool:
    seen = await office.get(f"/v1/files/{file_id}", doctor, "doctor")
    link = await office.link(f"/v1/files/{file_id}", doctor, "doctor")
    assert (seen.status_code == 200) == (link.status_code == 201)
    return link.status_code == 201


async def test_the_doctor_who_took_the_application_reads_and_is_in_the_journal(
    office: DocumentsService,
) -> None:
    attached, other = await _uploaded(office, "anna"), await _uploaded(office, "anna", "другой")
    assert not await _may_read(office, ORLOVA, attached)
    assert await _started(office, ORLOVA, attached) == "handled"
    assert await _may_read(office, ORLOVA, attached)
    assert not await _may_read(office, ORLOVA, other)
    assert not await _may_read(office, PETROV, attached)
    reads = (await office.get(f"/v1/files/{attached}/reads", "anna")).json()["items"]
    assert [(r["occasion"], r["role_title"], r["reader_id"]) for r in reads] == [
        ("link", "врач", ORLOVA),
        ("seen", "врач", ORLOVA),
    ]
    assert (await office.get("/v1/looks", "anna")).json()["items"] == reads


async def test_a_claim_whose_news_comes_in_a_moment_is_waited_for(office: DocumentsService) -> None:
    attached = await _uploaded(office, "anna")
    asked = asyncio.create_task(office.link(f"/v1/files/{attached}", ORLOVA, "doctor"))
    await eventually(lambda: find(office.app, Runtime).permits.taken > 0)
    await _started(office, ORLOVA, attached)
    assert (await asked).status_code == 201


async def test_a_citizen_with_a_doctors_name_is_no_doctor(office: DocumentsService) -> None:
    attached = await _uploaded(office, "anna")
    await _started(office, ORLOVA, attached)
    assert (await office.link(f"/v1/files/{attached}", ORLOVA, "citizen")).status_code == 404
    assert (await office.link(f"/v1/files/{attached}", ORLOVA, "registrar")).status_code == 404


async def test_the_journal_is_the_owners_and_not_the_doctors(office: DocumentsService) -> None:
    attached = await _uploaded(office, "anna")
    await _started(office, ORLOVA, attached)
    assert (await office.get(f"/v1/files/{attached}/reads", ORLOVA, "doctor")).status_code == 403


async def test_the_same_event_twice_changes_nothing(office: DocumentsService) -> None:
    attached = await _uploaded(office, "anna")
    event = an_event(
        review_started("anna", ORLOVA, (attached,), application="a1"), aggregate_id="a1", seq=2
    )
    assert await deliver(office.app, event) == "handled"
    assert await deliver(office.app, event) == "duplicate"
    assert await _may_read(office, ORLOVA, attached)


async def test_when_another_doctor_takes_it_the_first_reads_no_more(
    office: DocumentsService,
) -> None:
    attached = await _uploaded(office, "anna")
    await _started(office, ORLOVA, attached, seq=2)
    await _started(office, PETROV, attached, seq=4)
    assert await _may_read(office, PETROV, attached)
    assert not await _may_read(office, ORLOVA, attached)


async def test_a_late_event_does_not_bring_the_first_doctor_back(office: DocumentsService) -> None:
    attached = await _uploaded(office, "anna")
    await _started(office, PETROV, attached, seq=4)
    assert await _started(office, ORLOVA, attached, seq=2) == "duplicate"
    assert await _may_read(office, PETROV, attached)
    assert not await _may_read(office, ORLOVA, attached)


async def _ended(
    office: DocumentsService, doctor: str, *, seq: int, application: str = "a1"
) -> str:
    data = review_ended(doctor, application=application)
    return await deliver(office.app, an_event(data, aggregate_id=application, seq=seq))


async def test_d2_when_the_review_is_over_the_doctor_reads_no_more(
    office: DocumentsService,
) -> None:
    attached = await _uploaded(office, "anna")
    await _started(office, ORLOVA, attached, application="a1")
    await _started(office, ORLOVA, attached, application="a2")
    assert await _ended(office, ORLOVA, seq=3, application="a1") == "handled"
    assert await _may_read(office, ORLOVA, attached)  # the other review goes on
    assert await _ended(office, ORLOVA, seq=3, application="a2") == "handled"
    assert not await _may_read(office, ORLOVA, attached)


async def test_d2_the_end_twice_or_late_does_not_touch_a_newer_review(
    office: DocumentsService,
) -> None:
    attached = await _uploaded(office, "anna")
    await _started(office, ORLOVA, attached, seq=2)
    data = review_ended(ORLOVA, application="a1")
    event = an_event(data, aggregate_id="a1", seq=3)
    assert await deliver(office.app, event) == "handled"
    assert await deliver(office.app, event) == "duplicate"
    await _started(office, PETROV, attached, seq=6)
    assert await _ended(office, ORLOVA, seq=5) == "duplicate"
    assert await _may_read(office, PETROV, attached)


async def test_d2_a_beginning_behind_its_end_opens_nothing(office: DocumentsService) -> None:
    attached = await _uploaded(office, "anna")
    assert await _ended(office, ORLOVA, seq=3) == "handled"
    assert await _started(office, ORLOVA, attached, seq=2) == "duplicate"
    assert not await _may_read(office, ORLOVA, attached)


async def test_a_file_in_two_applications_is_read_by_both_doctors(office: DocumentsService) -> None:
    attached = await _uploaded(office, "anna")
    await _started(office, ORLOVA, attached, application="a1")
    await _started(office, PETROV, attached, application="a2")
    assert await _may_read(office, ORLOVA, attached)
    assert await _may_read(office, PETROV, attached)


async def test_an_event_cannot_open_somebody_elses_file(office: DocumentsService) -> None:
    foreign = await _uploaded(office, "boris")
    assert await _started(office, ORLOVA, foreign, "unknown-file") == "handled"
    assert not await _may_read(office, ORLOVA, foreign)


async def test_a_grant_ends_by_itself(office: DocumentsService) -> None:
    attached = await _uploaded(office, "anna")
    await _started(office, ORLOVA, attached)
    use = office.uploads
    past = use.deps.now() - timedelta(seconds=1)

    async def work(tx: Transaction) -> None:
        await use.files.replace_grants(tx, "a1", [Grant("a1", attached, ORLOVA, past, past)])

    await use.deps.transactions.run(work)
    assert not await _may_read(office, ORLOVA, attached)


async def test_a26_the_staff_of_a_visits_clinic_read_what_its_patient_attached(
    office: DocumentsService,
) -> None:
    """A23, D2: at that clinic, while the visit stands; nobody else's files, and with a trace."""
    mine, others = await _uploaded(office, "anna"), await _uploaded(office, "boris")
    here, there = {"registrar": "clinic-1"}, {"doctor": "clinic-2"}

    async def shared(*files: str, seq: int, clinic: str = "clinic-1") -> None:
        data = AppointmentFilesShared(
            appointment_id="v1",
            citizen_id="anna",
            clinic_id=clinic,
            file_ids=files,
            until=clock.now() + timedelta(days=3),
        )
        assert await deliver(office.app, an_event(data, aggregate_id="v1", seq=seq)) == "handled"

    async def may(post: dict[str, str], file_id: str = mine) -> bool:
        (role, clinic), *_ = post.items()
        who = office.tokens.headers("staff-1", role, clinic_id=clinic)
        answer = await office.client.post(f"/v1/files/{file_id}/links", headers=who)
        assert answer.status_code in (201, 404)
        return answer.status_code == 201

    assert not await may(here)
    await shared(mine, others, seq=1)
    assert (await may(here), await may(there), await may(here, others)) == (True, False, False)
    (look,) = (await office.get(f"/v1/files/{mine}/reads", "anna")).json()["items"]
    assert (look["occasion"], look["reader_id"]) == ("link", "staff-1")
    await shared(mine, seq=2, clinic="clinic-2")
    assert (await may(here), await may(there)) == (False, True)
    await shared(seq=3)
    assert not await may(there)
