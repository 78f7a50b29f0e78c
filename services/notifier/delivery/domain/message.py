"""A message and its life: queued → (retrying →) delivered or abandoned; codes: sending → either.

An aggregate of its own, which makes one event: at its end.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any

from services.notifier.recipients.domain import Address
from services.notifier.templates.domain.content import Attachment, Content, Kind
from services.notifier.templates.domain.rendering import Rendered

GIVE_UP_AFTER = timedelta(hours=24)
RETRY_DELAYS: tuple[timedelta, ...] = tuple(
    timedelta(seconds=s) for s in (2, 8, 30, 120, 600, 1800, 3600, 7200, 10800, 14400, 14400, 14400)
)
"""Pauses between tries (N6): thirteen tries within about 20 hours."""


class Status(StrEnum):
    """Where a message is (N5). Delivered: the provider took it."""

    QUEUED = "queued"
    SENDING = "sending"
    RETRYING = "retrying"
    DELIVERED = "delivered"
    ABANDONED = "abandoned"


FINAL = frozenset({Status.DELIVERED, Status.ABANDONED})


class Verdict(StrEnum):
    """What came of one attempt."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    """The provider will never take it: trying again is useless."""
    NOT_TAKEN = "not-taken"
    """Certainly not sent; later it may work."""
    UNKNOWN = "unknown"
    """The provider may or may not have it: only its idempotency key makes another try safe."""


@dataclass(frozen=True)
class Outcome:
    """The answer of a provider, classified. `code` is stable and goes into the journal."""

    verdict: Verdict
    code: str
    provider_id: str | None = None
    retry_after: timedelta | None = None
    address_gone: bool = False
    recipient_only: bool = False
    """Whether it is this recipient's matter, and says nothing against the provider."""


@dataclass(frozen=True)
class Step:
    """One line of a message's history."""

    at: datetime
    status: Status
    code: str | None = None


@dataclass(frozen=True)
class Message:
    """One message to one address. `template` names its version, too: `certificate-issued.v2`.

    `until`: from then on it would say what is not so any more, and is not sent.
    """

    id: str
    citizen_id: str | None
    address: Address
    kind: Kind
    template: str
    cause_id: str
    content: Content
    created_at: datetime
    status: Status
    history: tuple[Step, ...] = field(default=())
    attempts: int = 0
    provider_id: str | None = None
    next_try_at: datetime | None = None
    about: str | None = None
    until: datetime | None = None
    version: int = 0
    revision: int = 0

    @property
    def final(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.status in FINAL

    def too_late(self, now: datetime) -> bool:
        """Whether what it says is over: an offer that ended, a visit that began (A15, A18)."""
        return self.until is not None and now >= self.until

    @property
    def reason_code(self) -> str:
        """Why it is where it is."""
        return self.history[-1].code or self.status.value


def message_id(notice_id: str, address: Address) -> str:
    """The same notice to the same address is the same message, and the same key for its provider.

    So even an event that is handled twice reaches nobody twice (N8).
    """
    return sha256(f"{notice_id}|{address.channel}|{address.to}".encode()).hexdigest()[:24]


def written(
    rendered: Rendered,
    address: Address,
    *,
    notice_id: str,
    citizen_id: str | None,
    cause_id: str,
    about: str | None,
    now: datetime,
    until: datetime | None = None,
    attachments: tuple[Attachment, ...] = (),
) -> Message:
    """A message ready to be sent."""
    return Message(
        id=message_id(notice_id, address),
        citizen_id=citizen_id,
        address=address,
        kind=rendered.kind,
        template=rendered.template,
        cause_id=cause_id,
        content=replace(rendered.content, attachments=attachments),
        created_at=now,
        about=about,
        until=until,
        status=Status.QUEUED,
        history=(Step(now, Status.QUEUED),),
    )


def sending_once(message: Message, now: datetime) -> Message:
    """A code on its only way out: from here on it is never begun again."""
    return _moved(message, Status.SENDING, now)


def after_attempt(message: Message, outcome: Outcome, now: datetime, *, spread: float) -> Message:
    """The message after one attempt: delivered, to be tried again, or given up (N6).

    `spread` in 0…1 scatters the tries of many messages.
    """
    attempts = message.attempts + 1
    if outcome.verdict is Verdict.ACCEPTED:
        return _delivered(message, outcome, now)
    if outcome.verdict is Verdict.REFUSED or attempts > len(RETRY_DELAYS):
        return abandoned(message, outcome.code, now, attempts=attempts)
    delay = RETRY_DELAYS[attempts - 1] * (1 + spread / 4)
    at = now + max(delay, outcome.retry_after or timedelta())
    if at > message.created_at + GIVE_UP_AFTER:
        return abandoned(message, outcome.code, now, attempts=attempts)
    return _moved(message, Status.RETRYING, now, outcome.code, attempts=attempts, next_try_at=at)


def after_only_attempt(message: Message, outcome: Outcome, now: datetime) -> Message:
    """A code after its provider answered, or did not: delivered or over, never again."""
    if outcome.verdict is Verdict.ACCEPTED:
        return _delivered(message, outcome, now)
    code = "outcome-unknown" if outcome.verdict is Verdict.UNKNOWN else outcome.code
    return abandoned(message, code, now, attempts=message.attempts + 1)


def abandoned(
    message: Message, code: str, now: datetime, *, attempts: int | None = None
) -> Message:
    """The message given up, with the reason."""
    tried = message.attempts if attempts is None else attempts
    return _moved(message, Status.ABANDONED, now, code, attempts=tried, next_try_at=None)


def _delivered(message: Message, outcome: Outcome, now: datetime) -> Message:
    return _moved(
        message,
        Status.DELIVERED,
        now,
        attempts=message.attempts + 1,
        provider_id=outcome.provider_id,
        next_try_at=None,
    )


def _moved(
    message: Message, status: Status, now: datetime, code: str | None = None, **changes: Any
) -> Message:
    history = (*message.history, Step(now, status, code))
    if status in FINAL:
        changes["content"] = message.content.without_files()
    return replace(message, status=status, history=history, **changes)
