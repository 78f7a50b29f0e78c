"""From an event to a sealed PDF and back: C25–C33, A6, A7, D1–D4, X5, X6."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from contracts.documents import DocumentKind, DocumentSealed, SealingFailed
from contracts.orders import Paper, PrintedField
from deploy.world import verify_pdf
from services.chassis.database.client import Collection
from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from services.chassis.telemetry.metrics import Metrics
from services.chassis.work.timers import Due
from services.documents.access.domain.content import MediaType
from services.documents.access.errors import StorageAwayError
from services.documents.access.gateways.storage import Storage
from services.documents.sealed.domain import Document, SealedContent
from services.documents.sealed.gateways.signers import Signers
from services.documents.sealed.gateways.signing import Notary
from tests.support.eventually import eventually
from tests.support.service import Tokens, an_event, deliver, outbox_events
from tests.support.services.documents import (
    DOCTOR,
    DocumentsService,
    approved,
    booked,
    documents_running,
    form_of_name,
    make_pki,
    ordered,
    settings_of,
    time_stamping,
)

ROW = PrintedField(key="name", label="Имя", value="Анна")


async def _sealed(office: DocumentsService, count: int = 1) -> list[DocumentSealed]:
    async def there() -> list[DocumentSealed]:
        found = [e.data for e in await outbox_events(office.app, DocumentSealed)]
        return found if len(found) >= count else []

    return await eventually(there)


async def _pdf(office: DocumentsService, document_id: str, owner: str) -> bytes:
    answer = await office.link(f"/v1/documents/{document_id}", owner)
    assert answer.status_code == 201
    public = urlsplit(answer.json()["url"])
    platform: Platform = find(office.app, Runtime).settings.platform
    async with httpx2.AsyncClient() as client:
        got = await client.get(
            f"http://{platform.s3_endpoint}{public.path}?{public.query}",
            headers={"Host": public.netloc},
        )
    assert got.status_code == 200
    assert hashlib.sha256(got.content).hexdigest() == answer.json()["sha256"]
    return got.content


async def test_x5_an_approval_becomes_a_sealed_certificate(
    office: DocumentsService, pki: Path
) -> None:
    """C25–C29, C31, C33: checked as an outsider would."""
    order = approved("anna")
    assert await deliver(office.app, an_event(order, aggregate_id=order.application_id, seq=5)) == (
        "handled"
    )
    (said,) = await _sealed(office)
    assert (said.kind, said.reference_id) == (DocumentKind.CERTIFICATE, order.application_id)
    assert (said.owner_id, said.number) == ("anna", order.number)
    # the event names offices, not the doctor: nobody private is named outside `pii`
    office_of_doctor, organisation = (signature.signer for signature in said.signatures)
    assert office_of_doctor == f"{DOCTOR.position}, {organisation}"
    pdf = await _pdf(office, said.document_id, "anna")
    assert (len(pdf), hashlib.sha256(pdf).hexdigest()) == (said.size, said.sha256)
    text = verify_pdf.text(pdf)
    for printed in ("Соколова Анна Сергеевна", "Годна к обучению.", order.number, "ОГРН"):
        assert printed in text
    assert verify_pdf.read_qr(pdf) == [order.verify_url]
    reports = await verify_pdf.check_signatures(pdf, (pki / "root.pem").read_bytes())
    assert [report.good for report in reports] == [True, True]
    assert verify_pdf.check_pdfa(pdf) == []
    (xml,) = verify_pdf.attachments(pdf).values()
    assert "Соколова Анна Сергеевна" in xml.decode()


async def test_c31_a_form_of_many_rows_and_long_text_is_sealed_over_several_pages(
    office: DocumentsService, pki: Path
) -> None:
    long = "Длинный текст заключения, который не помещается в строку. " * 12
    fields = tuple(PrintedField(key=f"row{n}", label=f"Раздел {n}", value=long) for n in range(30))
    order = approved("anna", form=fields)
    await deliver(office.app, an_event(order, aggregate_id=order.application_id, seq=5))
    (said,) = await _sealed(office)
    pdf = await _pdf(office, said.document_id, "anna")
    reports = await verify_pdf.check_signatures(pdf, (pki / "root.pem").read_bytes())
    assert [report.good for report in reports] == [True, True]
    assert verify_pdf.check_pdfa(pdf) == []
    assert "Раздел 29" in verify_pdf.text(pdf)


async def test_c22_a_paper_that_no_doctor_signs_has_the_clinics_seal_alone(
    office: DocumentsService, pki: Path
) -> None:
    """A certificate of a register and a receipt: told apart by `paper`, never by the kind."""
    for paper in Paper:
        order = ordered("anna", paper=paper)
        event = an_event(order, aggregate_id=order.application_id, seq=3)
        assert await deliver(office.app, event) == "handled"
        assert await deliver(office.app, event) == "duplicate"
    said = {one.paper: one for one in await _sealed(office, len(Paper))}
    assert said.keys() == set(Paper)
    for one in said.values():
        assert (one.kind, len(one.signatures)) == (DocumentKind.CERTIFICATE, 1)
        pdf = await _pdf(office, one.document_id, "anna")
        (report,) = await verify_pdf.check_signatures(pdf, (pki / "root.pem").read_bytes())
        assert report.good
        assert verify_pdf.check_pdfa(pdf) == []
        text = verify_pdf.text(pdf)
        assert "Соколова Анна Сергеевна" in text
        assert "Врач:" not in text
        assert one.number in verify_pdf.read_qr(pdf)[0]


async def test_c23_a_long_extract_is_sealed_over_several_pages(
    office: DocumentsService, pki: Path
) -> None:
    """As much as one order may hold, without a doctor; every entry is on some page."""
    lines = [f"{n:03}. 12.03.2025 Приём терапевта: жалоб нет, осмотр без особенностей" for n in
             range(400)]  # fmt: skip
    fields = tuple(
        PrintedField(
            key=f"exams-{part}", label="Обследования", value="\n".join(lines[at : at + 50])
        )
        for part, at in enumerate(range(0, len(lines), 50))
    )
    order = ordered("anna", form=fields)
    await deliver(office.app, an_event(order, aggregate_id=order.application_id, seq=3))
    (said,) = await _sealed(office)
    pdf = await _pdf(office, said.document_id, "anna")
    (report,) = await verify_pdf.check_signatures(pdf, (pki / "root.pem").read_bytes())
    assert report.good
    text = verify_pdf.text(pdf)
    assert [n for n in range(400) if f"{n:03}." not in text] == []


async def test_a7_a_talon_has_exactly_the_five_things_and_a_qr(office: DocumentsService) -> None:
    """A6, A7."""
    visit = booked("anna")
    await deliver(office.app, an_event(visit, aggregate_id=visit.appointment_id))
    (said,) = await _sealed(office)
    assert (said.kind, said.reference_id) == (DocumentKind.TALON, visit.appointment_id)
    pdf = await _pdf(office, said.document_id, "anna")
    text = verify_pdf.text(pdf)
    for printed in (
        "Соколова Анна Сергеевна",
        "Терапевт",
        "23 ноября 2026 г., 10:20",
        "№ 45",
        "ул. Садовая, д. 12",
        visit.talon_number,
    ):
        assert printed in text
    assert "Орлова" not in text  # C32: nothing more than A7 names
    assert verify_pdf.read_qr(pdf) == [visit.check_url]


async def test_the_same_event_twice_makes_one_document(office: DocumentsService) -> None:
    order = approved("anna")
    event = an_event(order, aggregate_id=order.application_id, seq=5)
    assert await deliver(office.app, event) == "handled"
    assert await deliver(office.app, event) == "duplicate"
    (said,) = await _sealed(office)
    listed = (await office.get("/v1/documents", "anna")).json()["items"]
    assert [d["document_id"] for d in listed] == [said.document_id]


async def test_the_same_booking_twice_makes_one_talon(office: DocumentsService) -> None:
    visit = booked("anna")
    event = an_event(visit, aggregate_id=visit.appointment_id)
    assert await deliver(office.app, event) == "handled"
    assert await deliver(office.app, event) == "duplicate"
    await _sealed(office)
    listed = (await office.get("/v1/documents", "anna")).json()["items"]
    assert [d["reference_id"] for d in listed] == [visit.appointment_id]


async def test_an_approval_that_comes_late_is_sealed_all_the_same(office: DocumentsService) -> None:
    """Order of topics is nobody's promise: a later event of the application came first."""
    order = approved("anna")
    await deliver(office.app, an_event(order, aggregate_id=order.application_id, seq=9))
    again = approved("anna", application=order.application_id)
    outcome = await deliver(office.app, an_event(again, aggregate_id=order.application_id, seq=5))
    assert outcome == "handled"
    assert len(await _sealed(office, 2)) == 2


