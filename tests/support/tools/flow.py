"""What tests of the one flow share: names, waiting conditions, publishers that fail."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI

from contracts.envelope import Event
from contracts.identity import ProfileRejected
from services.chassis.database.deadline import Deadline, set_deadline
from services.chassis.foundation.errors import AccidentError
from services.chassis.foundation.settings import Platform
from services.chassis.http.facilities import find
from services.chassis.kafka.relay import Relay
from services.chassis.runtime.service import Runtime
from services.chassis.work.outbox import RefusedRecordError
from tests.support.eventually import eventually
from tests.support.service import Collector
from tests.support.tools.kafka import read_all


def unique(prefix: str) -> str:
    """A name that no other test uses on the shared broker."""
    return f"{prefix}-{secrets.token_hex(4)}"


async def published(platform: Platform, key: str) -> list[int]:
    """The sequence numbers that Kafka has for this aggregate, in order, duplicates included."""
    values = await read_all(platform, "identity.events")
    events = [
        Event[ProfileRejected].from_json(v)
        for v in values
        if f'"{key}"'.encode() in v and ProfileRejected.TYPE.encode() in v
    ]
    return [e.seq for e in events]


class Never(Collector):
    """Kafka is away, for ever."""

    async def publish(self, records: object) -> list[Exception | None]:
        """Confirm nothing."""
        return [AccidentError("away") for _ in records]  # type: ignore[attr-defined] # a sequence


class Poisoned(Collector):
    """Refuses the records of one key."""

    def __init__(self, poison: str) -> None:
        super().__init__()
        self.poison = poison
        self.keys: list[str] = []

    async def publish(self, records: object) -> list[Exception | None]:
        """Refuse the poison, take the rest."""
        answers: list[Exception | None] = []
        for record in records:  # type: ignore[attr-defined] # a sequence of records
            bad = record.key.decode() == self.poison
            answers.append(RefusedRecordError("too large") if bad else None)
            if not bad:
                self.keys.append(record.key.decode())
        return answers


async def pending(runtime: Runtime) -> int:
    return (await runtime.outbox.pending())[0]


async def published_all(relay: Relay, runtime: Runtime) -> bool:
    await relay.step()
    return await pending(runtime) == 0


async def equals(found: object, wanted: object) -> bool:
    seen = await found  # type: ignore[misc] # any awaitable
    assert seen == wanted, f"{seen!r} is not {wanted!r}"
    return True


async def has(found: object, wanted: dict[str, int]) -> bool:
    seen = await found  # type: ignore[misc] # any awaitable
    assert {k: seen.get(k) for k in wanted} == wanted, seen
    return True


def metric(app: FastAPI, name: str, **labels: str) -> float:
    registry = find(app, Runtime).metrics.registry
    return sum(
        float(sample.value)
        for metric in registry.collect()
        for sample in metric.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    )


async def too_late(work: Callable[[], Awaitable[Any]]) -> None:
    """Do it as a request whose caller was told already that nothing happens."""

    async def late() -> None:
        clock = Deadline(0.0, lambda: None)
        set_deadline(clock)  # of this task alone
        clock.go()
        await eventually(lambda: clock.struck)
        await work()

    await asyncio.create_task(late())
