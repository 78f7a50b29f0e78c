"""What notifier says: what became of a message. The text itself is never in an event."""

from __future__ import annotations

from typing import ClassVar

from contracts.envelope import Data, Moment
from contracts.identity import Channel


class MessageDelivered(Data):
    """The provider took the message."""

    TYPE: ClassVar[str] = "notifier.message-delivered.v1"
    message_id: str
    citizen_id: str | None = None
    channel: Channel
    template: str
    cause_id: str
    delivered_at: Moment


class MessageAbandoned(Data):
    """The message could not be delivered and will not be tried again; the journal says why."""

    TYPE: ClassVar[str] = "notifier.message-abandoned.v1"
    message_id: str
    citizen_id: str | None = None
    channel: Channel
    template: str
    cause_id: str
    reason_code: str
