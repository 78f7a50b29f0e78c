"""S3 away at the start, and there later."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from services.chassis.foundation.settings import Platform
from services.chassis.telemetry.metrics import Metrics
from services.documents.access.domain.content import MediaType
from services.documents.access.errors import ContentChangedError
from services.documents.access.gateways.storage import Storage
from tests.support import scans
from tests.support.service import Tokens
from tests.support.services.documents import (
    documents_running,
    settings_of,
)


async def test_a_service_starts_without_s3_and_makes_its_buckets_later(
    platform: Platform, database: str, tokens: Tokens, pki: Path, tsa: str
) -> None:
    away = platform.model_copy(update={"s3_endpoint": "127.0.0.1:1"})
    async with documents_running(away, database, tokens, pki=pki, tsa_url=tsa) as office:
        answer = await office.upload("anna", b"%PDF-")
        assert answer.status_code == 422
        answer = await office.upload("anna", scans.png(72))
        assert (answer.status_code, answer.json()["code"]) == (503, "temporarily-unavailable")
    settings = settings_of(platform, database, pki, tsa)
    metrics = Metrics()
    late = Storage(platform, (settings.bucket_uploads, settings.bucket_sealed), metrics)
    sha256 = hashlib.sha256(b"x").hexdigest()
    await late.put(settings.bucket_uploads, sha256, b"x", MediaType.PDF)
    assert await late.get(settings.bucket_uploads, sha256) == b"x"
    with pytest.raises(ContentChangedError):
        await late.get(settings.bucket_uploads, "0" * 64)
    await late.close()
    counted = metrics.render().decode()  # O2: calls in threads are told of, too
    for outcome in ("ok", "refused"):
        assert f'outside_call_duration_seconds_count{{outcome="{outcome}",target="s3"}}' in counted
        assert f'count{{outcome="{outcome}",target="s3"}} 0.0' not in counted
