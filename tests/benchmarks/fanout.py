"""One event to SMS, e-mail and push: sends per second through the real notifier, and one alone.

2,000 certificates are issued at once to citizens with a phone, a mail address and a device each.
The notifier is a process of its own, as `make run` starts it, on Kafka and MongoDB; its providers
are light (`fanout_sinks`) and keep what they get, which is compared with what was to be sent. The
clock runs from the first record for Kafka until the journal says that all 6,000 are delivered.
Beside it: what the providers alone can take, and Celery with Redis, which renders the same texts by
the same templates, keeps its connections, too, and remembers nothing (`fanout_celery`).
"""

from __future__ import annotations

import asyncio
import json
import secrets
import statistics
import subprocess
import time
from base64 import b64decode
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default as modern
from typing import Any

import httpx2
import psutil
from aiokafka import AIOKafkaProducer

from contracts.certificates import CertificateIssued
from contracts.envelope import Event
from contracts.topics import topic_of
from deploy import ROOT
from deploy.stacks.embedded.ports import free_ports
from deploy.stacks.embedded.process import python
from deploy.stacks.embedded.settings import inherited_environment
from services.chassis.database.client import Mongo
from services.chassis.database.mapping import Mapper
from services.notifier.recipients.domain import Contacts, Device, DevicePlatform, device_id
from tests.benchmarks import fanout_celery
from tests.benchmarks.fanout_celery import Unavailable
from tests.benchmarks.row import Row
from tests.benchmarks.world import REPETITIONS, servers
from tests.support.eventually import eventually
from tests.support.service import fresh_database
from tests.support.services.notifier import heard
from tests.support.stack import ServerStack
from tests.support.tools.programs import program

EVENTS = 2_000
ALONE = 30
CHANNELS = ("sms", "push", "email")
SENDS = len(CHANNELS) * EVENTS
UNIT = "sends/s"
TOPIC = topic_of(CertificateIssued).name


@dataclass(frozen=True)
class Person:
    """Somebody to be told, and the event of which they are told."""

    id: str
    phone: str
    email: str
    device: str
    event: Event[CertificateIssued]

    @classmethod
    def number(cls, number: int) -> Person:
        """One of many."""
        id_ = secrets.token_hex(12)
        return cls(
            id_,
            f"+7999{number:07}",
            f"person-{number}@example.org",
            f"device-{id_}",
            heard(
                CertificateIssued,
                citizen_id=id_,
                certificate_id=secrets.token_hex(12),
                number=f"26K7-Q2M9-{number:04}",
            ),
        )


@dataclass(frozen=True)
class Measured:
    """One run."""

    rate: float
    cpu: float
    sinks_cpu: float
    alone: Sequence[float]
    """Milliseconds from an event to the SMS centre."""


async def run() -> list[Row]:
    """Measure all of them in turns."""
    async with servers() as stack, sinks() as providers:
        ours, theirs, bare = [], [], []
        why = ""
        for _ in range(REPETITIONS):
            ours.append(await _ours(stack, providers))
            bare.append(await providers.alone())
            try:
                theirs.append(await _celery(providers))
            except Unavailable as error:
                why = str(error)
    baseline = statistics.median(theirs) if theirs else None
    rate = statistics.median(m.rate for m in ours)
    rows = [
        Row("through the notifier", rate, UNIT, rate / baseline if baseline else None),
        Row("the sinks alone, the same messages", statistics.median(bare), UNIT),
        Row("of a send, in the notifier", statistics.median(m.cpu for m in ours), "µs of CPU"),
        Row("of a send, in the sinks", statistics.median(m.sinks_cpu for m in ours), "µs of CPU"),
        Row("alone: event → SMS centre, median", _quantile(ours, 50), "ms"),
        Row("alone: event → SMS centre, 90 of 100 within", _quantile(ours, 90), "ms"),
    ]
    if baseline is None:
        return [*rows, Row(f"Celery with Redis DID NOT RUN: {why}", 0.0, UNIT)]
    return [Row("Celery with Redis (baseline)", baseline, UNIT, 1.0), *rows]


