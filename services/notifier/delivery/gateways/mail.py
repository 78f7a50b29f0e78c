"""The SMTP adapter: a plain text with an HTML alternative; Message-ID is the idempotency key.

Connections are kept and used again. Until DATA has begun nothing can have been sent; after that an
answer that does not come leaves the outcome unknown.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import formatdate

import aiosmtplib
import structlog
from aiosmtplib import SMTP, SMTPException, SMTPRecipientRefused, SMTPResponseException
from email_validator import EmailNotValidError, validate_email

from services.chassis.telemetry.calls import outbound_call
from services.chassis.telemetry.metrics import Metrics
from services.notifier.delivery.domain.message import Outcome, Verdict
from services.notifier.delivery.gateways import Outgoing, note

log = structlog.get_logger(__name__)

_IDLE_SECONDS = 20.0
_PERMANENT = 500
_NO_SUCH_MAILBOX = frozenset({501, 550, 551, 553, 554, 556})


@dataclass(frozen=True)
class MailServer:
    """Where mail goes out and as whom."""

    host: str
    port: int
    sender: str
    security: str = "none"
    username: str | None = None
    password: str | None = field(default=None, repr=False)


class Mail:
    """Sends e-mail through one SMTP server."""

    def __init__(self, server: MailServer, metrics: Metrics, *, timeout: float) -> None:
        """`timeout` is the seconds for one message in all."""
        self._server = server
        self._metrics = metrics
        self._timeout = timeout
        self._idle: list[tuple[float, SMTP]] = []

    async def send(self, outgoing: Outgoing) -> Outcome:
        """Hand over one message."""
        to = _on_the_wire(outgoing.to)
        if to is None:
            return Outcome(Verdict.REFUSED, "recipient-refused")
        email = self._email(outgoing, to)
        with outbound_call("smtp", self._metrics, "send") as call:
            return note(call, await self._hand_over(email, to))

    async def _hand_over(self, email: EmailMessage, to: str) -> Outcome:
        begun = False
        client: SMTP | None = None
        try:
            async with asyncio.timeout(self._timeout):
                client = await self._connection(to)
                begun = True
                await client.data(email.as_bytes(policy=SMTP_POLICY))
        except SMTPRecipientRefused as error:
            await self._drop(client)
            return _answered(error.code, refused=error.code in _NO_SUCH_MAILBOX)
        except SMTPResponseException as error:
            await self._drop(client)
            return _answered(error.code, refused=begun and error.code >= _PERMANENT)
        except (SMTPException, OSError) as error:
            await self._drop(client)
            log.info("the mail server did not answer", error=type(error).__name__)
            if begun:
                return Outcome(Verdict.UNKNOWN, "provider-timeout")
            return Outcome(Verdict.NOT_TAKEN, "provider-unreachable")
        except BaseException:  # we are stopped, or there is a bug: its state is anybody's guess
            if client is not None:
                client.close()
            raise
        self._idle.append((time.monotonic(), client))
        return Outcome(Verdict.ACCEPTED, "accepted", provider_id=email["Message-ID"])

    async def close(self) -> None:
        """Take leave on every kept connection."""
        kept, self._idle = self._idle, []
        await asyncio.gather(*(self._drop(client) for _, client in kept))

    async def _connection(self, to: str) -> SMTP:
        """A connection that has taken sender and recipient: kept ones first, then a new one."""
        while self._idle:
            since, client = self._idle.pop()
            try:
                if time.monotonic() - since < _IDLE_SECONDS:
                    return await self._addressed(client, to)
            except (aiosmtplib.SMTPServerDisconnected, OSError):
                log.debug("a kept connection was closed meanwhile")
            await self._drop(client)
        server = self._server
        client = SMTP(
            hostname=server.host,
            port=server.port,
            username=server.username,
            password=server.password,
            use_tls=server.security == "tls",
            start_tls=server.security == "starttls",
            timeout=self._timeout,
        )
        try:
            await client.connect()
            return await self._addressed(client, to)
        except BaseException:
            client.close()
            raise

    async def _addressed(self, client: SMTP, to: str) -> SMTP:
        try:
            await client.mail(self._server.sender)
            await client.rcpt(to)
        except (SMTPResponseException, SMTPRecipientRefused):
            await self._drop(client)
            raise
        except BaseException:
            client.close()
            raise
        return client

    def _email(self, outgoing: Outgoing, to: str) -> EmailMessage:
        content = outgoing.content
        email = EmailMessage()
        email["Message-ID"] = f"<{outgoing.id}@{self._server.sender.rpartition('@')[2]}>"
        email["From"] = f"Моё здоровье <{self._server.sender}>"
        email["To"] = to
        email["Subject"] = content.title
        email["Date"] = formatdate(localtime=False)
        email["Auto-Submitted"] = "auto-generated"
        email["Content-Language"] = "ru"
        email.set_content(content.text)
        if content.html:
            email.add_alternative(content.html, subtype="html")
        return email

    @staticmethod
    async def _drop(client: SMTP | None) -> None:
        if client is None or not client.is_connected:
            return
        try:
            async with asyncio.timeout(1):
                await client.quit()
        except (SMTPException, OSError):
            client.close()


def _on_the_wire(address: str) -> str | None:
    """The address with its domain in ASCII (IDNA); None when no server could be given it.

    E-mail goes without SMTPUTF8, which few mailboxes are reached by: before the @ there is only
    ASCII.
    """
    try:
        found = validate_email(
            address,
            allow_smtputf8=False,
            check_deliverability=False,
            globally_deliverable=False,
            test_environment=True,
        )
    except EmailNotValidError:
        return None
    return found.ascii_email


def _answered(code: int, *, refused: bool) -> Outcome:
    if refused:
        return Outcome(Verdict.REFUSED, "recipient-refused", address_gone=code in _NO_SUCH_MAILBOX)
    return Outcome(Verdict.NOT_TAKEN, "provider-busy")
