"""What the gateway makes of requests and answers: real Caddy before a service of the chassis."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest
import uvicorn
from fastapi import FastAPI, Request, Response

from deploy.stacks.embedded.ports import free_ports
from services.chassis.http import problems
from services.chassis.http.etags import IfMatch, etag
from services.chassis.http.limits import Limited, Limits, Permits
from services.chassis.http.middleware import RequestMiddleware
from services.chassis.telemetry.metrics import Metrics
from tests.support.eventually import eventually
from tests.support.tools.gateway import Door, door
from tests.support.tools.ops import Serving

BODY_SECONDS = 0.5
CHUNKED = b"POST /api/identity/v1/things HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
STOPPED = b"POST /api/identity/v1/things HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc"
PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def thing() -> FastAPI:
    """A thing that can be edited, with an answer that is worth compressing; and an S3 of a kind."""
    app = FastAPI(redirect_slashes=False)
    problems.install(app)
    metrics, limits = Metrics(), Limits(body_seconds=BODY_SECONDS)
    app.add_middleware(Limited, limits=limits, permits=Permits(limits), metrics=metrics)
    app.add_middleware(RequestMiddleware, metrics=metrics, max_body=1 << 20)
    words = {"text": "одно и то же " * 200}

    @app.get("/v1/things/a")
    async def read(response: Response) -> dict[str, str]:
        response.headers["ETag"] = etag(7)
        return words

    @app.patch("/v1/things/a")
    async def edit(expected: IfMatch, response: Response) -> dict[str, str]:
        expected.check(7)
        response.headers["ETag"] = etag(8)
        return words

    @app.post("/v1/things", status_code=201)
    async def create(request: Request, response: Response) -> int:
        response.headers["Location"] = "/v1/things/a"
        return len(await request.body())

    @app.get("/sealed/{name}")  # the signature of an S3 address is for this method
    async def stored(name: str) -> Response:
        return Response(name, media_type="application/pdf")

    return app


@asynccontextmanager
async def asking(folder: Path) -> AsyncIterator[tuple[Door, httpx2.AsyncClient]]:
    """The gateway with a service and S3 behind it; the other services are away."""
    (port,) = free_ports(1)
    server = Serving(uvicorn.Config(thing(), port=port, log_config=None))
    task = asyncio.create_task(server.serve())
    await eventually(lambda: server.started)
    try:
        with door(folder, {"identity": port, "s3": port}) as gateway:
            async with httpx2.AsyncClient(base_url=gateway.url, trust_env=False) as client:
                yield gateway, client
    finally:
        server.should_exit = True
        await task


async def said_to(gateway: Door, *parts: bytes) -> bytes:
    """The answer to these very bytes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.gateway.port)
    for part in parts:
        writer.write(part)
    answer = await reader.readuntil(b"\r\n\r\n")
    writer.close()
    return answer


@pytest.mark.parametrize("encoding", ["gzip", "zstd", "identity", "gzip, br, zstd"])
async def test_a_browser_can_edit_what_it_has_read(tmp_path: Path, encoding: str) -> None:
    """The tag that came with a compressed answer is good for an edit."""
    async with asking(tmp_path) as (_, client):
        headers = {"Accept-Encoding": encoding}
        async with client.stream("GET", "/api/identity/v1/things/a", headers=headers) as read:
            tag = read.headers["ETag"]
            assert (tag == '"7"') == (encoding == "identity")
        edited = await client.patch("/api/identity/v1/things/a", headers={"If-Match": tag})
        assert edited.status_code == 200
        again = await client.patch(
            "/api/identity/v1/things/a", headers={"If-Match": edited.headers["ETag"]}
        )
        assert (again.status_code, again.json()["code"]) == (412, "changed-meanwhile")


async def test_addresses_stay_behind_the_prefix(tmp_path: Path) -> None:
    async with asking(tmp_path) as (_, client):
        created = await client.post("/api/identity/v1/things", content=b"x")
        assert created.headers["Location"] == "/api/identity/v1/things/a"
        assert (await client.get(created.headers["Location"])).status_code == 200
        for path in ("/api/identity/v1/things/a/", "/api/identity/v1/things/", "/status/"):
            answer = await client.get(path, headers={"Host": "evil.example"})
            assert "evil" not in answer.headers.get("Location", "")
            assert answer.status_code in {404, 502}


