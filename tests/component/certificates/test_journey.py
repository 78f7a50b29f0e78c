"""From a draft to a certificate that a stranger can check: the whole way over HTTP and events."""

from __future__ import annotations

from stdnum import damm

from contracts.certificates import (
    ApplicationSubmitted,
    CertificateIssued,
    ReviewEnded,
    ReviewStarted,
)
from contracts.orders import ApplicationApprovedV2
from contracts.topics import heard_by
from services.certificates.registry.domain.numbers import normalised
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.service import outbox_events
from tests.support.services.certificates.builders import FORM_086
from tests.support.services.certificates.events import sealed
from tests.support.services.certificates.office import Office
from tests.support.tools.encryption import decrypted


async def test_a_certificate_is_applied_for_reviewed_sealed_issued_and_verified(
    office: Office,
) -> None:
    """C4, C5, C11, C13, C14, C15, C20, C31, C34."""
    application = await office.submitted()
    assert application["state"] == "submitted"
    assert application["state_label"] == "Ожидает рассмотрения"
    assert damm.is_valid(application["tracking_number"].replace("-", ""))
    assert application["deadline_at"]
    assert application["consent_version"] == "2026-09"

    queue = (await office.http.get("/v1/reviews", headers=office.doctor())).json()["items"]
    assert [item["application_id"] for item in queue] == [application["id"]]
    claimed = (await office.decide(application["id"], "claim")).json()
    assert claimed["state"] == "in-review"
    assert claimed["fields"]["last_name"] == "Соколова"
    assert claimed["actions"] == ["approve", "refuse", "request-documents", "release"]
    approved = (await office.decide(application["id"], "approval", office.examined())).json()
    assert approved["state"] == "approved"
    number = approved["certificate"]["number"]
    assert normalised(number) == number

    mine = await office.http.get("/v1/certificates", headers=office.citizen())
    assert mine.json()["items"] == []  # not before it is sealed
    early = await office.http.get(f"/v1/public/certificates/{number}")
    assert early.json()["state"] == "unknown"
    assert await office.hear(sealed(approved), "doc-1") == "handled"

    issued = await office.read(application["id"])
    assert issued["state"] == "issued"
    assert [(e["move"], e["who_label"]) for e in issued["history"]] == [
        ("submit", "Заявитель"),
        ("claim", "Врач"),
        ("approve", "Врач"),
        ("seal", "Система"),
    ]
    (certificate,) = (await office.http.get("/v1/certificates", headers=office.citizen())).json()[
        "items"
    ]
    assert certificate["number"] == number
    assert certificate["status"] == "issued"
    assert certificate["document_id"] == "doc-1"
    assert certificate["verify_url"].endswith(f"/verify/{number}")
    one = await office.http.get(f"/v1/certificates/{certificate['id']}", headers=office.citizen())
    assert one.json() == certificate

    public = (await office.http.get(f"/v1/public/certificates/{number}")).json()
    assert public["state"] == "valid"
    assert public["name"] == "С*** А*** С***"


async def test_each_step_is_one_event_with_the_next_version(office: Office) -> None:
    """Everything that documents needs is in the approval; personal data only under pii."""
    issued = await office.issued()
    events = [
        (await outbox_events(office.app, kind))[0]
        for kind in (ApplicationSubmitted, ReviewStarted, ApplicationApprovedV2, CertificateIssued)
    ]
    assert [event.seq for event in events] == [1, 3, 4, 6]  # 2: the receipt
    (ended,) = await outbox_events(office.app, ReviewEnded)
    assert (ended.seq, ended.aggregateid) == (5, issued["id"])
    assert {event.aggregateid for event in events} == {issued["id"]}
    submitted, started, approved, done = (event.data for event in events)
    assert submitted.fee_kopecks == FORM_086.fee_kopecks
    assert set(started.attachments) == {
        "file-policy",
        "file-blood-count",
        "file-biochemistry",
        "file-ecg",
    }
    assert started.doctor_id == "doctor-orlova"
    assert approved.certificate_title == FORM_086.printed_title
    form = decrypted(approved).fields
    assert [f.key for f in form] == [row.key for row in FORM_086.printed]
    assert {f.key: f.value for f in form}["number"] == approved.number
    assert approved.verify_url.endswith(approved.number)
    assert (done.number, done.document_id, done.sha256) == (approved.number, "doc-1", "b" * 64)
    for event in events:
        public = event.model_dump_json(exclude={"data": {"pii"}})
        assert "Соколова" not in public
        assert "Анна" not in public


async def test_it_listens_to_exactly_what_the_registry_says(office: Office) -> None:
    wanted = {event.TYPE for events in heard_by("certificates").values() for event in events}
    assert set(find(office.app, Runtime).dispatcher.handlers) == wanted