def _quantile(runs: Sequence[Measured], quantile: int) -> float:
    found = sorted(ms for run in runs for ms in run.alone)
    return found[len(found) * quantile // 100]


@dataclass(frozen=True)
class Sinks:
    """The providers, seen from here."""

    http_port: int
    smtp_port: int
    client: httpx2.AsyncClient
    process: psutil.Process

    async def state(self) -> Mapping[str, Any]:
        """How many they have, and what it cost them."""
        found: Mapping[str, Any] = (await self.client.get("/state")).json()
        return found

    async def kept(self) -> list[tuple[str, str, bytes, float]]:
        """Channel, key, what was sent, when it came."""
        answer = await self.client.get("/kept")
        return [(c, k, b64decode(said), at) for c, k, said, at in answer.json()]

    async def have(self, count: int) -> None:
        """Wait until so many are there."""
        async with asyncio.timeout(300):
            while (await self.state())["kept"] < count:  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.02)  # between two looks

    async def alone(self) -> float:
        """Take what they have once more, from memory, as fast as they can."""
        kept = await self.kept()
        await self.client.get("/forget")
        http = [_request(c, k, said) for c, k, said, _ in kept if c != "email"]
        smtp = [_letter(said) for c, _, said, _ in kept if c == "email"]
        started = time.perf_counter()
        await asyncio.gather(
            *(_pour(self.http_port, http[i::16], b"p-") for i in range(16)),
            *(_pour(self.smtp_port, smtp[i::8], b"kept") for i in range(8)),
        )
        return len(kept) / (time.perf_counter() - started)


def _request(channel: str, key: str, said: bytes) -> bytes:
    head = f"POST /{channel}/v1/messages HTTP/1.1\r\nIdempotency-Key: {key}\r\n"
    return f"{head}Content-Length: {len(said)}\r\n\r\n".encode() + said


def _letter(said: bytes) -> bytes:
    quoted = said.replace(b"\r\n.", b"\r\n..")
    return b"MAIL FROM:<a@b.c>\r\nRCPT TO:<d@e.f>\r\nDATA\r\n" + quoted + b"\r\n.\r\n"


async def _pour(port: int, messages: Sequence[bytes], answer: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"".join(messages))
    left = len(messages)
    while left > 0:
        left -= (await reader.readuntil(answer)).count(answer)
    writer.close()


@asynccontextmanager
async def sinks() -> AsyncIterator[Sinks]:
    """Started, and stopped at the end."""
    http_port, smtp_port = free_ports(2)
    argv = python("tests.benchmarks.fanout_sinks", str(http_port), str(smtp_port))
    async with (
        process(argv, inherited_environment()) as child,
        httpx2.AsyncClient(base_url=f"http://127.0.0.1:{http_port}", timeout=60) as client,
    ):

        async def ready() -> bool:
            try:
                return (await client.get("/state")).is_success
            except httpx2.TransportError:
                return False

        await eventually(ready, within=30)
        yield Sinks(http_port, smtp_port, client, child)


@asynccontextmanager
async def process(argv: Sequence[str], env: Mapping[str, str]) -> AsyncIterator[psutil.Process]:
    """A process that says what it says to nobody; its end is waited for."""
    options: dict[str, Any] = {"env": dict(env), "cwd": ROOT, "stdout": subprocess.DEVNULL}
    async with program(*argv, grace=fanout_celery.STOP_SECONDS, **options) as child:
        yield psutil.Process(child.pid)


async def _ours(stack: ServerStack, providers: Sinks) -> Measured:
    mongo = Mongo(stack.mongo_url, fresh_database())
    people = [Person.number(number) for number in range(1 + ALONE + EVENTS)]
    first, alone, crowd = people[0], people[1 : 1 + ALONE], people[1 + ALONE :]
    try:
        await _acquaint(mongo, people)
        async with (
            _notifier(stack, mongo.db.name, providers) as notifier,
            AIOKafkaProducer(bootstrap_servers=stack.kafka_bootstrap) as producer,
        ):
            await providers.client.get("/forget")
            await _publish(producer, [first])
            await providers.have(len(CHANNELS))
            began = {}
            for number, person in enumerate(alone, start=2):
                began[person.phone] = time.monotonic()
                await _publish(producer, [person])
                await providers.have(number * len(CHANNELS))
                await asyncio.sleep(0.05)  # the journal has it, and all is quiet again
            came = {
                json.loads(said)["to"]: at
                for c, _, said, at in await providers.kept()
                if c == "sms"
            }
            await providers.client.get("/forget")
            before = _used(notifier), _used(providers.process)
            started = time.perf_counter()
            await _publish(producer, crowd)
            await providers.have(SENDS)
            await _recorded(mongo, len(people) * len(CHANNELS))
            took = time.perf_counter() - started
            after = _used(notifier), _used(providers.process)
        _check(await providers.kept(), crowd)
        waited = [1000 * (came[phone] - at) for phone, at in began.items()]
        cpu, sinks_cpu = (1e6 * (a - b) / SENDS for a, b in zip(after, before, strict=True))
        return Measured(SENDS / took, cpu, sinks_cpu, waited)
    finally:
        await mongo.client.drop_database(mongo.db.name)
        mongo.close()


