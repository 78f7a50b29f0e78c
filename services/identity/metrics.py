"""What identity counts: logins, codes, registrations, and the accounts that there are.

Counted after the commit, never inside a transaction, which may run twice. Labels name purposes and
outcomes, never a person, a contact or a login.
"""

from __future__ import annotations

from collections.abc import Mapping

from services.chassis.telemetry.metrics import Metrics
from services.identity.accounts.domain.account import CONFIRMED, REGISTERED
from services.identity.domain import (
    Challenge,
    Channel,
    Purpose,
    RefreshVerdict,
    Verdict,
)
from services.identity.errors import LoginLockedError, TooManyPasswordsError, WrongCredentialsError

LEVELS = (REGISTERED, CONFIRMED)
PASSWORD_WRONG, LOCKED = "password-wrong", "locked"
LOGIN_REFUSALS: Mapping[type[Exception], str] = {
    WrongCredentialsError: PASSWORD_WRONG,
    LoginLockedError: LOCKED,
    TooManyPasswordsError: LOCKED,
}
REFRESHES: Mapping[RefreshVerdict, str] = {
    RefreshVerdict.GOOD: "done",
    RefreshVerdict.REPEATED: "repeated",
    RefreshVerdict.REUSED: "reused",
    RefreshVerdict.DEAD: "expired",
}


class IdentityMetrics:
    """The metrics of identity alone."""

    def __init__(self, metrics: Metrics) -> None:
        """Declare them beside those of the chassis."""
        self.accounts = metrics.gauge(
            "accounts",
            "Accounts by level; those of staff are `registered`.",
            stored=True,
            level=LEVELS,
        )
        self.logins = metrics.counter(
            "logins_total",
            "Steps of logins: the password, then the code.",
            outcome=(PASSWORD_WRONG, LOCKED, "code-sent", "code-wrong", "done"),
        )
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
        self.registrations = metrics.counter(
            "registrations_total", "Registrations begun and ended.", outcome=("started", "done")
        )
        self.refreshes = metrics.counter(
            "token_refreshes_total",
            "Refresh tokens exchanged (repeated: again within the grace) or refused (reused: "
            "stolen, or a client's bug).",
            outcome=REFRESHES.values(),
        )

    def sent(self, made: Challenge) -> None:
        """A code is on its way; a decoy's never leaves."""
        if not made.decoy:
            self.codes_sent.labels(made.purpose, made.contact.channel).inc()

    def checked(self, asked: Challenge, verdict: Verdict) -> None:
        """A code was answered."""
        self.codes_checked.labels(asked.purpose, verdict).inc()
        if asked.purpose is Purpose.LOGIN and verdict is not Verdict.ACCEPTED:
            self.logins.labels("code-wrong").inc()
