"""The adapters against real servers: the small fakes of these tests, and the demo sinks alike."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn
from pydantic import SecretStr

from deploy.stacks.embedded.ports import free_ports
from deploy.world.sinks.app import build as build_sinks
from deploy.world.sinks.settings import SinksSettings
from services.chassis.telemetry.metrics import Metrics
from services.notifier.app import build_providers
from services.notifier.delivery.domain.message import Outcome, Verdict
from services.notifier.delivery.gateways import Outgoing, Provider
from services.notifier.delivery.gateways.posting import Answer
from services.notifier.delivery.gateways.signed_http import SignedHttp, classified, sms_body
from services.notifier.settings import Settings
from services.notifier.templates.domain.content import Channel, Content
from tests.support.eventually import eventually
from tests.support.services.notifier.providers import SECRET, Providers
from tests.support.tools.encryption import SECRET as CODES_SECRET

CONTENT = Content(
    "Справка готова", "Готово: №\xa01\n.точка", "Скачайте", "https://x/#/c", html="<p>Готово</p>"
)
TO = {
    Channel.SMS: "+79000000042",
    Channel.EMAIL: "anna@example.org",
    Channel.PUSH: "device-of-anna",
}


@dataclass
class World:
    """Adapters, the settings they were built from, and a way to see what arrived."""

    ways: Mapping[Channel, Provider]
    settings: Settings
    boxes: Providers | None = None
    http: httpx2.AsyncClient | None = None

    async def arrived(self, channel: Channel) -> list[tuple[str, str]]:
        """Recipient and text of what was kept."""
        if self.boxes is not None:
            box = {
                Channel.SMS: self.boxes.sms,
                Channel.EMAIL: self.boxes.email,
                Channel.PUSH: self.boxes.push,
            }[channel]
            return [(m.to, m.text.strip()) for m in box.messages.values()]
        assert self.http is not None
        answer = await self.http.get("/inbox/api/messages", params={"to": TO[channel]})
        return [
            (m["to"], m["text"].strip()) for m in answer.json()["items"] if m["channel"] == channel
        ]


async def _sinks(stack: AsyncExitStack, directory: Path) -> dict[str, Any]:
    port, smtp_port = free_ports(2)
    settings = SinksSettings(
        port=port,
        smtp_port=smtp_port,
        data_dir=directory,
        sms_secret=SecretStr(SECRET),
        push_secret=SecretStr(SECRET),
    )
    server = uvicorn.Server(
        uvicorn.Config(build_sinks(settings), port=port, log_config=None, ws="none")
    )
    task = asyncio.create_task(server.serve())

    async def stop() -> None:
        server.should_exit = True
        await task

    stack.push_async_callback(stop)
    await eventually(lambda: server.started)
    return {
        "codes_secret": CODES_SECRET,
        "letters_secret": CODES_SECRET,
        "sms_url": f"http://127.0.0.1:{port}/sms/v1/messages",
        "push_url": f"http://127.0.0.1:{port}/push/v1/messages",
        "sms_secret": SECRET,
        "push_secret": SECRET,
        "smtp_port": smtp_port,
    }


@pytest.fixture(params=["fakes", "sinks"])
async def world(
    request: pytest.FixtureRequest, boxes: Providers, tmp_path: Path
) -> AsyncIterator[World]:
    """The adapters, on either kind of provider."""
    async with AsyncExitStack() as stack:
        fakes = request.param == "fakes"
        told = boxes.settings() if fakes else await _sinks(stack, tmp_path)
        settings = Settings(**told, provider_timeout=PATIENT)
        base = settings.sms_url.removesuffix("/sms/v1/messages")
        http = await stack.enter_async_context(httpx2.AsyncClient(base_url=base))
        ways = build_providers(settings, Metrics())
        for way in ways.values():
            stack.push_async_callback(way.close)
        yield World(ways, settings, boxes if fakes else None, http)


def outgoing(channel: Channel, key: str = "message-1") -> Outgoing:
    return Outgoing(key, TO[channel], CONTENT)


@pytest.mark.parametrize("channel", Channel)
async def test_a_message_arrives_as_it_was_written(world: World, channel: Channel) -> None:
    """N1: the whole text, Cyrillic, dots at the start of a line and all."""
    outcome = await world.ways[channel].send(outgoing(channel))
    assert outcome.verdict is Verdict.ACCEPTED
    assert outcome.provider_id
    assert await world.arrived(channel) == [(TO[channel], CONTENT.text)]


@pytest.mark.parametrize("channel", Channel)
async def test_the_same_key_again_keeps_one_message(world: World, channel: Channel) -> None:
    """N8."""
    for _ in range(3):
        outcome = await world.ways[channel].send(outgoing(channel))
        assert outcome.verdict is Verdict.ACCEPTED
    await world.ways[channel].send(outgoing(channel, "message-2"))
    assert len(await world.arrived(channel)) == 2


async def test_a_wrong_secret_is_ours_to_mend_and_loses_no_message(world: World) -> None:
    """401 says nothing about the recipient."""
    way = SignedHttp(
        world.settings.sms_url,
        "wrong",
        sms_body,
        Metrics(),
        target="sms",
        timeout=2.0,
    )
    outcome = await way.send(outgoing(Channel.SMS))
    await way.close()
    assert (outcome.verdict, outcome.code) == (Verdict.NOT_TAKEN, "provider-refuses-us")
    assert await world.arrived(Channel.SMS) == []


PATIENT, NOT_PATIENT = 15.0, 2.0
"""Seconds for one call: of a provider that answers on a busy machine; of one that does not."""


def patience(fault: Any) -> float:
    return NOT_PATIENT if fault == "silence" else PATIENT


def ways_of(boxes: Providers, **over: Any) -> Mapping[Channel, Provider]:
    return build_providers(
        Settings(**boxes.settings() | {"provider_timeout": PATIENT} | over), Metrics()
    )


@pytest.mark.parametrize(
    ("fault", "verdict", "code"),
    [
        (400, Verdict.REFUSED, "recipient-refused"),
        (422, Verdict.REFUSED, "recipient-refused"),
        (429, Verdict.NOT_TAKEN, "provider-busy"),
        (503, Verdict.NOT_TAKEN, "provider-busy"),
        (403, Verdict.NOT_TAKEN, "provider-refuses-us"),
        (404, Verdict.NOT_TAKEN, "provider-refuses-us"),
        (500, Verdict.UNKNOWN, "provider-error"),
        ("lost-answer", Verdict.UNKNOWN, "provider-timeout"),
        ("silence", Verdict.UNKNOWN, "provider-timeout"),
    ],
)
async def test_what_an_http_provider_answers_is_classified(
    boxes: Providers, fault: Any, verdict: Verdict, code: str
) -> None:
    """N6: permanent, transient, unknown."""
    boxes.sms.faults.append(fault)
    way = ways_of(boxes, provider_timeout=patience(fault))[Channel.SMS]
    outcome = await way.send(outgoing(Channel.SMS))
    await way.close()
    assert (outcome.verdict, outcome.code) == (verdict, code)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [(b"7", 7), (b"9" * 5_000, 3_600), (b"soon", None), (b"-7", None), ("７".encode(), None)],
)
def test_when_to_come_back_is_a_number_of_seconds_with_a_bound(
    said: bytes, seconds: int | None
) -> None:
    """Whatever a provider says: a number has no end, and Python reads no longer one."""
    outcome = classified(Answer(503, {b"retry-after": said}, b""))
    wanted = None if seconds is None else timedelta(seconds=seconds)
    assert outcome == Outcome(Verdict.NOT_TAKEN, "provider-busy", retry_after=wanted)


@pytest.mark.parametrize(
    ("fault", "verdict"),
    [
        (451, Verdict.NOT_TAKEN),
        (554, Verdict.REFUSED),
        ("lost-answer", Verdict.UNKNOWN),
        ("silence", Verdict.UNKNOWN),
    ],
)
async def test_what_a_mail_server_answers_is_classified(
    boxes: Providers, fault: Any, verdict: Verdict
) -> None:
    """N6."""
    boxes.email.faults.append(fault)
    way = ways_of(boxes, provider_timeout=patience(fault))[Channel.EMAIL]
    assert (await way.send(outgoing(Channel.EMAIL))).verdict is verdict
    assert (await way.send(outgoing(Channel.EMAIL))).verdict is Verdict.ACCEPTED
    await way.close()


async def test_a_mailbox_that_does_not_exist_is_refused(boxes: Providers) -> None:
    """N6: 550 at RCPT, nothing was sent."""
    way = ways_of(boxes)[Channel.EMAIL]
    outcome = await way.send(replace(outgoing(Channel.EMAIL), to="nobody@example.org"))
    await way.close()
    assert (outcome.verdict, outcome.code) == (Verdict.REFUSED, "recipient-refused")
    assert outcome.address_gone
    assert not boxes.email.attempts


async def test_a_domain_in_cyrillic_is_sent_in_ascii(boxes: Providers) -> None:
    """A mail server is given IDNA, in the envelope and in the header."""
    way = ways_of(boxes)[Channel.EMAIL]
    outcome = await way.send(replace(outgoing(Channel.EMAIL), to="Anna.S@почта.рф"))
    await way.close()
    assert outcome.verdict is Verdict.ACCEPTED
    (letter,) = boxes.email.messages.values()
    assert letter.to == "Anna.S@xn--80a1acny.xn--p1ai"


@pytest.mark.parametrize(
    "to",
    [
        "анна@example.org",
        "anna",
        "",
        "anna@example.org\r\nBcc: boris@example.org",
        "anna@" + "я" * 70 + ".рф",
    ],
)
async def test_an_address_that_no_server_can_be_given_is_refused(boxes: Providers, to: str) -> None:
    """N6: permanent, and never an exception."""
    way = ways_of(boxes)[Channel.EMAIL]
    outcome = await way.send(replace(outgoing(Channel.EMAIL), to=to))
    await way.close()
    assert outcome == Outcome(Verdict.REFUSED, "recipient-refused")
    assert boxes.email.connections == 0


@pytest.mark.parametrize("channel", Channel)
async def test_a_provider_that_is_away_has_certainly_nothing(
    boxes: Providers, channel: Channel
) -> None:
    """N9: connection refused is «not taken», so even a code may be tried again."""
    (port,) = free_ports(1)
    away = f"http://127.0.0.1:{port}/"
    way = ways_of(boxes, sms_url=away, push_url=away, smtp_port=port)[channel]
    outcome = await way.send(outgoing(channel))
    await way.close()
    assert outcome == Outcome(Verdict.NOT_TAKEN, "provider-unreachable")


@pytest.mark.parametrize("channel", Channel)
async def test_connections_are_kept(boxes: Providers, channel: Channel) -> None:
    way = ways_of(boxes)[channel]
    for number in range(5):
        await way.send(outgoing(channel, f"message-{number}"))
    await way.close()
    box = {Channel.SMS: boxes.sms, Channel.EMAIL: boxes.email, Channel.PUSH: boxes.push}[channel]
    assert len(box.messages) == 5
    assert box.connections == 1


async def test_a_letter_is_plain_html_and_marked_automatic(boxes: Providers) -> None:
    """What a mail client and an autoresponder need."""
    way = ways_of(boxes)[Channel.EMAIL]
    outcome = await way.send(outgoing(Channel.EMAIL))
    await way.close()
    (letter,) = boxes.email.messages.values()
    assert outcome.provider_id == letter.id == "<message-1@zdorovie.example>"
    assert (letter.title, letter.html.strip()) == ("Справка готова", "<p>Готово</p>")


async def test_a_busy_provider_says_when_to_come_back() -> None:
    """`Retry-After` reaches the plan."""

    async def busy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 429 -\r\nretry-after: 30\r\ncontent-length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(busy, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        way = SignedHttp(
            f"http://127.0.0.1:{port}/",
            "s",
            sms_body,
            Metrics(),
            target="sms",
            timeout=1.0,
        )
        outcome = await way.send(outgoing(Channel.SMS))
        await way.close()
    assert outcome.retry_after == timedelta(seconds=30)


async def test_a_provider_that_answers_a_byte_at_a_time_is_given_up() -> None:
    """The seconds are for the whole attempt: no lease of a timer runs out over it."""

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 202 -\r\nx-patience: ")
        while not writer.is_closing():
            writer.write(b"-")
            await asyncio.sleep(0.05)  # the provider under test is a slow one
        writer.close()

    async with await asyncio.start_server(drip, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        way = SignedHttp(
            f"http://127.0.0.1:{port}/",
            "s",
            sms_body,
            Metrics(),
            target="sms",
            timeout=0.5,
        )
        outcome = await way.send(outgoing(Channel.SMS))
        await way.close()
    assert outcome == Outcome(Verdict.UNKNOWN, "provider-timeout")
