"""e18: a connection that breaks loses nothing, wherever it breaks (C4).

Over a real server, with raw connections that are cut: before the whole request was sent, and before
its answer was read.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import uvicorn

from contracts.certificates import ApplicationSubmitted
from deploy.stacks.embedded.ports import free_ports
from services.certificates.applications.domain.states import State
from tests.support.eventually import eventually
from tests.support.service import keyed, outbox_events
from tests.support.services.certificates.builders import TESTS
from tests.support.services.certificates.events import Json
from tests.support.services.certificates.office import Office, match
from tests.support.tools.ops import Serving

WHOLE = ("policy", *TESTS)


@asynccontextmanager
async def lines(office: Office) -> AsyncIterator[int]:
    """The service behind a port, in the test's own loop."""
    port = free_ports(1)[0]
    config = uvicorn.Config(office.app, port=port, log_config=None, lifespan="off")
    server = Serving(config)
    listening = socket.create_server(("127.0.0.1", port))
    task = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        await eventually(lambda: server.started)
        yield port
    finally:
        server.should_exit = server.force_exit = True
        await task


def request(method: str, path: str, body: Json, headers: dict[str, str]) -> bytes:
    content = json.dumps(body).encode()
    said = {
        "Host": "service",
        "Content-Type": "application/json",
        "Content-Length": str(len(content)),
        **headers,
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in said.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + content


async def cut(port: int, sent: bytes, until: Callable[[], Awaitable[Any]] | None = None) -> None:
    """Send this, wait until it had its effect, and be gone without reading the answer."""
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    await writer.drain()
    if until is not None:
        await eventually(until)
    writer.transport.abort()


async def again(
    port: int, method: str, path: str, body: Json, headers: dict[str, str]
) -> httpx2.Response:
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        said = headers | {"Content-Type": "application/json"}
        content = json.dumps(body).encode()  # to the letter: a key is for one request
        return await client.request(method, path, content=content, headers=said)


async def test_e18_half_a_request_changes_nothing_and_the_draft_is_there(office: Office) -> None:
    draft = await office.draft("policy")
    path = f"/v1/applications/{draft['id']}"
    body: Json = {"fields": {"workplace": "Школа № 1" * 50}}
    headers = office.citizen() | match(draft)
    whole = request("PATCH", path, body, headers)
    async with lines(office) as port:
        for length in (10, len(whole) // 2, len(whole) - 1):
            await cut(port, whole[:length])
        assert await office.read(draft["id"]) == draft
        assert (await again(port, "PATCH", path, body, headers)).status_code in {200, 422}


async def test_e18_an_edit_whose_answer_was_lost_is_made_once_and_found_made(
    office: Office,
) -> None:
    draft = await office.draft("policy")
    path = f"/v1/applications/{draft['id']}"
    body: Json = {"fields": {"workplace": "Школа № 1"}}
    headers = office.citizen() | match(draft)
    async with lines(office) as port:

        async def made() -> bool:
            return bool((await office.read(draft["id"]))["fields"]["workplace"] == "Школа № 1")

        await cut(port, request("PATCH", path, body, headers), made)
        repeated = await again(port, "PATCH", path, body, headers)
        assert repeated.status_code == 200
        assert repeated.json()["revision"] == draft["revision"] + 1
        other: Json = {"fields": {"workplace": "Школа № 2"}}
        assert (await again(port, "PATCH", path, other, headers)).status_code == 412


async def test_e18_a_submission_whose_answer_was_lost_is_one_application(office: Office) -> None:
    draft = await office.draft(*WHOLE)
    path = f"/v1/applications/{draft['id']}/submission"
    body, headers = office.agreed(draft), office.citizen() | match(draft)
    async with lines(office) as port:

        async def filed() -> Any:
            return (await office.kept(draft["id"])).state is not State.DRAFT

        await cut(port, request("POST", path, body, headers), filed)
        first, second = await asyncio.gather(
            *(again(port, "POST", path, body, headers) for _ in range(2))
        )
        assert (first.status_code, second.status_code) == (200, 200), first.text
        assert first.json()["tracking_number"] == second.json()["tracking_number"]
        assert len(await outbox_events(office.app, ApplicationSubmitted)) == 1
        other_act = {**body, "act": office.agreed(draft)["act"]}
        refused = await again(port, "POST", path, other_act, headers)
        assert refused.status_code in {409, 412}


async def test_e18_twins_of_a_submission_are_one_application(office: Office) -> None:
    draft = await office.draft(*WHOLE)
    path = f"/v1/applications/{draft['id']}/submission"
    body, headers = office.agreed(draft), office.citizen() | match(draft)
    answers = await asyncio.gather(
        *(office.http.post(path, json=body, headers=headers) for _ in range(4))
    )
    assert {a.status_code for a in answers} == {200}
    assert len({a.json()["tracking_number"] for a in answers}) == 1
    assert len(await outbox_events(office.app, ApplicationSubmitted)) == 1


async def test_e18_a_draft_that_was_begun_and_not_heard_of_is_begun_once(office: Office) -> None:
    body: Json = {"type": "086u"}
    headers = office.citizen() | keyed()
    async with lines(office) as port:

        async def begun() -> Any:
            listed = await office.http.get("/v1/applications", headers=office.citizen())
            return listed.json()["items"]

        await cut(port, request("POST", "/v1/applications", body, headers), begun)
        (draft,) = await begun()
        repeated = await again(port, "POST", "/v1/applications", body, headers)
        assert (repeated.status_code, repeated.json()["id"]) == (201, draft["id"])
        assert len(await begun()) == 1
