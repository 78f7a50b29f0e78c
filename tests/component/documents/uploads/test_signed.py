"""C41, C55: our own sealed PDFs are known again, foreign ones have their signatures checked."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from contracts.documents import DocumentSealed, FileAccepted
from services.chassis.foundation.settings import Platform
from tests.support import pdfs
from tests.support.eventually import eventually
from tests.support.foreign import World, signed_by
from tests.support.service import Tokens, an_event, deliver, outbox_events
from tests.support.services.documents import (
    DocumentsService,
    approved,
    booked,
    documents_running,
    revoked,
)
from tests.support.tampering import TAMPERINGS, tampered

WORLD = World()


@pytest.fixture
async def trusting(  # noqa: PLR0917 - fixtures
    platform: Platform, database: str, tokens: Tokens, pki: Path, tsa: str, tmp_path: Path
) -> AsyncIterator[DocumentsService]:
    """The service that trusts a foreign root, too."""
    pem = b"".join(c.public_bytes(Encoding.PEM) for c in WORLD.certificates)
    await asyncio.to_thread((tmp_path / "foreign.pem").write_bytes, pem)
    async with documents_running(
        platform, database, tokens, pki=pki, tsa_url=tsa, settings={"trust_dir": tmp_path}
    ) as service:
        yield service


async def _sealed(office: DocumentsService) -> tuple[DocumentSealed, bytes]:
    async def there() -> list[DocumentSealed]:
        return [e.data for e in await outbox_events(office.app, DocumentSealed)]

    (said,) = await eventually(there)
    storage, bucket = office.documents.storage, office.documents.bucket
    return said, await storage.get(bucket, said.sha256)


async def _view(office: DocumentsService, content: bytes, **how: Any) -> dict[str, Any]:
    answer = await office.upload("anna", content, **how)
    assert answer.status_code == 201, answer.text
    view: dict[str, Any] = answer.json()
    return view


async def test_c41_our_own_certificate_is_taken_to_the_byte_and_told_of(
    office: DocumentsService,
) -> None:
    order = approved("anna")
    await deliver(office.app, an_event(order, aggregate_id=order.application_id, seq=1))
    said, pdf = await _sealed(office)
    view = await _view(office, pdf, purpose="card-extract")  # no scan, and none is asked for
    assert view["sha256"] == view["source_sha256"] == said.sha256
    assert (view["signed"], view["remarks"]) == ("signed-intact", [])
    own = view["own_document"]
    assert (own["number"], own["current"], own["code"]) == (order.number, True, "own-current")
    assert [s["signer"] for s in view["signatures"]] == [s.signer for s in said.signatures]
    assert [s["covers_whole"] for s in view["signatures"]] == [False, True]
    (event,) = await outbox_events(office.app, FileAccepted)
    assert event.data.signed == "signed-intact"
    assert event.data.own_document is not None
    assert (event.data.own_document.number, event.data.own_document.current) == (order.number, True)
    assert event.data.pii is not None
    assert all(s.intact and s.trusted for s in event.data.pii.signatures)

    await deliver(office.app, an_event(revoked(order), aggregate_id=order.application_id, seq=2))
    shown = (await office.get(f"/v1/files/{view['file_id']}", "anna")).json()
    assert shown["own_document"]["code"] == "own-void"  # as it stands now
    assert [r["code"] for r in shown["remarks"]] == ["own-void"]
    again = await _view(office, pdf)
    assert [r["code"] for r in again["remarks"]] == ["own-void"]
    late = (await outbox_events(office.app, FileAccepted))[-1].data
    assert late.own_document is not None
    assert (late.own_document.current, late.own_document.reason_code) == (False, "own-void")


async def test_c41_a_document_of_ours_proves_nothing_about_another_person(
    office: DocumentsService,
) -> None:
    order = approved("anna")
    await deliver(office.app, an_event(order, aggregate_id=order.application_id, seq=1))
    _, pdf = await _sealed(office)
    sent = await office.upload("boris", pdf, purpose="card-extract")
    assert [r["code"] for r in sent.json()["remarks"]] == ["own-anothers"]
    shown = (await office.get(f"/v1/files/{sent.json()['file_id']}", "boris")).json()
    assert (shown["own_document"]["code"], shown["own_document"]["current"]) == (
        "own-anothers",
        False,
    )
    (event,) = await outbox_events(office.app, FileAccepted)
    assert event.data.own_document is not None
    assert not event.data.own_document.current


async def test_c41_our_own_talon_with_something_added_is_nobodys_and_broken(
    office: DocumentsService,
) -> None:
    visit = booked("anna")
    await deliver(office.app, an_event(visit, aggregate_id=visit.appointment_id, seq=1))
    _, pdf = await _sealed(office)
    changed = await asyncio.to_thread(tampered, pdf, TAMPERINGS[0])
    view = await _view(office, changed)
    assert (view["signed"], view["own_document"]) == ("signed-broken", None)
    assert view["remarks"][0]["lengthens_term"]


async def test_c55_foreign_signatures_are_checked_and_refuse_nothing(
    trusting: DocumentsService,
) -> None:
    form = pdfs.changed(pdfs.field(FT="/Tx"), pdfs.scanned(200))
    good = await asyncio.to_thread(signed_by, WORLD.person(), form)
    view = await _view(trusting, good)
    (signature,) = view["signatures"]
    assert (view["signed"], signature["signer"]) == ("signed-intact", "Городская больница")
    assert signature["code"] == "intact-revocation-unknown"
    extract = await trusting.upload("anna", good, purpose="card-extract")
    assert extract.json()["code"] == "resolution-too-low"  # its scans count (n3)
    drawn = pdfs.drawn(b"0 0 m 10 10 l S")
    text = await asyncio.to_thread(signed_by, WORLD.person(), drawn)
    assert (await _view(trusting, text, purpose="card-extract"))["remarks"] == []
    unsigned = await trusting.upload("anna", drawn, purpose="card-extract")
    assert unsigned.json()["code"] == "resolution-unknown"

    stranger = await asyncio.to_thread(signed_by, World().person(), pdfs.scanned(300))
    view = await _view(trusting, stranger)
    assert [r["code"] for r in view["remarks"]] == [view["signed"]] == ["signed-untrusted"]
    changed = await asyncio.to_thread(tampered, good, TAMPERINGS[0])
    view = await _view(trusting, changed)
    assert [r["code"] for r in view["remarks"]] == [view["signed"]] == ["signed-broken"]
    assert view["sha256"] == view["source_sha256"]
    told = [e.data.signed for e in await outbox_events(trusting.app, FileAccepted)]
    assert sorted(filter(None, told)) == sorted(
        ["signed-intact", "signed-intact", "signed-untrusted", "signed-broken"]
    )


async def test_c55_without_roots_a_signed_file_waits_and_a_scan_does_not(
    platform: Platform, database: str, tokens: Tokens, own: Path, tsa: str
) -> None:
    """A verdict is kept for ever: none is made while nobody knows what is trusted."""
    async with documents_running(platform, database, tokens, pki=own, tsa_url=tsa) as office:
        await asyncio.to_thread(shutil.move, own / "root.pem", own / "moved.pem")
        signed = await asyncio.to_thread(pdfs.signed, pdfs.scanned(72))
        answer = await office.upload("anna", signed)
        assert answer.status_code == 503
        assert (await office.upload("anna", pdfs.scanned(72))).status_code == 201
        await asyncio.to_thread(shutil.move, own / "moved.pem", own / "root.pem")
        assert (await _view(office, signed))["signed"] == "signed-untrusted"
