"""X6: whatever dies, one order, one charge, one refund – with a process that is really killed."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from deploy.stacks.embedded.settings import inherited_environment
from services.certificates.payments.usecases.paying import Paying
from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.chassis.runtime.service import Runtime
from tests.support.eventually import eventually
from tests.support.service import Tokens
from tests.support.services.certificates.book import BookAcquirer
from tests.support.services.certificates.office import office as certificates
from tests.support.stack import ServerStack

_ROOT = Path(__file__).parents[4]


async def test_x6_killed_after_the_order_and_after_the_refund(
    servers: ServerStack, platform: Platform, database: str, tokens: Tokens, tmp_path: Path
) -> None:
    acquirer = BookAcquirer(tmp_path)
    async with certificates(platform, database, tokens, acquirer=acquirer) as office:
        await office.know_people()
        application = await office.submitted()
        bill_id = application["bill"]["id"]
        async with _victim(servers, database, tmp_path, "order", bill_id) as victim:
            await _says(victim, b"REACHED")
        assert (await office.read(application["id"]))["bill"]["attempts"][0]["state"] == "opening"
        path = f"/v1/bills/{bill_id}/payment"
        opened = await office.http.post(path, headers=office.citizen())
        assert opened.status_code == 200, opened.text
        (order,) = acquirer.book.orders.values()
        acquirer.book.pay(order, order.wanted.amount_kopecks)
        told = await acquirer.state_of(order.id)
        assert told is not None
        await find(office.app, Paying).hear(told)

        async with _victim(servers, database, tmp_path, "refund", application["id"]) as victim:
            await _says(victim, b"REACHED")
        assert (await office.read(application["id"]))["bill"]["state"] == "refunding"
        timers = find(office.app, Runtime).timers.collection
        now = {"$set": {"due_at": datetime.now(UTC)}}
        await timers.update_one({"kind": "refund"}, now)  # the victim's lease runs out

        async def back() -> bool:
            return bool((await office.read(application["id"]))["bill"]["state"] == "refunded")

        await eventually(back)
        book = acquirer.book
        assert [len(o.payments) for o in book.orders.values()] == [1]
        assert [r.amount_kopecks for r in book.refunds.values()] == [125_000]


@asynccontextmanager
async def _victim(
    servers: ServerStack, database: str, folder: Path, what: str, id_: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A service that stops where it is to be killed; killed at the end."""
    victim = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.support.victims.paying", database, str(folder), what, id_),
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
