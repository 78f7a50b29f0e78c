"""The SMTP adapter: a plain text with an HTML alternative; Message-ID is the idempotency key.

Connections are kept and used again. Until the server said to go on nothing can have been sent;
after that an answer that does not come leaves the outcome unknown.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import structlog
from aiosmtplib import SMTPException, SMTPResponseException
from email_validator import EmailNotValidError, validate_email

from services.chassis.telemetry.calls import outbound_call
from services.chassis.telemetry.metrics import Metrics
from services.notifier.delivery.domain.message import Outcome, Verdict
from services.notifier.delivery.gateways import Outgoing, note
from services.notifier.delivery.gateways.connections import Kept
from services.notifier.delivery.gateways.letter import Letters
from services.notifier.delivery.gateways.smtp import (
    GO_ON,
    LEAVING,
    NO,
    OK,
    PERMANENT,
    ClosedError,
    MailServer,
    Session,
)

log = structlog.get_logger(__name__)

_IDLE_SECONDS = 20.0
_FAREWELL_SECONDS = 1.0
_NAME = "Моё здоровье"
_NO_SUCH_MAILBOX = frozenset({501, 550, 551, 553, 554, 556})


class Mail:
    """Sends e-mail through one SMTP server. How much at a time is its callers' business."""

    def __init__(self, server: MailServer, metrics: Metrics, *, timeout: float) -> None:
        """`timeout` is the seconds for one message in all."""
        self._server = server
        self._metrics = metrics
        self._timeout = timeout
        self._letters = Letters(server.sender, _NAME)
        self._kept: Kept[Session] = Kept(seconds=_IDLE_SECONDS)

    async def send(self, outgoing: Outgoing) -> Outcome:
        """Hand over one message."""
        to = _on_the_wire(outgoing.to)
        if to is None:
            return Outcome(Verdict.REFUSED, "recipient-refused")
        message_id = f"<{outgoing.id}@{self._letters.domain}>"
        letter = self._letters.write(
            outgoing.content, message_id=message_id, to=to, now=datetime.now(UTC)
        )
        with outbound_call("smtp", self._metrics, "send") as call:
            return note(call, await self._hand_over(letter, to, message_id))

    async def _hand_over(self, letter: bytes, to: str, message_id: str) -> Outcome:
        deadline = asyncio.get_running_loop().time() + self._timeout
        try:
            async with asyncio.timeout_at(deadline):
                session, codes = await self._addressed(to)
        except SMTPResponseException as error:  # of connecting or logging in
            return _answered(error.code, refused=False)
        except (SMTPException, ClosedError, OSError) as error:
            log.info("the mail server cannot be reached", error=type(error).__name__)
            return Outcome(Verdict.NOT_TAKEN, "provider-unreachable")
        failure = _refusal(codes) or await _written(session, letter, deadline)
        if failure is not None:
            await _leave(session)
            return failure
        self._kept.give(session)
        return Outcome(Verdict.ACCEPTED, "accepted", provider_id=message_id)

    async def close(self) -> None:
        """Take leave on every kept connection."""
        await asyncio.gather(*map(_leave, self._kept.all()))

    async def _addressed(self, to: str) -> tuple[Session, Sequence[int]]:
        """What a connection says to sender, recipient and DATA: a kept one first, then a new one.

        A server may end a kept one at any time; on it nothing can have been sent.
        """
        if (kept := self._kept.take()) is not None:
            try:
                codes = await self._ask(kept, to)
            except ClosedError:
                log.debug("a kept connection was closed meanwhile")
            else:
                if LEAVING not in codes:
                    return kept, codes
                kept.close()
        session = await Session.open(self._server, timeout=self._timeout)
        return session, await self._ask(session, to)

    async def _ask(self, session: Session, to: str) -> Sequence[int]:
        commands = (f"MAIL FROM:<{self._server.sender}>", f"RCPT TO:<{to}>", "DATA")
        return await session.ask([command.encode("ascii") for command in commands])


async def _written(session: Session, letter: bytes, deadline: float) -> Outcome | None:
    """What came of a letter that was not taken; None: it was."""
    try:
        async with asyncio.timeout_at(deadline):
            code = await session.letter(letter)
    except (ClosedError, OSError) as error:
        log.info("the mail server did not answer", error=type(error).__name__)
        return Outcome(Verdict.UNKNOWN, "provider-timeout")
    return None if code == OK else _answered(code, refused=code >= PERMANENT)


async def _leave(session: Session) -> None:
    """Say good-bye; in the middle of a letter there is no good-bye."""
    try:
        async with asyncio.timeout(_FAREWELL_SECONDS):
            if session.usable:
                await session.ask([b"QUIT"])
    except (ClosedError, OSError):
        pass
    finally:
        session.close()


def _refusal(codes: Sequence[int]) -> Outcome | None:
    """Why the letter cannot follow; None: it may."""
    sender, *others = codes
    if sender >= NO:
        return _answered(sender, refused=False)
    recipient, *data = others
    if recipient >= NO:
        found = _answered(recipient, refused=recipient in _NO_SUCH_MAILBOX)
        return replace(found, recipient_only=recipient != LEAVING)
    return None if data[0] == GO_ON else _answered(data[0], refused=data[0] >= PERMANENT)


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
