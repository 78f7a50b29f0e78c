"""What one citizen stores in a month is bounded, also when uploads race."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from contracts.documents import FileAccepted
from services.chassis.foundation.settings import Platform
from tests.support import scans
from tests.support.service import Tokens, outbox_events
from tests.support.services.documents import DocumentsService, documents_running


class Clock:
    """A clock that a test moves."""

    now = datetime(2026, 11, 27, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def narrow(
    platform: Platform, database: str, tokens: Tokens, pki: Path, clock: Clock
) -> AsyncIterator[DocumentsService]:
    """An installation that keeps three files of one person in a month."""
    settings = {"quota_files": 3}
    async with documents_running(
        platform,
        database,
        tokens,
        pki=pki,
        tsa_url="http://127.0.0.1:1/",
        settings=settings,
        now=clock,
    ) as service:
        yield service


async def test_uploads_at_once_do_not_pass_the_quota(
    narrow: DocumentsService, clock: Clock
) -> None:
    first = await narrow.upload("anna", scans.png(72), key="first")
    assert first.status_code == 201
    answers = await asyncio.gather(
        *(narrow.upload("anna", scans.png(72, title=str(n))) for n in range(5))
    )
    assert sorted(a.status_code for a in answers) == [201, 201, 429, 429, 429]
    refused = next(a for a in answers if a.status_code == 429)
    assert refused.json()["code"] == "upload-quota-exceeded"
    assert int(refused.headers["retry-after"]) > 0
    assert len((await narrow.get("/v1/files", "anna")).json()["items"]) == 3
    assert len(await outbox_events(narrow.app, FileAccepted)) == 3
    again = await narrow.upload("anna", scans.png(72), key="first")
    assert (again.status_code, again.json()) == (201, first.json())  # an answer is no upload
    assert (await narrow.upload("boris", scans.png(72))).status_code == 201
    clock.now = datetime(2026, 12, 1, 9, tzinfo=UTC)
    assert (await narrow.upload("anna", scans.png(72))).status_code == 201


async def test_bytes_count_as_files_do(
    platform: Platform, database: str, tokens: Tokens, pki: Path
) -> None:
    picture = scans.jpeg_larger_than(400_000)
    quota = {"quota_megabytes": 1}
    async with documents_running(
        platform, database, tokens, pki=pki, tsa_url="http://127.0.0.1:1/", settings=quota
    ) as office:
        answers = [await office.upload("anna", picture) for _ in range(6)]
    codes = [a.status_code for a in answers]
    assert codes[0] == 201
    assert codes[-1] == 429
    assert codes == sorted(codes)
