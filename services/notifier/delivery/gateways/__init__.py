"""The providers that carry messages.

A provider never raises for what a message met on its way: every answer is an `Outcome`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import structlog

from services.chassis.telemetry.calls import Call
from services.notifier.delivery.domain.message import Outcome, Verdict
from services.notifier.templates.domain.content import Channel, Content

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Outgoing:
    """What a provider gets. `id` is its idempotency key; a code's content exists only here."""

    id: str
    to: str
    content: Content


class Provider(Protocol):
    """One way out."""

    async def send(self, outgoing: Outgoing) -> Outcome:
        """Try once, within the provider's time-out."""
        ...

    async def close(self) -> None:
        """Drop the connections."""
        ...


def note(call: Call, outcome: Outcome) -> Outcome:
    """Say in the telling of a call what came of it."""
    if outcome.verdict is Verdict.REFUSED:
        call.refused(outcome.code)
    elif outcome.verdict is not Verdict.ACCEPTED:
        call.failed(outcome.code)
    return outcome


Providers: TypeAlias = Mapping[Channel, Provider]


async def attempt(provider: Provider, outgoing: Outgoing) -> Outcome:
    """One try. Whatever an adapter raises is one, too: no message may be without an end."""
    try:
        return await provider.send(outgoing)
    except Exception as error:
        log.error("a provider's adapter failed", error=type(error).__name__)  # noqa: TRY400 - a trace could show a code
        return Outcome(Verdict.UNKNOWN, "provider-error")
