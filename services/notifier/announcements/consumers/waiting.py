"""What is heard of those who wait for a visit: holds, offers, requests to the desk (A5, A17–A21).

What has its end is told before it, or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from contracts.envelope import Data
from contracts.waiting import (
    HoldExpiryWarned,
    OfferEnded,
    RequestAnswered,
    RequestEscalated,
    SlotOffered,
    WaitEnded,
    WaitEndedBy,
)
from services.chassis.kafka.dispatcher import Handlers
from services.chassis.work.inbox import Incoming
from services.notifier.announcements.consumers.notices import notice_of
from services.notifier.announcements.usecases import Announcements

TEMPLATE_OF: Mapping[type[Data], str] = {
    HoldExpiryWarned: "hold-expiring",
    SlotOffered: "slot-offered",
    OfferEnded: "offer-ended",
    WaitEnded: "wait-ended",
    RequestAnswered: "request-answered",
    RequestEscalated: "request-escalated",
}
_notice = partial(notice_of, TEMPLATE_OF)
_BY_THEMSELVES = frozenset({"declined", "booked", "left"})
"""Why an offer ends by what its citizen did: they need not be told."""
_NEWS = frozenset({WaitEndedBy.PAST, WaitEndedBy.UNANSWERED})


@dataclass(frozen=True)
class _Consumers:
    announcements: Announcements

    async def timely(self, incoming: Incoming[Any]) -> None:
        data: HoldExpiryWarned | SlotOffered | RequestAnswered = incoming.data
        await self.announcements.notify(
            _notice(incoming, data.citizen_id, until=data.held_until), cause=incoming.cause
        )

    async def offer_ended(self, incoming: Incoming[OfferEnded]) -> None:
        if incoming.data.reason_code not in _BY_THEMSELVES:
            await self.plain(incoming)

    async def wait_ended(self, incoming: Incoming[WaitEnded]) -> None:
        if incoming.data.ended_by in _NEWS:
            await self.plain(incoming)

    async def plain(self, incoming: Incoming[Any]) -> None:
        notice = _notice(incoming, incoming.data.citizen_id)
        await self.announcements.notify(notice, cause=incoming.cause)


def handlers(announcements: Announcements) -> Handlers:
    """Event type → what to do with it."""
    consumers = _Consumers(announcements)
    return {
        HoldExpiryWarned: consumers.timely,
        SlotOffered: consumers.timely,
        RequestAnswered: consumers.timely,
        OfferEnded: consumers.offer_ended,
        WaitEnded: consumers.wait_ended,
        RequestEscalated: consumers.plain,
    }
