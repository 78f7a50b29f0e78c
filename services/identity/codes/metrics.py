"""How many codes are sent, and how they are answered.

Counted after the commit, never inside a transaction, which may run twice. Labels name purposes and
outcomes, never a person, a contact or a login.
"""

from __future__ import annotations

from services.chassis.telemetry.metrics import Metrics
from services.identity.accounts.domain import Channel
from services.identity.codes.domain import Challenge, Purpose, Verdict


class CodeMetrics:
    """Accepted ÷ sent is the conversion."""

    def __init__(self, metrics: Metrics) -> None:
        self.codes_sent = metrics.counter(
            "codes_sent_total",
            "One-time codes made and given to the notifier.",
            purpose=Purpose,
            channel=Channel,
        )
        self.codes_checked = metrics.counter(
            "codes_checked_total",
            "Answers to one-time codes (accepted ÷ sent is the conversion).",
            purpose=Purpose,
            outcome=Verdict,
        )

    def sent(self, made: Challenge) -> None:
        """A code is on its way; a decoy's never leaves, nor does one that an app shows."""
        if not (made.decoy or made.by_app):
            self.codes_sent.labels(made.purpose, made.contact.channel).inc()

    def checked(self, asked: Challenge, verdict: Verdict) -> None:
        """A code was answered."""
        self.codes_checked.labels(asked.purpose, verdict).inc()
