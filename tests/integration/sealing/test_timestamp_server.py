"""C29: the time-stamp authority as a process, over real HTTP."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx2
import pytest

from deploy.world import verify_pdf
from services.sealing import HttpTimestamps, Sealed, timestamp_client
from services.sealing.errors import TimestampUnavailableError
from services.sealing.tsa import check_response, request
from services.sealing.tsa.client import HttpClient
from tests.support.integrity import verify_bytes
from tests.support.sealing import DemoPki, seal_many

REPOSITORY = Path(__file__).parents[3]
QUERY = {"content-type": "application/timestamp-query"}
IMPRINT = hashlib.sha256(b"signature").digest()


@pytest.fixture(scope="module")
def url(pki: DemoPki) -> Iterator[str]:
    """The address of a running authority."""
    settings = {"TSA_PORT": "0", "TSA_PKI_DIR": str(pki.directory)}
    with subprocess.Popen(
        [sys.executable, "-m", "deploy.world.tsa"],
        cwd=REPOSITORY,
        env={**os.environ, **settings},  # noqa: TID251 - handed on to a child process
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout is not None
        line = server.stdout.readline()
        found = re.search(r"listening on (\S+)", line)
        assert found, line
        yield f"http://{found[1]}"
        server.send_signal(signal.SIGTERM)
        assert server.wait(10) == 0


@pytest.fixture(params=["ours", "httpx2"])
async def stamping(request: pytest.FixtureRequest) -> AsyncIterator[HttpClient]:
    """One suite for our lean client and for an ordinary one."""
    client = timestamp_client() if request.param == "ours" else httpx2.AsyncClient()
    yield client
    await client.aclose()


@pytest.fixture
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    """An ordinary HTTP client."""
    async with httpx2.AsyncClient() as opened:
        yield opened


async def test_a_document_is_stamped_over_http(
    pki: DemoPki, url: str, stamping: HttpClient
) -> None:
    sealer = pki.sealer(HttpTimestamps(stamping, url, pki.trust()))
    sealed = await sealer.seal(pki.request())
    assert all(r.good for r in await verify_pdf.check_signatures(sealed.pdf, pki.root))


async def test_many_documents_at_a_time(pki: DemoPki, url: str, stamping: HttpClient) -> None:
    sealer = pki.sealer(HttpTimestamps(stamping, url, pki.trust()))
    results = await seal_many(sealer, [pki.talon(patient=f"Пациент {n}") for n in range(100)], 50)
    assert all(isinstance(r, Sealed) and verify_bytes(r.pdf, r.sha256).intact for r in results)
    assert len({r.sha256 for r in results if isinstance(r, Sealed)}) == 100


async def test_requests_may_follow_each_other_in_one_packet(pki: DemoPki, url: str) -> None:
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    for nonce in (1, 2, 3):
        body = request(IMPRINT, nonce)
        writer.write(
            b"POST / HTTP/1.1\r\nHost: t\r\nContent-Type: application/timestamp-query\r\n"
            b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
        )
    for nonce in (1, 2, 3):
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
        size = int(re.findall(rb"Content-Length: (\d+)", head)[0])
        answer = await reader.readexactly(size)
        check_response(answer, imprint=IMPRINT, nonce=nonce, trust=pki.trust())
    writer.close()
    await writer.wait_closed()


async def test_health_and_wrong_use(url: str, client: httpx2.AsyncClient) -> None:
    assert (await client.get(f"{url}/healthz")).json() == {"status": "ok"}
    assert (await client.get(url)).status_code == 404
    assert (await client.put(url, content=b"")).status_code == 405
    assert (await client.post(url, content=b"x")).status_code == 415
    assert (await client.post(url, content=bytes(20_000), headers=QUERY)).status_code == 413


async def test_a_bad_request_is_rejected_in_the_protocol(
    url: str, client: httpx2.AsyncClient
) -> None:
    response = await client.post(url, content=b"rubbish", headers=QUERY)
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/timestamp-reply"
    assert b"not a TimeStampReq" in response.content


async def test_what_is_not_http_ends_the_connection(url: str) -> None:
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"\x16\x03\x01\x00\xa5 this is TLS\r\n\r\n")
    assert (await asyncio.wait_for(reader.read(), 5)).startswith(b"HTTP/1.1 400 ")
    writer.close()
    await writer.wait_closed()


async def test_an_authority_that_is_away_or_broken_is_a_passing_trouble(
    pki: DemoPki, url: str, stamping: HttpClient
) -> None:
    for address in ("http://127.0.0.1:1/", f"{url.replace('http', 'ftp', 1)}/"):
        with pytest.raises(TimestampUnavailableError) as refused:
            await HttpTimestamps(stamping, address, pki.trust()).token(IMPRINT)
        assert not refused.value.permanent


async def test_an_authority_that_never_answers_is_given_up_in_time(
    pki: DemoPki, stamping: HttpClient
) -> None:
    connected = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.set()
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with asyncio.timeout(10):
        with pytest.raises(TimestampUnavailableError, match="Timeout"):
            await HttpTimestamps(
                stamping, f"http://127.0.0.1:{port}/", pki.trust(), timeout_seconds=0.1
            ).token(IMPRINT)
        await connected.wait()  # accepted, if only after the client was tired of waiting
    server.close()


async def test_a_connection_closed_while_idle_is_replaced(pki: DemoPki) -> None:
    """The other side may close a kept-alive connection at any time."""
    served = 0

    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal served
        head = await reader.readuntil(b"\r\n\r\n")
        size = int(re.findall(rb"Content-Length: (\d+)", head)[0])
        answer = pki.authority().answer(await reader.readexactly(size))
        served += 1
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(answer), answer))
        writer.close()

    server = await asyncio.start_server(once, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    client = timestamp_client()
    for _ in range(5):
        assert await HttpTimestamps(client, address, pki.trust()).token(IMPRINT)
    assert served == 5
    await client.aclose()
    server.close()


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 503 Unavailable\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nContent-Length: 70000\r\n\r\n" + bytes(70_000),
    ],
    ids=["not-http", "503", "redirect", "cut", "too-large"],
)
async def test_a_strange_answer_is_a_passing_trouble(pki: DemoPki, answer: bytes) -> None:
    async def strange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(strange, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    client = timestamp_client()
    with pytest.raises(TimestampUnavailableError) as refused:
        await HttpTimestamps(client, address, pki.trust()).token(IMPRINT)
    assert not refused.value.permanent
    await client.aclose()
    server.close()


OPENSSL = shutil.which("openssl")
if OPENSSL:  # an extra oracle; rfc3161-client in the unit tests is always there

    async def test_openssl_asks_and_verifies(
        pki: DemoPki, url: str, client: httpx2.AsyncClient, tmp_path: Path
    ) -> None:
        async def openssl(*arguments: object) -> str:
            ran = await asyncio.to_thread(
                subprocess.run,
                [str(OPENSSL), "ts", *map(str, arguments)],
                capture_output=True,
                text=True,
                check=False,
            )
            assert ran.returncode == 0, ran.stderr
            return ran.stdout

        data, query, reply = tmp_path / "data", tmp_path / "query", tmp_path / "reply"
        data.write_bytes(b"anything")
        for digest in ("-sha256", "-sha384", "-sha512"):
            await openssl("-query", "-data", data, digest, "-cert", "-out", query)
            answer = await client.post(url, content=query.read_bytes(), headers=QUERY)
            reply.write_bytes(answer.content)
            verified = await openssl(
                *("-verify", "-queryfile", query, "-in", reply),
                *("-CAfile", pki.directory / "root.pem"),
                *("-untrusted", pki.directory / "issuing.pem"),
            )
            assert "Verification: OK" in verified