def _used(process: psutil.Process) -> float:
    used = process.cpu_times()
    return float(used.user + used.system)


async def _acquaint(mongo: Mongo, people: Sequence[Person]) -> None:
    """Everybody's contacts and devices are known already."""
    now, device = datetime.now(UTC), Mapper(Device)
    await mongo.db["recipients"].insert_many(
        {"_id": p.id, "contacts": asdict(Contacts(p.phone, p.email, "Анна")), "seq": 1}
        for p in people
    )
    await mongo.db["devices"].insert_many(
        device.document(Device(device_id(p.device), p.id, p.device, DevicePlatform.ANDROID, now))
        for p in people
    )


@asynccontextmanager
async def _notifier(
    stack: ServerStack, database: str, providers: Sinks
) -> AsyncIterator[psutil.Process]:
    """As `make run` starts it."""
    http = f"http://127.0.0.1:{providers.http_port}"
    (port,) = free_ports(1)
    env = {
        **inherited_environment(),
        **stack.env(),
        "NOTIFIER_PORT": str(port),
        "NOTIFIER_DATABASE": database,
        "NOTIFIER_DEMO": "true",
        "NOTIFIER_SMS_URL": f"{http}/sms/v1/messages",
        "NOTIFIER_PUSH_URL": f"{http}/push/v1/messages",
        "NOTIFIER_SMTP_PORT": str(providers.smtp_port),
    }
    async with process(python("services.notifier"), env) as notifier:
        yield notifier


async def _publish(producer: AIOKafkaProducer, people: Sequence[Person]) -> None:
    sent = [
        await producer.send(
            TOPIC, p.event.to_json(), p.event.aggregateid.encode(), headers=p.event.headers()
        )
        for p in people
    ]
    await asyncio.gather(*sent)


async def _recorded(mongo: Mongo, count: int) -> None:
    """Wait until the journal has so many that are delivered."""
    async with asyncio.timeout(60):
        delivered = {"status": "delivered"}
        while await mongo.db["messages"].count_documents(delivered) < count:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.02)  # between two looks


def _check(kept: Sequence[tuple[str, str, bytes, float]], people: Sequence[Person]) -> None:
    """Everybody got their own, in every way, and nobody anything else."""
    got = {(channel, *_read(channel, said)) for channel, _, said, _ in kept}
    to = {"sms": "phone", "email": "email", "push": "device"}
    wanted = {(c, getattr(p, to[c]), p.event.data.number) for p in people for c in CHANNELS}
    assert got == wanted, f"{len(wanted - got)} are missing, {len(got - wanted)} are too many"


def _read(channel: str, said: bytes) -> tuple[str, str]:
    """To whom, and the certificate's number, out of a message."""
    if channel == "email":
        letter = message_from_bytes(said, policy=modern)
        return str(letter["To"]), _number(str(letter["Subject"]))
    message = json.loads(said)
    return message["to"], _number(message.get("text") or message["body"])


def _number(text: str) -> str:
    return text.split("Справка ")[1].split(" ", maxsplit=1)[0]


async def _celery(providers: Sinks) -> float:
    people = [Person.number(number) for number in range(EVENTS)]
    jobs = [
        {
            "id": p.event.id,
            "phone": p.phone,
            "email": p.email,
            "device": p.device,
            "context": p.event.data.model_dump(mode="json"),
            "http_port": providers.http_port,
            "smtp_port": providers.smtp_port,
        }
        for p in people
    ]
    await providers.client.get("/forget")
    async with fanout_celery.worker() as enqueue:
        await enqueue(jobs[:1])
        await providers.have(len(CHANNELS))
        started = time.perf_counter()
        await enqueue(jobs[1:])
        await providers.have(SENDS)
        took = time.perf_counter() - started
    _check(await providers.kept(), people)
    return (SENDS - len(CHANNELS)) / took