async def test_d4_a_second_approval_makes_the_next_version_and_the_first_is_kept(
    office: DocumentsService,
) -> None:
    order = approved("anna")
    await deliver(office.app, an_event(order, aggregate_id=order.application_id, seq=5))
    (first,) = await _sealed(office)
    await deliver(office.app, an_event(order, aggregate_id=order.application_id, seq=8))
    second = (await _sealed(office, 2))[1]
    view = (await office.get(f"/v1/documents/{second.document_id}", "anna")).json()
    assert (view["revision"], view["replaces"]) == (2, first.document_id)
    assert view["replaced_by"] is None
    old = (await office.get(f"/v1/documents/{first.document_id}", "anna")).json()
    assert (old["revision"], old["replaced_by"]) == (1, second.document_id)
    pdf = await _pdf(office, first.document_id, "anna")
    check = (await office.client.post("/v1/public/checks", content=pdf)).json()
    assert (check["genuine"], check["current"]) == (True, False)
    assert "заменён" in check["detail"]


async def test_d4_an_order_for_another_replaces_nobodys_certificate(
    office: DocumentsService,
) -> None:
    order = approved("anna")
    await deliver(office.app, an_event(order, aggregate_id=order.application_id, seq=5))
    (first,) = await _sealed(office)
    other = approved("thief", application=order.application_id)
    event = an_event(other, aggregate_id=order.application_id, seq=8)
    assert await deliver(office.app, event) == "dead-letter"
    view = (await office.get(f"/v1/documents/{first.document_id}", "anna")).json()
    assert view["replaced_by"] is None
    assert (await office.get("/v1/documents", "thief")).json()["items"] == []


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"form": (ROW, ROW)}, "order-malformed"),
        ({"doctor_id": "doctor-nobody"}, "doctor-key-unknown"),
        ({"doctor_id": "../organisation"}, "doctor-key-unknown"),
        ({"form": form_of_name("Имя 漢字")}, "unprintable-text"),
        ({"verify_url": "http://x/" + "a" * 1015}, "qr-too-long"),
    ],
)
async def test_what_can_never_be_sealed_is_said_once(
    office: DocumentsService, changed: dict[str, Any], code: str
) -> None:
    order = approved("anna", **changed)
    await deliver(office.app, an_event(order, aggregate_id=order.application_id, seq=5))

    async def failures() -> list[SealingFailed]:
        return [e.data for e in await outbox_events(office.app, SealingFailed)]

    (said,) = await eventually(failures)
    assert (said.reason_code, said.reference_id) == (code, order.application_id)
    assert said.reason
    view = (await office.get(f"/v1/documents/{said.document_id}", "anna")).json()
    assert view["state"] == "failed"
    refused = await office.link(f"/v1/documents/{said.document_id}", "anna")
    assert (refused.status_code, refused.json()["code"]) == (409, "document-not-sealed")
    assert (await office.get("/v1/documents", "anna")).json()["items"] == []
    timers = find(office.app, Runtime).timers.collection
    assert await timers.count_documents({}) == 0


