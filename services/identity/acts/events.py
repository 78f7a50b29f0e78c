"""What is told of signing sessions."""

from __future__ import annotations

from datetime import datetime

from contracts import identity as contract
from services.identity.acts.domain import SigningSession


def session_ended(session: SigningSession, now: datetime) -> contract.SigningSessionEnded:
    """It ended before its time."""
    return contract.SigningSessionEnded(
        account_id=session.account_id, session_id=session.id, ended_at=now
    )
