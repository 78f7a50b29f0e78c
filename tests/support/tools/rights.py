"""Rights as identity tells of them, and the headers of who acts by one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from contracts.envelope import Event
from contracts.rights import ActingPii, RightEnded, RightGranted, RightKind, Scope
from tests.support.service import Tokens, an_event

RIGHT = "right-1"
_PII = ActingPii(representative_name="Соколова Анна Сергеевна", subject_name="Соколов Пётр Ильич")


def granted(
    representative: str,
    subject: str,
    *,
    right: str = RIGHT,
    kind: RightKind = RightKind.PARENT,
    scopes: tuple[Scope, ...] = tuple(Scope),
    types: tuple[str, ...] = (),
    until: datetime | None = None,
    seq: int = 2,
) -> Event[Any]:
    """One may act for another."""
    data = RightGranted(
        right_id=right,
        representative_id=representative,
        subject_id=subject,
        kind=kind,
        scopes=scopes,
        certificate_types=types,
        until=until,
        pii=_PII,
    )
    return an_event(data, aggregate_id=right, seq=seq)


def ended(
    representative: str, subject: str, *, right: str = RIGHT, reason: str = "withdrawn"
) -> Event[Any]:
    """It is over."""
    data = RightEnded(
        right_id=right,
        representative_id=representative,
        subject_id=subject,
        kind=RightKind.PARENT,
        reason_code=reason,
        pii=_PII,
    )
    return an_event(data, aggregate_id=right, seq=3)


def acting(
    tokens: Tokens, representative: str, subject: str, *, right_id: str | None = RIGHT
) -> dict[str, str]:
    """The Authorization header of who acts for another."""
    return tokens.headers(subject, actor=representative, right_id=right_id)