async def test_a_failed_document_can_be_ordered_again(office: DocumentsService) -> None:
    wrong = approved("anna", doctor_id="doctor-nobody")
    await deliver(office.app, an_event(wrong, aggregate_id=wrong.application_id, seq=5))
    await eventually(lambda: outbox_events(office.app, SealingFailed))
    right = approved("anna", application=wrong.application_id)
    await deliver(office.app, an_event(right, aggregate_id=wrong.application_id, seq=7))
    (said,) = await _sealed(office)
    assert said.reference_id == wrong.application_id


async def test_an_authority_that_is_away_is_waited_for(
    platform: Platform, database: str, tokens: Tokens, pki: Path
) -> None:
    async with time_stamping(pki) as url:
        port = urlsplit(url).port or 0
    async with documents_running(platform, database, tokens, pki=pki, tsa_url=url) as office:
        order = approved("anna")
        await deliver(office.app, an_event(order, aggregate_id=order.application_id, seq=5))
        timers = find(office.app, Runtime).timers.collection
        await eventually(lambda: timers.find_one({"attempts": {"$gte": 2}}))
        assert await outbox_events(office.app, SealingFailed) == []
        async with time_stamping(pki, port):
            assert len(await _sealed(office)) == 1


async def test_keys_that_are_not_there_yet_are_waited_for(  # noqa: PLR0917 - fixtures
    platform: Platform, database: str, tokens: Tokens, pki: Path, tsa: str, tmp_path: Path
) -> None:
    later = tmp_path / "pki"
    async with documents_running(platform, database, tokens, pki=later, tsa_url=tsa) as office:
        order = approved("anna")
        await deliver(office.app, an_event(order, aggregate_id=order.application_id, seq=5))
        timers = find(office.app, Runtime).timers.collection
        await eventually(lambda: timers.find_one({"error": {"$regex": "trusted certificates"}}))
        later.symlink_to(pki)
        assert len(await _sealed(office)) == 1


