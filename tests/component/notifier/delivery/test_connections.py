"""Connections to providers on the wire: partial, late and unasked answers, ends at any moment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from services.chassis.telemetry.metrics import Metrics
from services.notifier.delivery.domain.message import Outcome, Verdict
from services.notifier.delivery.gateways import Outgoing
from services.notifier.delivery.gateways.mail import Mail
from services.notifier.delivery.gateways.posting import (
    MOST_BYTES,
    NoAnswerError,
    NotSentError,
    Poster,
)
from services.notifier.delivery.gateways.smtp import MailServer
from services.notifier.templates.domain.content import Content
from tests.support.eventually import eventually

FINE = b"HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\n{}"
END = b""
"""Stands for the end of the connection."""
LETTER = Content("Готово", "Готово\n.точка", "Скачать", "https://x")


@dataclass
class Script:
    """A server that answers as written: for each connection, what it says to each thing it hears.

    `heard` is what it heard: the connection's number and the bytes.
    """

    answers: Sequence[Sequence[bytes]]
    ends: Callable[[bytes], bool]
    greeting: bytes = b""
    heard: list[tuple[int, bytes]] = field(default_factory=list)
    connections: int = 0
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number, self.connections = self.connections, self.connections + 1
        writer.write(self.greeting)
        for answer in self.answers[min(number, len(self.answers) - 1)]:
            said = b""
            while not self.ends(said):
                came = await reader.read(65536)
                if not came:
                    writer.close()
                    return
                said += came
            self.heard.append((number, said))
            if answer == END:
                break
            writer.write(answer)
        writer.close()


@asynccontextmanager
async def serving(script: Script) -> AsyncIterator[Script]:
    async with await asyncio.start_server(script.serve, "127.0.0.1", 0) as server:
        script.port = server.sockets[0].getsockname()[1]
        yield script


def posts(*answers: Sequence[bytes]) -> Script:
    return Script(answers, lambda said: said.endswith(b"\r\n\r\nbody"))


def poster(script: Script, *, path: str = "/") -> Poster:
    url = f"http://127.0.0.1:{script.port}{path}"
    return Poster(url, connect_seconds=2, content_type="text/plain")


@pytest.mark.parametrize(
    ("said", "status", "body"),
    [
        (FINE, 202, b"{}"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b""),
        (b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", 302, b""),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: x\r\n\r\n" + FINE, 202, b"{}"),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n",
            200,
            b"{}",
        ),
    ],
)
async def test_answers_are_read_as_http_says_and_the_connection_is_used_again(
    said: bytes, status: int, body: bytes
) -> None:
    async with serving(posts([said, said])) as script:
        client = poster(script, path="/sms?v=1")
        for _ in range(2):
            answer = await client.post(b"body", {"Idempotency-Key": "m-1"})
            assert (answer.status, answer.body) == (status, body)
        client.close()
    assert script.connections == 1
    head = script.heard[0][1].decode()
    assert head.startswith(f"POST /sms?v=1 HTTP/1.1\r\nHost: 127.0.0.1:{script.port}\r\n")
    assert "\r\nIdempotency-Key: m-1\r\nContent-Length: 4\r\n\r\nbody" in head


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.0 200 OK\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{}",
    ],
)
async def test_an_answer_that_ends_its_connection_is_one_and_the_next_has_a_new_one(
    said: bytes,
) -> None:
    async with serving(posts([said])) as script:
        client = poster(script)
        for _ in range(2):
            assert (await client.post(b"body", {})).body == b"{}"
        client.close()
    assert script.connections == 2


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}",
        b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
        b"220 mail.example.org ESMTP\r\n",
        b"HTTP/1.1 200 OK\r\nX-Long: " + b"-" * MOST_BYTES,
    ],
)
async def test_half_an_answer_is_none_and_its_connection_is_not_used_again(said: bytes) -> None:
    """Whoever was asked may have taken it: unknown."""
    async with serving(posts([said], [FINE])) as script:
        client = poster(script)
        with pytest.raises(NoAnswerError):
            await client.post(b"body", {})
        assert (await client.post(b"body", {})).status == 202
        client.close()
    assert script.connections == 2


@pytest.mark.parametrize("more", [FINE, FINE[:20], FINE[:1], b"{}"])
async def test_what_nobody_asked_for_ends_the_connection(more: bytes) -> None:
    """It would be heard as the answer to the next message, or as the beginning of it."""
    async with serving(posts([FINE + more, FINE], [FINE])) as script:
        client = poster(script)
        assert (await client.post(b"body", {})).status == 202
        assert (await client.post(b"body", {})).status == 202
        client.close()
    assert [number for number, _ in script.heard] == [0, 1]


async def test_a_kept_connection_that_the_server_ended_is_not_asked() -> None:
    async with serving(posts([FINE], [FINE])) as script:
        client = poster(script)
        assert (await client.post(b"body", {})).status == 202
        await asyncio.sleep(0.05)  # the end is on its way
        assert (await client.post(b"body", {})).status == 202
        client.close()
    assert script.connections == 2


async def test_who_gives_up_leaves_no_answer_to_the_next() -> None:
    async with serving(Script([[FINE], [FINE]], lambda said: said.count(b"body") == 2)) as script:
        client = poster(script)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await client.post(b"body", {})
        assert (await client.post(b"bodybody", {})).status == 202
        client.close()
    assert script.connections == 2


async def test_many_at_a_time_have_a_connection_each_and_keep_it() -> None:
    async with serving(posts([FINE] * 10)) as script:
        client = poster(script)
        for _ in range(3):
            answers = await asyncio.gather(*(client.post(b"body", {}) for _ in range(5)))
            assert [answer.status for answer in answers] == [202] * 5
        client.close()
    assert script.connections == 5


async def test_nobody_there_is_certainly_not_sent() -> None:
    async with serving(posts([FINE])) as script:
        client = poster(script)
    with pytest.raises(NotSentError):
        await client.post(b"body", {})


HELLO = b"220 here\r\n"
PLAIN = [b"250 here\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go on\r\n", b"250 kept\r\n"]
PIPELINED = [
    b"250-here\r\n250 PIPELINING\r\n",
    b"250 ok\r\n250 ok\r\n354 go on\r\n",
    b"250 kept\r\n",
]
AGAIN = PIPELINED[1:]


def _said(heard: bytes) -> bool:
    if b"Subject:" in heard:
        return heard.endswith(b"\r\n.\r\n")
    return heard.endswith(b"\r\n")


def speaks(*answers: Sequence[bytes]) -> Script:
    return Script(answers, _said, greeting=HELLO)


def mail(script: Script) -> Mail:
    return Mail(MailServer("127.0.0.1", script.port, "me@example.org"), Metrics(), timeout=5)


async def send(way: Mail) -> Outcome:
    return await way.send(Outgoing("m-1", "anna@example.org", LETTER))


async def test_a_server_that_does_not_pipeline_is_told_one_thing_at_a_time() -> None:
    async with serving(speaks([*PLAIN, *PLAIN[1:], b"221 bye\r\n"])) as script:
        way = mail(script)
        for _ in range(2):
            assert (await send(way)).verdict is Verdict.ACCEPTED
        await way.close()
        await eventually(lambda: len(script.heard) == 10)
    assert script.connections == 1
    assert [said for _, said in script.heard[1:4]] == [
        b"MAIL FROM:<me@example.org>\r\n",
        b"RCPT TO:<anna@example.org>\r\n",
        b"DATA\r\n",
    ]


async def test_a_server_that_pipelines_is_told_all_in_one_go() -> None:
    async with serving(speaks([*PIPELINED, *AGAIN, b"221 bye\r\n"])) as script:
        way = mail(script)
        for _ in range(2):
            assert (await send(way)).verdict is Verdict.ACCEPTED
        await way.close()
        await eventually(lambda: len(script.heard) == 6)
    assert [number for number, _ in script.heard] == [0] * 6
    asked = b"MAIL FROM:<me@example.org>\r\nRCPT TO:<anna@example.org>\r\nDATA\r\n"
    assert script.heard[1][1] == asked


@pytest.mark.parametrize("farewell", [END, b"421 too many letters\r\n"])
async def test_a_kept_connection_that_says_good_bye_costs_no_letter(farewell: bytes) -> None:
    """Servers bound the letters of a connection; nothing was sent on it, so a new one is asked."""
    async with serving(speaks([*PIPELINED, farewell], [*PIPELINED])) as script:
        way = mail(script)
        for _ in range(2):
            assert (await send(way)).verdict is Verdict.ACCEPTED
        await way.close()
    assert script.connections == 2


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        ([b"451 later\r\n503 no\r\n503 no\r\n"], Outcome(Verdict.NOT_TAKEN, "provider-busy")),
        (
            [b"250 ok\r\n550 nobody\r\n503 no\r\n"],
            Outcome(Verdict.REFUSED, "recipient-refused", address_gone=True, recipient_only=True),
        ),
        (
            # RFC 2920 lets a server go on although there is nobody to send to
            [b"250 ok\r\n550 nobody\r\n354 go on\r\n"],
            Outcome(Verdict.REFUSED, "recipient-refused", address_gone=True, recipient_only=True),
        ),
        (
            [b"250 ok\r\n450 full\r\n503 no\r\n"],
            Outcome(Verdict.NOT_TAKEN, "provider-busy", recipient_only=True),
        ),
        ([b"250 ok\r\n421 bye\r\n"], Outcome(Verdict.NOT_TAKEN, "provider-busy")),
        ([b"250 ok\r\n250 ok\r\n451 later\r\n"], Outcome(Verdict.NOT_TAKEN, "provider-busy")),
        ([b"250 ok\r\n"], Outcome(Verdict.NOT_TAKEN, "provider-unreachable")),
        ([b"hello\r\n"], Outcome(Verdict.NOT_TAKEN, "provider-unreachable")),
        ([AGAIN[0], END], Outcome(Verdict.UNKNOWN, "provider-timeout")),
        ([AGAIN[0], b"250-half"], Outcome(Verdict.UNKNOWN, "provider-timeout")),
        (
            [AGAIN[0], b"554 spam\r\n"],
            Outcome(Verdict.REFUSED, "recipient-refused", address_gone=True),
        ),
    ],
)
async def test_until_the_server_says_go_on_nothing_can_have_been_sent(
    answers: Sequence[bytes], outcome: Outcome
) -> None:
    """And the letter after it has a connection of its own."""
    async with serving(speaks([PIPELINED[0], *answers], PIPELINED)) as script:
        way = mail(script)
        assert await send(way) == outcome
        assert (await send(way)).verdict is Verdict.ACCEPTED
        await way.close()
    assert script.connections == 2
    letters = [number for number, said in script.heard if b"Subject:" in said]
    assert letters[-1] == 1
