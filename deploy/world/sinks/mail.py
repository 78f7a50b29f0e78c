"""The SMTP server: takes any mail for anybody and keeps it."""

from __future__ import annotations

import asyncio
import email
import hashlib
import uuid
from email.message import EmailMessage
from email.policy import default as modern
from html.parser import HTMLParser

from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy.world.sinks.messages import Channel, Faults, Message, Messages, now

_MAX_BYTES = 25 * 1024 * 1024


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


class MailHandler:
    """What aiosmtpd calls."""

    def __init__(self, messages: Messages, faults: Faults) -> None:
        self._messages = messages
        self._faults = faults

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """One mail, kept once per Message-ID and recipient."""
        status = self._faults.take(Channel.EMAIL)
        if status is not None:
            return f"{status} refused on request of a test"
        content = envelope.content or b""
        raw = content.encode() if isinstance(content, str) else content
        parsed = email.message_from_bytes(raw, policy=modern)
        key = str(parsed["Message-ID"] or "").strip() or hashlib.sha256(raw).hexdigest()
        for recipient in envelope.rcpt_tos:
            await self._messages.accept(
                Message(
                    channel=Channel.EMAIL,
                    id=key,
                    to=recipient.strip().lower(),
                    subject=str(parsed["Subject"] or ""),
                    text=_text(parsed),
                    attachments=tuple(
                        part.get_filename() or part.get_content_type()
                        for part in parsed.iter_attachments()
                    ),
                    received_at=now(),
                    provider_id=str(uuid.uuid4()),
                )
            )
        return "250 kept"


def _text(message: EmailMessage) -> str:
    body = message.get_body(preferencelist=("plain", "html"))
    if body is None:
        return ""
    content = str(body.get_content()).replace("\r\n", "\n")
    if body.get_content_type() != "text/html":
        return content.strip()
    reader = _Text()
    reader.feed(content)
    return "\n".join(line for part in reader.parts if (line := part.strip()))


async def serve_mail(
    host: str, port: int, messages: Messages, faults: Faults
) -> asyncio.AbstractServer:
    """Listen for SMTP in the running loop."""
    handler = MailHandler(messages, faults)

    def session() -> SMTP:
        return SMTP(handler, data_size_limit=_MAX_BYTES, enable_SMTPUTF8=True, ident="demo sink")

    return await asyncio.get_running_loop().create_server(session, host, port)