async def test_c30_a_doctor_without_a_doctors_certificate_signs_nothing(
    platform: Platform, database: str, tokens: Tokens, tsa: str, tmp_path: Path
) -> None:
    pki = make_pki(tmp_path / "pki")
    for end in ("key", "pem"):
        shutil.copy(pki / f"organisation.{end}", pki / "doctors" / f"doctor-fake.{end}")
    async with documents_running(platform, database, tokens, pki=pki, tsa_url=tsa) as office:
        order = approved("anna", doctor_id="doctor-fake")
        await deliver(office.app, an_event(order, aggregate_id=order.application_id, seq=5))

        async def failures() -> list[SealingFailed]:
            return [e.data for e in await outbox_events(office.app, SealingFailed)]

        (said,) = await eventually(failures)
        assert said.reason_code == "certificate-wrong-usage"


class FailingStorage(Storage):
    """S3 whose answers get lost: the first `puts` are done and still end in an error."""

    lost = 0

    async def put(self, bucket: str, sha256: str, content: bytes, media_type: MediaType) -> None:
        """Store, then lose the answer."""
        await super().put(bucket, sha256, content, media_type)
        if self.lost:
            self.lost -= 1
            message = "the answer was lost"
            raise StorageAwayError(message)


async def test_x6_a_crash_between_seal_and_record_leaves_one_effect(
    platform: Platform, database: str, tokens: Tokens, pki: Path, tsa: str
) -> None:
    settings = settings_of(platform, database, pki, tsa)
    storage = FailingStorage(platform, (settings.bucket_uploads, settings.bucket_sealed), Metrics())
    storage.lost = 1
    async with documents_running(
        platform, database, tokens, pki=pki, tsa_url=tsa, storage=storage
    ) as office:
        order = approved("anna")
        await deliver(office.app, an_event(order, aggregate_id=order.application_id, seq=5))
        (said,) = await _sealed(office)
        timers = find(office.app, Runtime).timers.collection
        await eventually(lambda: _none_left(timers))
        assert len(await outbox_events(office.app, DocumentSealed)) == 1
        pdf = await _pdf(office, said.document_id, "anna")
        assert hashlib.sha256(pdf).hexdigest() == said.sha256


async def _none_left(timers: Collection) -> bool:
    return bool(await timers.count_documents({}) == 0)


class SlowNotary(Notary):
    """Signs, then waits at a gate before it gives the PDF away."""

    def __init__(self, signers: Signers, *, now: Callable[[], datetime]) -> None:
        super().__init__(signers, now=now)
        self.gate = asyncio.Event()
        self.signed = 0

    async def seal(self, document: Document) -> SealedContent:
        content = await super().seal(document)
        self.signed += 1
        await self.gate.wait()
        return content


