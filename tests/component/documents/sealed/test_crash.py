"""X6: whatever dies, one document is announced – with a process that is really killed."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from contracts.documents import DocumentSealed
from deploy.stacks.embedded.settings import inherited_environment
from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from services.documents.app import build
from tests.support.eventually import eventually
from tests.support.service import Tokens, an_event, deliver, outbox_events
from tests.support.services.documents import approved, documents_running, settings_of
from tests.support.stack import ServerStack

_ROOT = Path(__file__).parents[4]


async def test_x6_killed_between_sealing_and_recording(  # noqa: PLR0917 - fixtures
    servers: ServerStack, platform: Platform, database: str, tokens: Tokens, pki: Path, tsa: str
) -> None:
    order = approved("anna")
    async with _victim(servers, database, pki, tsa) as victim:
        await _says(victim, b"READY")
        # an app that is not started takes the event; the timer is the victim's
        idle = build(settings_of(platform, database, pki, tsa), fetch_keys=tokens.fetch)
        await deliver(idle, an_event(order, aggregate_id=order.application_id, seq=5))
        await _says(victim, b"REACHED")
    assert await outbox_events(idle, DocumentSealed) == []
    timers = find(idle, Runtime).timers.collection
    left = await timers.find_one({"kind": "seal"})
    assert left is not None
    assert left["attempts"] == 1  # the victim had it
    # its lease runs out
    await timers.update_one({"_id": left["_id"]}, {"$set": {"due_at": datetime.now(UTC)}})
    find(idle, Runtime).mongo.close()

    async with documents_running(platform, database, tokens, pki=pki, tsa_url=tsa) as office:
        await eventually(lambda: outbox_events(office.app, DocumentSealed))
        assert await find(office.app, Runtime).timers.collection.count_documents({}) == 0
        assert len(await outbox_events(office.app, DocumentSealed)) == 1
        listed = (await office.get("/v1/documents", "anna")).json()["items"]
        assert [d["revision"] for d in listed] == [1]
        link = await office.link(f"/v1/documents/{listed[0]['document_id']}", "anna")
        assert link.status_code == 201


@asynccontextmanager
async def _victim(
    servers: ServerStack, database: str, pki: Path, tsa: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A service that stops where it is to be killed; killed at the end."""
    victim = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.support.victims.sealing", database, str(pki), tsa),
        cwd=_ROOT,
        env=inherited_environment() | servers.env() | {"KAFKA_BOOTSTRAP": "127.0.0.1:1"},
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield victim
    finally:
        victim.kill()
        await victim.wait()


async def _says(victim: asyncio.subprocess.Process, word: bytes) -> None:
    assert victim.stdout is not None
    async with asyncio.timeout(60):
        async for line in victim.stdout:
            if word in line:
                return
    message = f"the victim ended without {word!r}"
    raise AssertionError(message)
