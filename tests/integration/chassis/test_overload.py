"""O5: under more load than it can take a service refuses explicitly; nobody is left waiting.

The service is a process of its own behind a real HTTP server, with small limits. Outcomes are
compared, not clocks.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import orjson
import pytest

from deploy import ROOT
from deploy.stacks.embedded.ports import free_ports
from deploy.stacks.embedded.process import Child, python
from deploy.stacks.embedded.settings import inherited_environment
from services.chassis.database.client import Mongo
from tests.support.eventually import eventually
from tests.support.service import Tokens, fresh_database, keyed
from tests.support.stack import ServerStack

pytestmark = pytest.mark.alone

CONCURRENCY, QUEUE = 4, 8
BODY_RATE = 32 * 1024
LIMITS = {
    "HTTP_CONCURRENCY": str(CONCURRENCY),
    "HTTP_QUEUE": str(QUEUE),
    "HTTP_QUEUE_SECONDS": "0.3",
    "HTTP_SECONDS": "1.5",
    "HTTP_BODY_SECONDS": "0.5",
    "HTTP_BODY_RATE": str(BODY_RATE),
    "HTTP_STRANGER_RATE": str(BODY_RATE),
    "HTTP_LAG_SECONDS": "0.4",  # above what a busy machine does to a service by itself
    "CREATIONS_PER_MINUTE": "30",
}


@dataclass
class Service:
    """The running service."""

    port: int
    database: str
    tokens: Tokens
    mongo_url: str

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def client(self) -> httpx2.AsyncClient:
        """A client whose own patience is far beyond every limit: a timeout of it is a failure."""
        limits = httpx2.Limits(max_connections=None)
        return httpx2.AsyncClient(base_url=self.url, timeout=30.0, limits=limits)

    async def counts(self) -> dict[str, int]:
        """The effects in the database."""
        mongo = Mongo(self.mongo_url, self.database)
        try:
            return {d["_id"]: d["count"] async for d in mongo.db["counts"].find()}
        finally:
            mongo.close()

    @contextlib.asynccontextmanager
    async def connection(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """A bare connection."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            yield reader, writer
        finally:
            writer.close()


