"""Steps of logins, and what came of refresh tokens. Counted after the commit; nobody is named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from services.chassis.telemetry.metrics import Metrics
from services.identity.codes.errors import (
    CodeExhaustedError,
    CodeExpiredError,
    CodeUsedError,
    WrongCodeError,
)
from services.identity.passwords.errors import (
    LoginLockedError,
    TooManyPasswordsError,
    WrongCredentialsError,
)
from services.identity.tokens.domain import RefreshVerdict

PASSWORD_WRONG, LOCKED, CODE_WRONG = "password-wrong", "locked", "code-wrong"
_REFUSALS: Mapping[type[Exception], str] = {
    WrongCredentialsError: PASSWORD_WRONG,
    LoginLockedError: LOCKED,
    TooManyPasswordsError: LOCKED,
    WrongCodeError: CODE_WRONG,
    CodeExpiredError: CODE_WRONG,
    CodeExhaustedError: CODE_WRONG,
    CodeUsedError: CODE_WRONG,
}
REFRESHES: Mapping[RefreshVerdict, str] = {
    RefreshVerdict.GOOD: "done",
    RefreshVerdict.REPEATED: "repeated",
    RefreshVerdict.REUSED: "reused",
    RefreshVerdict.DEAD: "expired",
}


class SessionMetrics:
    """Login anomalies can be told from these alone."""

    def __init__(self, metrics: Metrics) -> None:
        self.logins = metrics.counter(
            "logins_total",
            "Steps of logins: the password, then the code.",
            outcome=(PASSWORD_WRONG, LOCKED, "code-sent", CODE_WRONG, "done"),
        )

    @contextmanager
    def refusals(self) -> Iterator[None]:
        """Count a step of a login that is refused."""
        try:
            yield
        except tuple(_REFUSALS) as refusal:
            self.logins.labels(_REFUSALS[type(refusal)]).inc()
            raise


class RefreshMetrics:
    """Theft can be told from these."""

    def __init__(self, metrics: Metrics) -> None:
        self.refreshes = metrics.counter(
            "token_refreshes_total",
            "Refresh tokens exchanged (repeated: again within the grace) or refused (reused: "
            "stolen, or a client's bug).",
            outcome=REFRESHES.values(),
        )