async def test_head_is_answered_wherever_get_is(tmp_path: Path) -> None:
    """Also at a storage address, whose signature is for GET."""
    async with asking(tmp_path) as (_, client):
        for path in ("/", "/contracts/", "/style.css", "/api/identity/v1/things/a", "/sealed/x"):
            read, asked = await client.get(path), await client.head(path)
            assert (read.status_code, asked.status_code) == (200, 200), path
            assert asked.content == b""
            assert asked.headers["Content-Type"] == read.headers["Content-Type"]
        wrong = await client.post("/style.css")
        assert (wrong.status_code, wrong.headers["Allow"]) == (405, "GET, HEAD")
        assert (await client.delete("/sealed/x")).status_code in {404, 405}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/contracts/", 200),
        ("/api/identity/v1/things/a", 200),
        ("/sealed/x", 200),
        ("/not-there", 404),
        ("/api/identity/v1/nothing", 404),
        ("/api/identity/metrics", 404),
        ("/api/scheduling/v1/slots", 502),
        ("/status", 502),
        ("/verify/x", 502),
        ("/inbox", 502),
    ],
)
async def test_every_answer_has_the_security_headers(
    tmp_path: Path, path: str, status: int
) -> None:
    async with asking(tmp_path) as (_, client):
        for accept in ({"Accept": "application/json"}, PAGE):
            answer = await client.get(path, headers=accept)
            assert answer.status_code == status
            assert answer.headers.get_list("X-Content-Type-Options") == ["nosniff"]
            assert len(answer.headers.get_list("Referrer-Policy")) == 1
            (policy,) = answer.headers.get_list("Content-Security-Policy")
            assert "frame-ancestors 'none'" in policy
            assert "Server" not in answer.headers
            assert len(answer.headers.get_list("Cache-Control")) <= 1
            if status >= 400:
                assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("path", "status"), [("/not-there", 404), ("/api/notifier/v1/x", 502)])
async def test_its_own_refusals_are_what_was_asked_for(
    tmp_path: Path, path: str, status: int
) -> None:
    async with asking(tmp_path) as (_, client):
        page = await client.get(path, headers=PAGE)
        assert page.headers["Content-Type"].startswith("text/html")
        assert "Страница недоступна" in page.text
        for accept in ({}, {"Accept": "application/json"}, {"Accept": "*/*"}):
            problem = await client.get(path, headers=accept)
            assert problem.headers["Content-Type"].startswith("application/problem+json")
            told = problem.json()
            assert (told["status"], told["code"]) == (status, f"gateway-{status}")
            assert told["trace_id"]
        assert ("Retry-After" in page.headers) == (status == 502)


@pytest.mark.parametrize("chunks", [b"ZZ\r\nabc\r\n", b"3\r\nabc\r\nZZ\r\n", b"3\r\nabcdef\r\n"])
async def test_a_broken_chunk_is_the_callers_mistake(tmp_path: Path, chunks: bytes) -> None:
    async with asking(tmp_path) as (gateway, _):
        answer = await said_to(gateway, CHUNKED, chunks)
        assert answer.startswith(b"HTTP/1.1 400 ")
        assert b"Retry-After" not in answer


@pytest.mark.parametrize("request_", [STOPPED, CHUNKED + b"3\r\nabc\r\n"])
async def test_the_gateway_does_not_wait_longer_than_the_service(
    tmp_path: Path, request_: bytes
) -> None:
    async with asking(tmp_path) as (gateway, _):
        began = time.monotonic()
        answer = await said_to(gateway, request_)
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b"Connection: close" in answer
        assert time.monotonic() - began < BODY_SECONDS + 10


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/api/scheduling/v1/desk/talons/1234-5678-9018", "/api/scheduling/v1/desk"),
        ("/talon/1234-5678-9018", "/talon"),
        ("/api/scheduling/v1/%2B79161234567", "/api/scheduling/v1/"),
        ("/inbox/api/messages", "/inbox"),
    ],
)
async def test_its_log_holds_no_word_of_the_caller(tmp_path: Path, path: str, logged: str) -> None:
    """O3: numbers of talons and telephones stand in paths and names of hosts."""
    async with asking(tmp_path) as (gateway, client):
        await client.get(path, headers={"Host": "anna-sokolova.example"})
        await eventually(lambda: "handled request" in "\n".join(gateway.gateway.tail()))
        (line,) = (x for x in gateway.gateway.tail() if "handled request" in x)
        assert f'"uri": "{logged}"' in line
        assert "sokolova" not in line
        assert '"uuid": ' in line, "the `trace_id` of the answer"
