"""C9: malware is refused; what nobody can scan now waits, and is meanwhile given to nobody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from contracts.documents import FileAccepted
from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from services.documents.uploads.usecases.scanning import SCAN
from tests.support import clamd, pdfs, scans
from tests.support.clamd import EICAR, Daemon, daemon, saying
from tests.support.eventually import eventually
from tests.support.service import Tokens, outbox_events
from tests.support.services.documents import DocumentsService, documents_running

AWAY = saying(b"INSTREAM size limit exceeded. ERROR\x00")


@pytest.fixture
async def scanner() -> AsyncIterator[Daemon]:
    async with daemon() as found:
        yield found


@pytest.fixture
async def careful(
    platform: Platform, database: str, tokens: Tokens, pki: Path, scanner: Daemon
) -> AsyncIterator[DocumentsService]:
    """An installation that shows every upload to a daemon."""
    async with documents_running(
        platform,
        database,
        tokens,
        pki=pki,
        tsa_url="http://127.0.0.1:1/",
        settings={"malware_scanner": scanner.address, "malware_seconds": 1.0},
    ) as service:
        yield service


async def _file(office: DocumentsService, file_id: str) -> dict[str, Any]:
    view: dict[str, Any] = (await office.get(f"/v1/files/{file_id}", "anna")).json()
    return view


async def _due(office: DocumentsService) -> None:
    """The next try is now."""
    timers = find(office.app, Runtime).timers.collection
    await timers.update_many({"kind": SCAN}, {"$set": {"due_at": datetime.now(UTC)}})


async def _becomes(office: DocumentsService, file_id: str, state: str) -> dict[str, Any]:
    async def there() -> dict[str, Any] | None:
        await _due(office)
        found = await _file(office, file_id)
        return found if found["state"] == state else None

    return await eventually(there)


async def test_c9_eicar_is_refused_whatever_it_calls_itself(careful: DocumentsService) -> None:
    inside = pdfs.scanned(72).replace(b"%%EOF", b"%" + EICAR + b"\n%%EOF")
    for content in (EICAR, inside, scans.png(150) + EICAR):
        answer = await careful.upload("anna", content, name="справка.pdf")
        assert (answer.status_code, answer.json()["code"]) == (422, "file-infected")
        assert "вредоносная" in answer.json()["detail"]
    assert (await careful.get("/v1/files", "anna")).json()["items"] == []
    assert await outbox_events(careful.app, FileAccepted) == []
    clean = (await careful.upload("anna", scans.png(150))).json()
    assert (clean["state"], clean["remarks"]) == ("accepted", [])
    assert clean["scanned_at"] is not None


async def test_c9_what_nobody_can_scan_waits_and_is_accepted_later(
    careful: DocumentsService, scanner: Daemon
) -> None:
    scanner.answer = AWAY
    answer = await careful.upload("anna", scans.png(150))
    view = answer.json()
    assert (answer.status_code, view["state"], view["scanned_at"]) == (201, "quarantined", None)
    assert [remark["code"] for remark in view["remarks"]] == ["file-quarantined"]
    link = await careful.link(f"/v1/files/{view['file_id']}", "anna")
    assert (link.status_code, link.json()["code"]) == (409, "file-quarantined")
    assert await outbox_events(careful.app, FileAccepted) == []  # so nobody can attach it
    asked = scanner.asked
    await _due(careful)
    await eventually(lambda: scanner.asked > asked)
    assert (await _file(careful, view["file_id"]))["state"] == "quarantined"
    scanner.answer = clamd.honest
    after = await _becomes(careful, view["file_id"], "accepted")
    assert (after["remarks"], after["scanned_at"] is not None) == ([], True)
    (event,) = await outbox_events(careful.app, FileAccepted)
    assert (event.data.file_id, event.seq) == (view["file_id"], 1)
    assert (await careful.link(f"/v1/files/{view['file_id']}", "anna")).status_code == 201


async def test_c9_what_is_found_late_loses_its_bytes_and_its_owner_is_told(
    careful: DocumentsService, scanner: Daemon
) -> None:
    scanner.answer = clamd.dying
    view = (await careful.upload("anna", scans.png(150))).json()
    assert view["state"] == "quarantined"
    scanner.answer = saying(b"stream: Pdf.Exploit-1 FOUND\x00")
    after = await _becomes(careful, view["file_id"], "infected")
    assert [remark["code"] for remark in after["remarks"]] == ["file-infected"]
    link = await careful.link(f"/v1/files/{view['file_id']}", "anna")
    assert link.json()["code"] == "file-infected"
    uploads = careful.uploads
    with pytest.raises(Exception, match="Контрольная сумма"):
        await uploads.storage.get(uploads.bucket, view["sha256"])
    assert await outbox_events(careful.app, FileAccepted) == []


async def test_c9_a_slow_daemon_holds_nobody_up_for_longer_than_its_time(
    careful: DocumentsService, scanner: Daemon
) -> None:
    scanner.answer = clamd.silent
    answers = await asyncio.gather(*(careful.upload(f"c{n}", scans.png(150)) for n in range(4)))
    assert [a.json()["state"] for a in answers] == ["quarantined"] * 4


async def test_c9_where_nothing_is_scanned_everything_says_so(office: DocumentsService) -> None:
    assert not any(p["malware_scan"] for p in (await office.client.get("/v1/purposes")).json())
    view = (await office.upload("anna", scans.png(150))).json()
    assert (view["state"], view["scanned_at"]) == ("accepted", None)


async def test_c9_the_real_daemon_says_the_same(
    platform: Platform, database: str, tokens: Tokens, pki: Path, tmp_path: Path
) -> None:
    async with clamd.real(tmp_path) as address:
        settings = {"malware_scanner": address, "malware_seconds": 30.0}
        async with documents_running(
            platform, database, tokens, pki=pki, tsa_url="http://127.0.0.1:1/", settings=settings
        ) as office:
            for content in (EICAR, scans.png(150) + EICAR):
                assert (await office.upload("anna", content)).json()["code"] == "file-infected"
            clean = (await office.upload("anna", scans.png(150))).json()
            assert (clean["state"], clean["scanned_at"] is not None) == ("accepted", True)