@pytest.fixture(scope="module")
def service(servers: ServerStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    (port,) = free_ports(1)
    tokens, database = Tokens(), fresh_database()
    jwks = orjson.dumps(tokens.key_set()).decode()
    log = Path(tmp_path_factory.mktemp("overload")) / "service.log"
    child = Child(
        "slow-service",
        [*python("tests.support.victims.slow_service"), str(port), database, jwks],
        env={**inherited_environment(), **servers.env(), "KAFKA_BOOTSTRAP": "127.0.0.1:1"} | LIMITS,
        cwd=ROOT,
        log=log,
    )
    child.start()
    try:
        yield Service(port, database, tokens, servers.mongo_url)
    finally:
        child.stop(grace=5.0)


@pytest.fixture
async def client(service: Service) -> AsyncIterator[httpx2.AsyncClient]:
    async with service.client() as client:

        async def calm() -> bool:
            """Ready, and done with what the test before asked."""
            try:
                ready = await client.get("/readyz")
            except httpx2.TransportError:
                return False
            return ready.status_code == 200 and await idle(client)

        await eventually(calm, within=120)  # the first one waits for the process to start
        yield client
        await eventually(calm, within=30)  # every place came back, whatever the test did


async def shed(client: httpx2.AsyncClient, *reasons: str) -> int:
    """How many were refused for these reasons since the start."""
    wanted = {f'http_requests_shed_total{{reason="{reason}"}}' for reason in reasons}
    lines = (line.rpartition(" ") for line in (await client.get("/metrics")).text.splitlines())
    return sum(int(float(value)) for name, _, value in lines if name in wanted)


async def at_work(client: httpx2.AsyncClient) -> int:
    """How many places are taken; asking takes none."""
    text = (await client.get("/metrics")).text
    return int(float(text.split("\nhttp_requests_in_progress ")[1].split("\n")[0]))


async def idle(client: httpx2.AsyncClient) -> bool:
    """Nothing is at work."""
    return await at_work(client) == 0


async def full(client: httpx2.AsyncClient) -> bool:
    """Every place is taken."""
    return await at_work(client) == CONCURRENCY


async def test_every_request_of_a_crowd_is_answered(client: httpx2.AsyncClient) -> None:
    """O5: 2xx or 503 with Retry-After, never a timeout; health answers; the queue is bounded."""
    before = await shed(client, "busy", "lagging")
    over = asyncio.Event()
    healths: list[httpx2.Response] = []

    async def look() -> None:
        while not over.is_set():
            healths.append(await client.get("/healthz"))
            healths.append(await client.get("/readyz"))

    looking = asyncio.create_task(look())
    kinds = [{"Accept": "application/json"}, {"Accept": "text/html,*/*;q=0.8"}]
    crowd = [
        client.get("/v1/waits", params={"seconds": 0.1}, headers=kinds[n % 2]) for n in range(150)
    ]
    answers = await asyncio.gather(*crowd)
    over.set()
    await looking

    outcomes = Counter(a.status_code for a in answers)
    assert set(outcomes) == {200, 503}
    refused = [a for a in answers if a.status_code == 503]
    for answer in refused:
        if "text/html" in answer.request.headers["Accept"]:
            assert answer.headers["content-type"] == "text/html; charset=utf-8"
            assert "Слишком много обращений" in answer.text
        else:
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["code"] == "overloaded"
        assert 1 <= int(answer.headers["Retry-After"]) <= 5
    assert len({a.headers["Retry-After"] for a in refused}) > 1, "they would all come back at once"
    assert outcomes[200] >= CONCURRENCY + QUEUE / 2
    served = [a.json() for a in answers if a.status_code == 200]
    assert max(a["most"] for a in served) <= CONCURRENCY
    assert {a.status_code for a in healths} == {200}
    assert any(a.json()["shedding"] for a in healths if a.url.path == "/readyz")
    assert await shed(client, "busy", "lagging") - before == outcomes[503]


async def test_took_too_long_means_that_nothing_happened(
    client: httpx2.AsyncClient, service: Service
) -> None:
    """O5: the retry with the same key has the one effect, also while the first still runs."""
    headers = service.tokens.headers("anna") | keyed()
    first = await client.post("/v1/counts/slow-once", headers=headers)
    assert (first.status_code, first.json()["code"]) == (503, "took-too-long")
    assert int(first.headers["Retry-After"]) > 0
    assert await service.counts() == {}
    again = await client.post("/v1/counts/slow-once", headers=headers)
    assert (again.status_code, again.json()["count"]) == (201, 1)
    await eventually(lambda: idle(client))
    assert (await service.counts())["slow-once"] == 1
    third = await client.post("/v1/counts/slow-once", headers=headers)
    assert third.headers["Idempotent-Replayed"] == "true"
    assert third.json() == again.json()


async def test_took_too_long_stays_so_when_nobody_retries(
    client: httpx2.AsyncClient, service: Service
) -> None:
    headers = service.tokens.headers("anna") | keyed()
    late = await client.post("/v1/counts/slow-once-and-alone", headers=headers)
    assert late.json()["code"] == "took-too-long"
    await eventually(lambda: idle(client))
    assert "slow-once-and-alone" not in await service.counts()


async def test_slow_bodies_hold_no_place(client: httpx2.AsyncClient, service: Service) -> None:
    """O5: as many of them as there are places twice over, and others are served meanwhile."""
    before = await shed(client, "slow-body")
    head = b"POST /v1/bodies HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nx"
    async with contextlib.AsyncExitStack() as stack:
        slow = [await stack.enter_async_context(service.connection()) for _ in range(8)]
        for _, writer in slow:
            writer.write(head)
        assert (await client.get("/v1/waits", params={"seconds": 0})).status_code == 200
        for reader, _ in slow:
            answer = await reader.read()  # to the end: the connection is closed
            assert answer.startswith(b"HTTP/1.1 408 ")
            assert b'"body-too-slow"' in answer
    assert await shed(client, "slow-body") - before == 8


async def test_large_bodies_on_their_way_hold_no_place(
    client: httpx2.AsyncClient, service: Service
) -> None:
    """O5: as many of them as there may be: others are served meanwhile, one more is refused."""
    size, begun = 1_000_000, 0
    head = b"POST /v1/bodies HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n" % size
    pace = 8_192 / BODY_RATE / 4  # four times what it must be: 7 s in all

    async def line(sender: str) -> None:
        """One slow body after the other: where one was refused or taken, the next."""
        nonlocal begun
        token = service.tokens.token(sender).encode()
        while True:
            begun += 1
            async with service.connection() as (reader, writer):
                writer.write(head + b"Authorization: Bearer " + token + b"\r\n\r\n")
                answered = asyncio.create_task(reader.read(1))
                while not answered.done():
                    writer.write(b"x" * 8_192)
                    await asyncio.wait([answered], timeout=pace)
                answered.exception()

    async def one_more() -> int:
        headers = service.tokens.headers("one-more")
        answer = await client.post("/v1/bodies", content=b"x" * 100_000, headers=headers)
        return answer.status_code

    async def others_are_served() -> bool:
        before = begun
        full = await one_more()
        waits = (client.get("/v1/waits", params={"seconds": 0.05}) for _ in range(CONCURRENCY + 2))
        answers = [a.status_code for a in await asyncio.gather(*waits)]
        still_full = await one_more()
        if begun != before:
            return False  # not the same bodies all the time
        assert (full, still_full) == (503, 503)
        assert answers == [200] * (CONCURRENCY + 2)
        return True

    async with asyncio.TaskGroup() as group:
        lines = [group.create_task(line(f"line-{n}")) for n in range(CONCURRENCY)]
        await eventually(others_are_served)
        for task in lines:
            task.cancel()


async def test_strangers_with_slow_bodies_keep_nobody_from_uploading(
    client: httpx2.AsyncClient, service: Service
) -> None:
    """O5: they have places of their own; with a token that is none they are strangers, too."""
    head = b"POST /v1/bodies HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n%s\r\n"
    forged = Tokens().token("anna").encode()
    async with contextlib.AsyncExitStack() as stack:
        lines = [await stack.enter_async_context(service.connection()) for _ in range(32)]
        for number, (_, writer) in enumerate(lines):
            more = b"" if number % 2 else b"Authorization: Bearer " + forged + b"\r\n"
            writer.write(head % more + b"x" * 8_192)
        body = b"x" * 100_000
        stranger = await client.post("/v1/bodies", content=body)
        assert (stranger.status_code, stranger.json()["code"]) == (503, "overloaded")
        for _ in range(5):
            known = await client.post(
                "/v1/bodies", content=body, headers=service.tokens.headers("anna")
            )
            assert (known.status_code, known.json()) == (200, {"bytes": len(body)})
        answers = [(await reader.read()).split(b" ")[1] for reader, _ in lines]
    assert sorted(answers) == [b"408"] + [b"503"] * 31, "one dripped, and lost its place"


async def test_a_slow_chunked_body_is_ended_too(
    client: httpx2.AsyncClient, service: Service
) -> None:
    head = b"POST /v1/bodies HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n"
    async with service.connection() as (reader, writer):
        writer.write(head)
        answer = await reader.read()
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"connection: close" in answer.lower()


async def test_a_long_upload_that_keeps_coming_is_taken(client: httpx2.AsyncClient) -> None:
    """O5: the limit is on the pace; neither the body's nor the work's seconds cut it off."""

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(12):
            yield b"x" * 65_536
            await asyncio.sleep(0.15)  # the pace of the line that is simulated: 1.8 s in all

    taken = await client.post("/v1/bodies", content=chunks())
    assert (taken.status_code, taken.json()) == (200, {"bytes": 12 * 65_536})


async def test_garbage_does_not_stop_it(client: httpx2.AsyncClient, service: Service) -> None:
    wrong_length = b"POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n"
    for garbage in (b"\x00\xff\r\n\r\n", b"GET\r\n\r\n", wrong_length):
        async with service.connection() as (reader, writer):
            writer.write(garbage)
            assert (await reader.read()).startswith(b"HTTP/1.1 400 ")
    assert (await client.get("/v1/waits", params={"seconds": 0})).status_code == 200


async def test_who_leaves_frees_the_place_in_the_queue(
    client: httpx2.AsyncClient, service: Service
) -> None:
    """O5: no work is done for those who left the queue, and no place is lost."""
    begun = (await client.get("/v1/waits", params={"seconds": 0})).json()["begun"]
    request = b"GET /v1/waits?seconds=0.25 HTTP/1.1\r\nHost: x\r\n\r\n"
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(CONCURRENCY):
            _, writer = await stack.enter_async_context(service.connection())
            writer.write(request)
        await eventually(lambda: full(client))
        async with contextlib.AsyncExitStack() as leaving:
            for _ in range(QUEUE):
                _, writer = await leaving.enter_async_context(service.connection())
                writer.write(request)
        await eventually(lambda: idle(client))
    last = (await client.get("/v1/waits", params={"seconds": 0})).json()["begun"]
    assert last - begun <= 2 * CONCURRENCY + 1  # those who got a place, and this one


async def test_no_place_is_lost_in_chaos(client: httpx2.AsyncClient, service: Service) -> None:
    """O5: leaving, half requests, garbage and timeouts at once; then all places are there again."""
    whole = b"POST /v1/bodies HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n12345"

    async def leave(after: int) -> None:
        async with service.connection() as (reader, writer):
            writer.write(whole[:after])
            with contextlib.suppress(TimeoutError, ConnectionError):
                async with asyncio.timeout(0.05):
                    await reader.read()

    headers = service.tokens.headers("boris")
    work = [leave(n) for n in range(10, 70, 3)]
    work += [_quietly(client.get("/v1/waits", params={"seconds": 0.05})) for _ in range(40)]
    work += [
        _quietly(client.post(f"/v1/counts/c{n % 3}", headers=headers | keyed())) for n in range(20)
    ]
    await asyncio.gather(*work)
    # the fixture waits until nothing is taken


async def _quietly(request: Awaitable[httpx2.Response]) -> None:
    answer = await request
    assert answer.status_code in {200, 201, 503}
    assert answer.status_code != 503 or "Retry-After" in answer.headers


async def test_a_blocked_loop_sheds_and_recovers(client: httpx2.AsyncClient) -> None:
    """O5: a service that lags refuses a share of new work; health is answered throughout."""
    before = await shed(client, "lagging")

    async def block() -> None:
        answer = await client.get("/v1/blocks", params={"seconds": 0.6})
        assert answer.status_code in {200, 503}

    async def lagged() -> bool:
        await asyncio.gather(*(block() for _ in range(4)))
        assert (await client.get("/healthz")).status_code == 200
        return await shed(client, "lagging") > before

    await eventually(lagged, within=30)

    async def recovered() -> bool:
        answers = [await client.get("/v1/waits", params={"seconds": 0}) for _ in range(20)]
        return {a.status_code for a in answers} == {200}

    await eventually(recovered, within=30)


async def test_one_account_cannot_create_without_end(
    client: httpx2.AsyncClient, service: Service
) -> None:
    """I17, O5: 429 for the one who overdoes it, and nobody else."""
    before = await shed(client, "rate")
    vera = service.tokens.headers("vera")
    refused = None
    for _ in range(60):
        answer = await client.post("/v1/counts/v", headers=vera | keyed())
        if answer.status_code == 429:
            refused = answer
            break
    assert refused is not None
    assert refused.json()["code"] == "too-many-requests"
    assert int(refused.headers["Retry-After"]) > 0
    assert await shed(client, "rate") - before == 1
    other = await client.post("/v1/counts/v", headers=service.tokens.headers("gleb") | keyed())
    assert other.status_code == 201
