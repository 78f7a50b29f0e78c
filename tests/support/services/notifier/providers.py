"""Small real providers on loopback: an SMS centre, a push service and an SMTP server.

They keep what they take once per idempotency key, count every attempt, and fail as they are told.
"""

from __future__ import annotations

import asyncio
import hmac
import json
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as modern
from hashlib import sha256
from typing import Any, Literal

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.support.tools.encryption import SECRET as CODES_SECRET

SECRET = "a-secret-of-the-tests"
Fault = int | Literal["lost-answer", "silence"]
"""A status to refuse with; «lost-answer»: take it, then drop the line; «silence»: never answer."""


@dataclass
class Kept:
    """One message that a provider took."""

    id: str
    to: str
    text: str
    title: str = ""
    url: str = ""
    html: str = ""
    files: tuple[EmailMessage, ...] = ()


@dataclass
class Box:
    """What one provider has, and how it is to fail next."""

    faults: deque[Fault] = field(default_factory=deque)
    always: Fault | None = None
    retry_after: int | None = None
    """What a refusal says about when to come back."""
    silent_to: set[str] = field(default_factory=set)
    messages: dict[str, Kept] = field(default_factory=dict)
    attempts: list[str] = field(default_factory=list)
    connections: int = 0
    now: int = 0
    most: int = 0
    address: tuple[str, int] = ("127.0.0.1", 0)

    @property
    def texts(self) -> list[str]:
        """The texts that were kept, in order."""
        return [m.text for m in self.messages.values()]

    def to(self, recipient: str) -> list[Kept]:
        """What this recipient has got."""
        return [m for m in self.messages.values() if m.to == recipient]

    def fault(self, to: str) -> Fault | None:
        """How this attempt fails, if it does."""
        if to in self.silent_to:
            return "silence"
        return self.faults.popleft() if self.faults else self.always

    def keep(self, message: Kept) -> None:
        """Take a message: once per key."""
        self.messages.setdefault(message.id, message)


@dataclass
class Providers:
    """All three."""

    sms: Box = field(default_factory=Box)
    push: Box = field(default_factory=Box)
    email: Box = field(default_factory=Box)

    def settings(self) -> dict[str, Any]:
        """The notifier's settings that lead here."""
        return {
            "codes_secret": CODES_SECRET,
            "letters_secret": CODES_SECRET,
            "sms_url": f"http://127.0.0.1:{self.sms.address[1]}/sms/v1/messages",
            "push_url": f"http://127.0.0.1:{self.push.address[1]}/push/v1/messages",
            "sms_secret": SECRET,
            "push_secret": SECRET,
            "smtp_host": "127.0.0.1",
            "smtp_port": self.email.address[1],
        }


async def _serve_http(box: Box, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    box.connections += 1
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in head[1:])}
            body = await reader.readexactly(int(headers["content-length"]))
            box.now += 1
            box.most = max(box.most, box.now)
            try:
                answer = await _take(box, headers, body)
            finally:
                box.now -= 1
            if answer is None:
                return
            status, said = answer
            raw = json.dumps(said).encode()
            later = f"retry-after: {box.retry_after}\r\n" if box.retry_after else ""
            answered = f"HTTP/1.1 {status} -\r\n{later}content-length: {len(raw)}\r\n\r\n"
            writer.write(answered.encode() + raw)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        return
    finally:
        writer.close()


async def _take(box: Box, headers: dict[str, str], body: bytes) -> tuple[int, Any] | None:
    expected = hmac.new(SECRET.encode(), body, sha256).hexdigest()
    if headers.get("x-signature") != f"sha256={expected}":
        return 401, {}
    said = json.loads(body)
    box.attempts.append(headers["idempotency-key"])
    fault = box.fault(said["to"])
    if isinstance(fault, int):
        return fault, {}
    if fault == "silence":
        await asyncio.sleep(3600)  # silence: the caller must give up
    message = Kept(
        headers["idempotency-key"],
        said["to"],
        said.get("text") or said["body"],
        said.get("title", ""),
        said.get("url", ""),
    )
    box.keep(message)
    return None if fault == "lost-answer" else (202, {"provider_id": f"p-{message.id}"})


class _MailHandler:
    def __init__(self, box: Box) -> None:
        self._box = box

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address.startswith("nobody@"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 fine"

    async def handle_DATA(self, server: SMTP, _: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        box = self._box
        letter: EmailMessage = message_from_bytes(envelope.content or b"", policy=modern)  # type: ignore[arg-type] # bytes: decode_data is off
        key = str(letter["Message-ID"])
        box.attempts.append(key)
        fault = box.fault(envelope.rcpt_tos[0])
        if isinstance(fault, int):
            return f"{fault} as told"
        if fault == "silence":
            await asyncio.sleep(3600)  # silence: the caller must give up
        plain, html = letter.get_body(("plain",)), letter.get_body(("html",))
        box.keep(
            Kept(
                key,
                envelope.rcpt_tos[0],
                str(plain.get_content()).replace("\r\n", "\n") if plain else "",
                str(letter["Subject"]),
                html=str(html.get_content()) if html else "",
                files=tuple(letter.iter_attachments()),
            )
        )
        if fault == "lost-answer":
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return "250 kept"


@asynccontextmanager
async def providers() -> AsyncIterator[Providers]:
    """All three, listening on free ports."""
    all_three = Providers()
    sessions: set[asyncio.Task[Any]] = set()

    def http(box: Box) -> Any:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            sessions.add(task)
            with suppress(asyncio.CancelledError):
                await _serve_http(box, reader, writer)
            sessions.discard(task)

        return serve

    def smtp() -> SMTP:
        all_three.email.connections += 1
        return SMTP(_MailHandler(all_three.email), enable_SMTPUTF8=True)

    loop = asyncio.get_running_loop()
    servers = [
        await asyncio.start_server(http(all_three.sms), "127.0.0.1", 0),
        await asyncio.start_server(http(all_three.push), "127.0.0.1", 0),
        await loop.create_server(smtp, "127.0.0.1", 0),
    ]
    for box, server in zip((all_three.sms, all_three.push, all_three.email), servers, strict=True):
        box.address = server.sockets[0].getsockname()[:2]
    try:
        yield all_three
    finally:
        for server in servers:
            server.close()
        for task in sessions:
            task.cancel()
        await asyncio.gather(*sessions, return_exceptions=True)
