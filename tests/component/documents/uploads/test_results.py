"""C21: what a doctor finds becomes a result of somebody, who reads it and sees who else did."""

from __future__ import annotations

from contracts.certificates import ResultAttached
from contracts.documents import FileAccepted
from tests.support import scans
from tests.support.service import an_event, deliver, outbox_events
from tests.support.services.documents import DocumentsService, review_ended, review_started

ORLOVA, PETROV = "doctor-orlova", "doctor-petrov"


def attached(file_id: str, citizen: str, *, doctor: str = ORLOVA) -> ResultAttached:
    return ResultAttached(
        application_id="a1",
        tracking_number="MZ-1",
        citizen_id=citizen,
        certificate_title="Справка 086/у",
        doctor_id=doctor,
        file_id=file_id,
    )


async def _told(office: DocumentsService, said: ResultAttached, seq: int) -> str:
    return await deliver(office.app, an_event(said, aggregate_id="a1", seq=seq))


async def _result(office: DocumentsService, doctor: str = ORLOVA) -> str:
    answer = await office.upload(doctor, scans.pdf(), purpose="result", roles=("doctor",))
    assert answer.status_code == 201, answer.text
    file_id: str = answer.json()["file_id"]
    return file_id


async def _reads(office: DocumentsService, who: str, file_id: str, *roles: str) -> bool:
    seen = await office.get(f"/v1/files/{file_id}", who, *roles)
    link = await office.link(f"/v1/files/{file_id}", who, *roles)
    assert (seen.status_code == 200) == (link.status_code == 201)
    return link.status_code == 201


async def test_c21_each_sends_what_is_theirs_to_send(office: DocumentsService) -> None:
    file_id = await _result(office)
    (event,) = await outbox_events(office.app, FileAccepted)
    assert (event.data.owner_id, event.data.purpose) == (ORLOVA, "result")
    mine = (await office.get("/v1/files", ORLOVA, "doctor")).json()["items"]
    assert [file["file_id"] for file in mine] == [file_id]
    for who, purpose, roles in (("anna", "result", ()), (ORLOVA, "attachment", ("doctor",))):
        answer = await office.upload(who, scans.pdf(), purpose=purpose, roles=roles)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "/purpose"
    by = {p["purpose"]: p["by"] for p in (await office.client.get("/v1/purposes")).json()}
    assert (by["result"], by["attachment"]) == ("doctor", "citizen")


async def test_c21_its_citizen_reads_a_result_and_nobody_else(office: DocumentsService) -> None:
    file_id = await _result(office)
    assert not await _reads(office, "anna", file_id)
    assert await _told(office, attached(file_id, "anna"), 2) == "handled"
    assert await _told(office, attached(file_id, "anna"), 3) == "handled"  # again is the same
    assert await _reads(office, "anna", file_id)
    assert not await _reads(office, "boris", file_id)
    assert not await _reads(office, PETROV, file_id, "doctor")


async def test_d2_who_looks_at_a_result_is_in_its_citizens_journal(
    office: DocumentsService,
) -> None:
    file_id = await _result(office)
    await _told(office, attached(file_id, "anna"), 2)
    assert await _reads(office, ORLOVA, file_id, "doctor")  # who made it, too
    reads = (await office.get(f"/v1/files/{file_id}/reads", "anna")).json()["items"]
    assert [(r["occasion"], r["reader_id"]) for r in reads] == [("link", ORLOVA), ("seen", ORLOVA)]
    assert (await office.get(f"/v1/files/{file_id}/reads", "boris")).status_code == 404


async def test_c21_the_next_doctor_reads_it_as_long_as_the_review_is_theirs(
    office: DocumentsService,
) -> None:
    """Several specialists: what one found is there for those who follow."""
    file_id = await _result(office)
    await _told(office, attached(file_id, "anna"), 2)
    started = review_started("anna", PETROV, (file_id,), application="a1")
    await deliver(office.app, an_event(started, aggregate_id="a1", seq=3))
    assert await _reads(office, PETROV, file_id, "doctor")
    ended = review_ended(PETROV, application="a1")
    await deliver(office.app, an_event(ended, aggregate_id="a1", seq=4))
    assert not await _reads(office, PETROV, file_id, "doctor")
    assert await _reads(office, "anna", file_id)  # theirs for good


async def test_c21_an_event_opens_no_file_of_somebody_else(office: DocumentsService) -> None:
    """Not a citizen's upload, not another doctor's, and no result twice."""
    private = (await office.upload("boris", scans.png(150))).json()["file_id"]
    of_petrov, once = await _result(office, PETROV), await _result(office)
    assert await _told(office, attached(private, "anna"), 2) == "dead-letter"
    assert await _told(office, attached(of_petrov, "anna"), 3) == "dead-letter"
    assert await _told(office, attached("unknown", "anna"), 4) == "dead-letter"
    assert await _told(office, attached(once, "anna"), 5) == "handled"
    assert await _told(office, attached(once, "boris"), 6) == "dead-letter"
    assert not await _reads(office, "anna", private)
    assert not await _reads(office, "anna", of_petrov)
    assert not await _reads(office, "boris", once)
    foreign = review_started("boris", PETROV, (once,), application="a2")
    await deliver(office.app, an_event(foreign, aggregate_id="a2", seq=1))
    assert not await _reads(office, PETROV, once, "doctor")
