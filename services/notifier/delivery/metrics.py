"""What the notifier counts: what became of messages, how long it took, and how many wait.

Counted after the commit, never inside a transaction, which may run twice. Labels name channels and
outcomes, never a person, an address or a text.
"""

from __future__ import annotations

from services.chassis.telemetry.metrics import SLOW, Metrics
from services.notifier.delivery.domain.message import Message, Status
from services.notifier.templates.domain.content import Channel

NOWHERE = "none"
EXPIRED = "expired"
_EXPIRED_CODE = "code-expired"


class DeliveryMetrics:
    """Counters of messages."""

    def __init__(self, metrics: Metrics) -> None:
        self.messages = metrics.counter(
            "messages_total",
            "Messages by how they ended (expired: a code that was too old to be sent; "
            "channel `none`: no address was known).",
            channel=(*Channel, NOWHERE),
            outcome=(Status.DELIVERED, Status.ABANDONED, EXPIRED),
        )
        self.delivery_seconds = metrics.histogram(
            "message_delivery_duration_seconds",
            "From the event that a message tells of to the provider having taken it.",
            buckets=SLOW,
            channel=Channel,
        )
        self.waiting = metrics.gauge(
            "messages_waiting",
            "Messages that are still to be sent, or to be tried again.",
            stored=True,
            channel=Channel,
        )

    def ended(self, message: Message | None) -> None:
        """Count a message that has come to its end, if it has; once that is committed."""
        if message is None or not message.final:
            return
        channel = message.address.channel
        if message.status is Status.DELIVERED:
            lasted = (message.history[-1].at - message.created_at).total_seconds()
            self.delivery_seconds.labels(channel).observe(max(0.0, lasted))
        expired = message.reason_code == _EXPIRED_CODE
        self.messages.labels(
            channel if message.address.known else NOWHERE, EXPIRED if expired else message.status
        ).inc()