async def test_two_workers_on_one_document_record_it_once(
    platform: Platform, database: str, tokens: Tokens, pki: Path, tsa: str
) -> None:
    """A worker paused past its lease comes back when another has the timer."""
    async with documents_running(
        platform, database, tokens, pki=pki, tsa_url=tsa, notary=SlowNotary
    ) as office:
        notary = office.documents.notary
        assert isinstance(notary, SlowNotary)
        order = approved("anna")
        await deliver(office.app, an_event(order, aggregate_id=order.application_id, seq=5))
        await eventually(lambda: notary.signed == 1)
        timers = find(office.app, Runtime).timers.collection
        taken = await timers.find_one_and_update(
            {"kind": "seal"}, {"$set": {"token": "another"}}, return_document=True
        )
        due = Due(
            mongo=find(office.app, Runtime).mongo,
            kind="seal",
            key=taken["key"],
            token="another",
            payload={},
            attempts=2,
        )
        second = asyncio.create_task(office.documents.seal(due))
        await eventually(lambda: notary.signed == 2)
        notary.gate.set()
        await second
        await eventually(lambda: _none_left(timers))
        assert len(await outbox_events(office.app, DocumentSealed)) == 1


async def test_d2_a_document_is_its_owners_only(office: DocumentsService) -> None:
    order = approved("anna")
    await deliver(office.app, an_event(order, aggregate_id=order.application_id, seq=5))
    (said,) = await _sealed(office)
    path = f"/v1/documents/{said.document_id}"
    for answer in (
        await office.get(path, "boris"),
        await office.link(path, "boris"),
        await office.get(f"{path}/reads", "boris"),
    ):
        assert answer.status_code == 404
    assert (await office.link(path, "doctor-orlova", "doctor")).status_code == 403
    assert (await office.client.get(path)).status_code == 401
    assert (await office.get("/v1/documents", "boris")).json()["items"] == []
    await office.link(path, "anna")
    reads = (await office.get(f"{path}/reads", "anna")).json()["items"]
    assert [(r["reader_id"], r["role_title"]) for r in reads] == [("anna", "владелец")]


async def test_anybody_can_check_a_pdf_and_learns_nothing_personal(
    office: DocumentsService,
) -> None:
    """D3: one changed byte is another file."""
    order = approved("anna")
    await deliver(office.app, an_event(order, aggregate_id=order.application_id, seq=5))
    (said,) = await _sealed(office)
    pdf = await _pdf(office, said.document_id, "anna")
    answer = await office.client.post("/v1/public/checks", content=pdf)
    view = answer.json()
    assert (view["genuine"], view["number"], view["kind"]) == (True, order.number, "certificate")
    assert len(view["signatures"]) == 2
    assert "Соколова" not in answer.text
    assert "anna" not in answer.text
    tampered = bytearray(pdf)
    tampered[len(pdf) // 2] ^= 1
    answer = await office.client.post("/v1/public/checks", content=bytes(tampered))
    assert (answer.status_code, answer.json()["genuine"]) == (200, False)
    other = await office.client.post("/v1/public/checks", content=b"\x89PNG....")
    assert (other.status_code, other.json()["code"]) == (415, "not-a-pdf")
    large = await office.client.post("/v1/public/checks", content=b"%PDF-" + bytes(6 << 20))
    assert (large.status_code, large.json()["code"]) == (413, "file-too-large")


async def test_c32_what_was_printed_is_not_kept_beside_the_pdf(office: DocumentsService) -> None:
    order = approved("anna")
    await deliver(office.app, an_event(order, aggregate_id=order.application_id, seq=5))
    (said,) = await _sealed(office)
    kept = await find(office.app, Runtime).mongo.db["documents"].find_one({"_id": said.document_id})
    assert kept is not None
    assert "Соколова" not in str(kept)


@pytest.mark.parametrize("purpose", ["attachment", "card-extract"])
async def test_c7_what_was_sealed_here_is_taken_as_it_is(
    office: DocumentsService, purpose: str
) -> None:
    """It carries a file and is no scan: known by its hash, whoever sends it."""
    order = approved("anna")
    await deliver(office.app, an_event(order, aggregate_id=order.application_id, seq=5))
    (document,) = await _sealed(office)
    content = await _pdf(office, document.document_id, "anna")
    answer = await office.upload("boris", content, purpose=purpose)
    view = answer.json()
    assert answer.status_code == 201
    assert (view["pages"], view["dpi"]) == (1, None)
    # taken, and whose it is is said: it proves nothing about who sends it
    assert [remark["code"] for remark in view["remarks"]] == ["own-anothers"]
    assert view["sha256"] == view["source_sha256"] == document.sha256
    changed = await office.upload("boris", content + b"\n", purpose=purpose)
    assert (changed.status_code, changed.json()["code"]) == (422, "pdf-active-content")
    assert "без изменений" in changed.json()["detail"]
