"""What the chassis costs a request: beside bare FastAPI, and beside the same find behind it.

Every app is a process of its own with the same server options, and so is the client; what it can do
itself is the first line. Log lines go to a file. `Rates` are off, except where they refuse.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any, cast

import httpx2
import orjson
import uvicorn
import uvloop
from fastapi import APIRouter, Depends, FastAPI
from motor.motor_asyncio import AsyncIOMotorClient
from pydantic import BaseModel

from contracts.roles import Role
from deploy import ROOT
from deploy.stacks.embedded.ports import free_ports
from deploy.stacks.embedded.process import Child, python
from deploy.stacks.embedded.settings import inherited_environment
from services.certificates import app as certificates
from services.certificates.catalogue.domain.parts import Delivery
from services.certificates.registry.domain import numbers
from services.certificates.registry.domain.certificate import Certificate, Sealed, Status
from services.certificates.registry.store import CertificateStore
from services.certificates.settings import Settings as CertificatesSettings
from services.chassis.database.client import Mongo
from services.chassis.foundation.settings import Platform, ServiceSettings
from services.chassis.http.auth import Principal, require
from services.chassis.http.limits.connections import listening, server_options
from services.chassis.http.rates import public_check
from services.chassis.runtime.resources import Resources
from services.chassis.runtime.service import Runtime, ServiceSpec, serve
from services.scheduling import app as scheduling
from services.scheduling.settings import Settings as SchedulingSettings
from tests.benchmarks.row import Row
from tests.benchmarks.world import REPETITIONS
from tests.support.eventually import eventually
from tests.support.service import Collector, Tokens, fresh_database, platform_of
from tests.support.services.scheduling import region_in
from tests.support.stack import ServerStack

SECONDS = 2.0
CONNECTIONS = 32
ISSUED = 200
_ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"


class Constant(BaseModel):
    """What the constant routes answer."""

    key: str
    count: int


@dataclass(frozen=True)
class Case:
    """One line of the table: what is asked of which app, and the line that it is compared with."""

    name: str
    app: str
    paths: Sequence[str]
    beside: str | None = None
    status: int = 200
    token: str | None = None
    others: int = 0
    """So many answers with another status are right."""

    def requests(self) -> list[str]:
        """What the client sends."""
        lines = ["Host: bench", "Accept: application/json"]
        if self.token:
            lines.append(f"Authorization: Bearer {self.token}")
        return ["\r\n".join([f"GET {path} HTTP/1.1", *lines, "", ""]) for path in self.paths]


BARE, BARE_FIND = "bare FastAPI, a constant route", "bare FastAPI, one find by Motor"
CASES = (
    Case("the client alone, beside a socket that answers unseen", "socket", ["/"]),
    Case(BARE, "bare", ["/v1/constant"], BARE),
    Case("a constant route", "chassis", ["/v1/constant"], BARE),
    Case("a constant route for a role", "chassis", ["/v1/mine"], BARE, token="citizen"),
    Case("refused: no token, 401", "chassis", ["/v1/mine"], BARE, 401),
    Case("refused: too often, 429", "chassis", ["/v1/rare"], BARE, 429, others=1),
    Case("refused: no such address, 404", "chassis", ["/v1/nowhere"], BARE, 404),
    Case(BARE_FIND, "bare", ["/v1/certificates/{number}"], BARE_FIND),
    Case(
        "a certificate checked by its number",
        "certificates",
        ["/v1/public/certificates/{number}"],
        BARE_FIND,
    ),
    Case("first page of free slots (50)", "scheduling", ["/v1/slots"], BARE_FIND),
)


async def run() -> list[Row]:
    """Measure in turns, so that each meets the same machine."""
    stack = await asyncio.to_thread(ServerStack.start, None, s3=False)
    try:
        async with _apps(stack) as (ports, cases):
            rounds = [{c.name: await _rate(c, ports[c.app]) for c in cases} for _ in range(_TURNS)]
    finally:
        await asyncio.to_thread(stack.stop)
    return [_row(case, rounds[1:]) for case in cases]  # the first one warms up


_TURNS = 1 + REPETITIONS


def _row(case: Case, rounds: Sequence[Mapping[str, float]]) -> Row:
    rate = statistics.median(found[case.name] for found in rounds)
    if case.beside is None:
        return Row(case.name, rate, "1/s")
    ratio = statistics.median(found[case.name] / found[case.beside] for found in rounds)
    group = "with a find" if case.beside == BARE_FIND else ""
    return Row(case.name, rate, "1/s", ratio, group)


async def _rate(case: Case, port: int) -> float:
    """Answers a second.

    Raises:
        AssertionError: others than expected.
    """
    process = await asyncio.create_subprocess_exec(
        *python("tests.benchmarks.closedloop"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    asked = {"port": port, "connections": CONNECTIONS, "seconds": SECONDS}
    said, _ = await process.communicate(orjson.dumps({**asked, "requests": case.requests()}))
    assert process.returncode == 0
    found = orjson.loads(said)
    answers = found["statuses"].pop(str(case.status))
    others = sum(found["statuses"].values())
    assert others <= case.others, (case.name, found["statuses"])
    return float(answers / found["seconds"])


@asynccontextmanager
async def _apps(stack: ServerStack) -> AsyncIterator[tuple[Mapping[str, int], Sequence[Case]]]:
    """Every app on its port, and the cases with real numbers and a real token."""
    ports = dict(zip(_APPS, free_ports(len(_APPS)), strict=True))
    tokens, database = Tokens(), fresh_database()
    env = {
        **inherited_environment(),
        **stack.env(),
        "KAFKA_BOOTSTRAP": "127.0.0.1:1",  # there is none, on purpose
        "CERTIFICATES_DEMO": "true",
    }
    keys = orjson.dumps(tokens.key_set()).decode()
    mongo = Mongo(stack.mongo_url, f"{database}-certificates")
    issued = await _issue(mongo)
    await region_in(platform_of(stack), f"{database}-scheduling")
    token = tokens.token("citizen-1", Role.CITIZEN.value)
    cases = [_real(case, issued, token) for case in CASES]
    with tempfile.TemporaryDirectory() as logs:
        async with AsyncExitStack() as running:
            for name, port in ports.items():
                rates = "1" if name == "chassis" else "1000000000"
                child = Child(
                    name,
                    [*python("tests.benchmarks.door"), name, str(port), database, logs, keys],
                    env=env | {"PUBLIC_CHECKS_PER_MINUTE": rates},
                    cwd=ROOT,
                )
                running.push_async_callback(asyncio.to_thread, child.stop)
                child.start()
            for case in cases:  # the keys are there, the slots, the rate is used up
                await eventually(partial(_answers, case, ports[case.app]), within=60)
            yield ports, cases
    mongo.close()


def _real(case: Case, issued: Sequence[str], token: str) -> Case:
    paths = [path.format(number=n) for path in case.paths for n in issued]
    return replace(case, paths=sorted(set(paths)), token=token if case.token else None)


async def _answers(case: Case, port: int) -> bool:
    headers = {"Authorization": f"Bearer {case.token}"} if case.token else {}
    async with httpx2.AsyncClient() as client:
        try:
            answer = await client.get(f"http://127.0.0.1:{port}{case.paths[0]}", headers=headers)
        except httpx2.TransportError:
            return False
    return answer.status_code == case.status


async def _issue(mongo: Mongo) -> list[str]:
    """So many issued certificates; their numbers."""
    mapper = CertificateStore(mongo.db).mapper
    made = [_certificate(numbers.certificate_number(26, n * 1_000_003)) for n in range(ISSUED)]
    await mongo.db["certificates"].insert_many([mapper.document(c) for c in made])
    return [c.number for c in made]


def _certificate(number: str) -> Certificate:
    return Certificate(
        id=f"c-{number}",
        number=number,
        application_id=f"a-{number}",
        citizen_id="citizen-1",
        type_code="086u",
        title="Медицинская справка по форме № 086/у",
        doctor_id="doctor-1",
        masked_name="С*** А*** С***",
        issuer="ГБУЗ «Городская поликлиника № 45»",
        issued_on=date(2026, 1, 12),
        valid_until=date(2099, 1, 12),
        created_at=datetime(2026, 1, 12, 9, tzinfo=UTC),
        delivery=Delivery.ACCOUNT,
        status=Status.ISSUED,
        sealed=Sealed(f"d-{number}", "0" * 64),
    )


def _bare(port: int, database: str) -> None:
    """What FastAPI and Motor do by themselves, on our server."""
    app, platform = FastAPI(), Platform()
    certificates = AsyncIOMotorClient(platform.mongo_url)[f"{database}-certificates"][
        "certificates"
    ]

    @app.get("/v1/constant")
    async def constant() -> Constant:
        return Constant(key="a", count=1)

    @app.get("/v1/certificates/{number}")
    async def check(number: str) -> dict[str, Any]:
        found = await certificates.find_one({"number": number})
        assert found is not None
        shown = ("number", "status", "title", "masked_name", "issuer", "issued_on", "valid_until")
        return {name: found[name] for name in shown}

    config = uvicorn.Config(app, port=port, **server_options(platform))
    uvicorn.Server(config).run(listening(config))


def _chassis(port: int, database: str) -> None:
    """A service of three routes that read nothing."""
    settings = ServiceSettings(port=port, database=f"{database}-chassis", platform=Platform())
    resources = Resources("identity", settings, fetch_keys=_keys, publisher=Collector())
    router = APIRouter(prefix="/v1")

    @router.get("/constant")
    async def constant() -> Constant:
        return Constant(key="a", count=1)

    @router.get("/mine")
    async def mine(who: Annotated[Principal, Depends(require(Role.CITIZEN))]) -> Constant:
        return Constant(key=who.subject, count=1)

    @router.get("/rare", dependencies=[Depends(public_check)])
    async def rare() -> Constant:
        return Constant(key="a", count=1)

    spec = ServiceSpec(title="Constant", description="For benchmarks.", router=router)
    serve(Runtime(resources, spec).app)


def _certificates(port: int, database: str) -> None:
    settings = CertificatesSettings(port=port, database=f"{database}-certificates")
    serve(certificates.build(settings, fetch_keys=_keys, publisher=Collector()))


def _scheduling(port: int, database: str) -> None:
    settings = SchedulingSettings(port=port, database=f"{database}-scheduling", demo=True)
    serve(scheduling.build(settings, fetch_keys=_keys, publisher=Collector()))


def _socket(port: int, _: str) -> None:
    """Answers whatever comes, unseen: the rest is the client's."""

    class Unseen(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self._transport = cast("asyncio.WriteTransport", transport)

        def data_received(self, _: bytes) -> None:
            self._transport.write(_ANSWER)

    async def listen() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(Unseen, "127.0.0.1", port)
        await server.serve_forever()

    uvloop.run(listen())


async def _keys() -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(sys.argv[5])
    return found


_APPS: Mapping[str, Callable[[int, str], None]] = {
    "socket": _socket,
    "bare": _bare,
    "chassis": _chassis,
    "certificates": _certificates,
    "scheduling": _scheduling,
}


if __name__ == "__main__":
    name, port, database, logs, _ = sys.argv[1:]
    with (Path(logs) / f"{name}.log").open("wb") as log:
        os.dup2(log.fileno(), sys.stdout.fileno())
    _APPS[name](int(port), database)
