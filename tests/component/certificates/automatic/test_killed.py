"""C22, X6: whoever dies between the answer and the issue, there is one certificate."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from typing import Any

from fastapi import FastAPI

from contracts.orders import DocumentOrdered, Paper
from contracts.records import VaccinationsRequested
from deploy.stacks.embedded.settings import inherited_environment
from services.certificates.app import build
from services.certificates.records.actions import CHECK_TIMER
from services.certificates.settings import Settings
from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.eventually import eventually
from tests.support.service import Tokens, an_event, deliver, outbox_events
from tests.support.services.certificates.office import office
from tests.support.services.certificates.records import (
    stands,
    vaccinations_answer,
)
from tests.support.stack import ServerStack
from tests.support.tools.encryption import SECRET
from tests.support.tools.programs import program


async def test_x6_killed_between_the_answer_and_the_issue(
    servers: ServerStack, platform: Platform, database: str, tokens: Tokens
) -> None:
    env = inherited_environment() | servers.env() | {"KAFKA_BOOTSTRAP": "127.0.0.1:1"}
    secrets: dict[str, Any] = dict.fromkeys(Settings.OWN_SECRETS, SECRET)
    # an app that is not started hears the answer; all the rest is the victim's
    idle = build(Settings(platform=platform, database=database, **secrets), fetch_keys=tokens.fetch)
    async with program(
        *(sys.executable, "-m", "tests.support.victims.automatic", database),
        env=env,
        stdout=asyncio.subprocess.PIPE,
    ) as victim:
        await _says(victim, b"READY")
        (question,) = await outbox_events(idle, VaccinationsRequested)
        said = vaccinations_answer(question)
        event = an_event(said, aggregate_id=said.request_id)
        answered = event.model_copy(update={"causationid": question.id})
        assert await deliver(idle, answered) == "handled"
        await _says(victim, b"REACHED")
        victim.kill()
    assert await _certificates(idle) == []
    timers = find(idle, Runtime).timers.collection
    left = await timers.find_one({"kind": CHECK_TIMER})
    assert left is not None
    assert left["attempts"] == 1  # the victim had it
    # its lease runs out
    await timers.update_one({"_id": left["_id"]}, {"$set": {"due_at": datetime.now(UTC)}})
    find(idle, Runtime).mongo.close()

    async with office(platform, database, tokens) as running:
        application = {"id": question.data.application_id}
        approved = await stands(running, application, "approved")
        assert await _certificates(running.app) == [approved["certificate"]["number"]]
        assert await deliver(running.app, answered) == "duplicate"

        async def idle_again() -> bool:
            query = {"kind": CHECK_TIMER}
            kept = find(running.app, Runtime).timers.collection
            return await kept.count_documents(query) == 0

        await eventually(idle_again)


async def _certificates(app: FastAPI) -> list[str]:
    """The numbers of those that were ordered; a receipt is ordered, too."""
    ordered = await outbox_events(app, DocumentOrdered)
    return [event.data.number for event in ordered if event.data.paper is Paper.CERTIFICATE]


async def _says(victim: asyncio.subprocess.Process, word: bytes) -> None:
    assert victim.stdout is not None
    async with asyncio.timeout(60):
        async for line in victim.stdout:
            if word in line:
                return
    message = f"the victim ended without {word!r}"
    raise AssertionError(message)
