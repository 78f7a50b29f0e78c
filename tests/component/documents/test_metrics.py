"""What documents counts (O2): uploads by purpose and outcome, sealing and how long it takes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from contracts.documents import DocumentSealed, SealingFailed
from services.chassis.database.deadline import TookTooLongError
from services.chassis.database.idempotency import Once
from services.chassis.foundation.settings import Platform
from services.documents.uploads.api.views import FileView
from services.documents.uploads.usecases.uploading import Sender, Upload
from tests.support import scans
from tests.support.eventually import eventually
from tests.support.pki_files import flip_list, lasting, revocations
from tests.support.service import Tokens, an_event, deliver, outbox_events
from tests.support.services.documents import (
    DOCTOR,
    DocumentsService,
    approved,
    booked,
    documents_running,
    time_stamping,
)
from tests.support.tools.flow import metric, too_late
from tests.support.tools.runbooks import found_by
from tests.support.tools.spans import listening


def uploads(office: DocumentsService, purpose: str) -> tuple[float, float]:
    """Taken and refused."""
    taken, refused = (
        metric(office.app, "uploads_total", purpose=purpose, outcome=outcome)
        for outcome in ("taken", "refused")
    )
    return taken, refused


async def test_uploads_are_counted_by_purpose_and_outcome(office: DocumentsService) -> None:
    """O2: the same request again is no second upload; a stranger's purpose is no label."""
    scan = scans.pdf()
    for _ in range(2):
        assert (await office.upload("anna", scan, key="one")).status_code == 201
    assert (await office.upload("anna", b"GIF89a")).status_code >= 400
    low = await office.upload("anna", scans.pdf(dpi=72), purpose="card-extract")
    assert low.status_code >= 400
    assert (await office.upload("anna", scans.pdf(), purpose="Соколова")).status_code >= 400
    assert uploads(office, "attachment") == (1, 1)
    assert uploads(office, "card-extract") == (0, 1)
    assert uploads(office, "unknown") == (0, 1)
    assert metric(office.app, "uploads_total", purpose="Соколова") == 0


async def test_what_is_too_large_to_be_read_is_counted_too(office: DocumentsService) -> None:
    largest = office.uploads.rules.largest_upload
    answer = await office.upload("anna", b"%PDF-" + bytes(largest + 200_000))
    assert answer.status_code == 413
    assert uploads(office, "unknown") == (0, 1)


async def test_what_came_too_late_to_commit_is_not_refused(office: DocumentsService) -> None:
    """O2, O5: the caller was told to try again; a rise of `refused` would mean bad scans."""
    scan = Upload(purpose="attachment", name="скан.pdf", content=scans.pdf())
    once = Once.of(subject="anna", route="POST /v1/files", key="k", payload=b"").answering(
        FileView.of
    )
    with pytest.raises(TookTooLongError):
        await too_late(lambda: office.uploads.upload(Sender("anna"), scan, once=once))
    assert uploads(office, "attachment") == (0, 0)
    assert metric(office.app, "uploads_total", purpose="attachment", outcome="try-again") == 1


@pytest.mark.parametrize("kind", ["certificate", "talon"])
async def test_a_sealed_document_is_counted_and_timed(office: DocumentsService, kind: str) -> None:
    """O2: sealing time, by what was sealed."""
    if kind == "certificate":
        order = approved("anna")
        event = an_event(order, aggregate_id=order.application_id, seq=5)
    else:
        visit = booked("anna")
        event = an_event(visit, aggregate_id=visit.appointment_id)
    await deliver(office.app, event)
    await eventually(lambda: outbox_events(office.app, DocumentSealed))
    await eventually(
        lambda: metric(office.app, "documents_sealed_total", kind=kind, outcome="sealed") == 1
    )
    assert metric(office.app, "documents_sealed_total") == 1
    assert metric(office.app, "document_sealing_duration_seconds_count", kind=kind) == 1
    assert 0 < metric(office.app, "document_sealing_duration_seconds_sum", kind=kind) < 60


async def test_what_can_never_be_sealed_is_a_failure(office: DocumentsService) -> None:
    """O2, O3: sealing failures, and the line that says why."""
    order = approved("anna", doctor_id="doctor-nobody")
    with listening("documents") as said:
        await deliver(office.app, an_event(order, aggregate_id=order.application_id, seq=5))
        await eventually(lambda: outbox_events(office.app, SealingFailed))
        await eventually(
            lambda: (
                metric(office.app, "documents_sealed_total", kind="certificate", outcome="failed")
                == 1
            )
        )
    (line,) = found_by("SealingFailures", said)
    (told,) = await outbox_events(office.app, SealingFailed)
    assert (line["document_id"], line["kind"]) == (told.data.document_id, "certificate")
    assert line["code"]
    assert metric(office.app, "documents_sealed_total", outcome="sealed") == 0
    assert metric(office.app, "document_sealing_duration_seconds_count") == 0


async def test_what_is_left_of_certificates_and_lists_is_measured(
    platform: Platform, database: str, tokens: Tokens, own: Path
) -> None:
    """The first end counts; a list that nobody can believe has nothing left."""
    now, day = datetime.now(UTC), 86400
    lasting(own, f"doctors/{DOCTOR.id}", now + timedelta(days=20))
    lasting(own, "tsa", now + timedelta(days=400))
    revocations(own, until=now + timedelta(days=5))
    async with (
        time_stamping(own) as tsa,
        documents_running(platform, database, tokens, pki=own, tsa_url=tsa) as office,
    ):
        measure = office.documents.measure_ends

        def days(name: str, **labels: str) -> float:
            return metric(office.app, f"{name}_remaining_seconds", **labels) / day

        def holder(name: str) -> float:
            return days("signing_certificate", holder=name)

        visit = booked("anna")
        await deliver(office.app, an_event(visit, aggregate_id=visit.appointment_id))
        await eventually(lambda: outbox_events(office.app, DocumentSealed))
        await measure()
        assert holder("doctor") == pytest.approx(20, abs=0.1)
        assert holder("timestamps") == pytest.approx(400, abs=0.1)
        assert holder("organisation") < holder("issuing") < holder("root")
        assert days("revocation_list", authority="issuing") == pytest.approx(5, abs=0.1)
        assert days("revocation_list", authority="root") > 300
        flip_list(own)
        await measure()
        assert days("revocation_list", authority="issuing") == 0
        assert days("revocation_list", authority="root") > 300
        (own / "root.pem").unlink()
        await measure()
        assert days("revocation_list", authority="root") == 0


async def test_how_long_a_document_waits_is_measured_and_the_log_says_for_what(
    platform: Platform, database: str, tokens: Tokens, own: Path, tsa: str
) -> None:
    lasting(own, "organisation", datetime.now(UTC) - timedelta(days=1))
    async with documents_running(platform, database, tokens, pki=own, tsa_url=tsa) as office:
        documents = office.documents
        await documents.measure_waiting()
        assert metric(office.app, "documents_waiting_oldest_seconds") == 0
        order = approved("anna")
        with listening("documents") as said:
            await deliver(office.app, an_event(order, aggregate_id=order.application_id, seq=5))
            await eventually(lambda: found_by("DocumentsWait", said))
        assert "истёк" in found_by("DocumentsWait", said)[0]["error"]
        await documents.measure_waiting()
        assert 0 < metric(office.app, "documents_waiting_oldest_seconds") < 60
