"""The journal of who of the staff was shown an application, for the citizen whose it is.

An application holds what somebody is treated for. Every answer that shows it is a look, whether it
was asked for or came with a decision.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Shown(StrEnum):
    """On which occasion."""

    READ = "read"
    CLAIMED = "claimed"
    RELEASED = "released"
    PREVIEWED = "previewed"
    ASKED = "documents-requested"
    APPROVED = "approved"
    REFUSED = "refused"


SHOWN_LABELS = {
    Shown.READ: "Открыто для чтения",
    Shown.CLAIMED: "Взято в работу",
    Shown.RELEASED: "Возвращено в очередь",
    Shown.PREVIEWED: "Показана справка перед подписанием",
    Shown.ASKED: "Запрошены документы",
    Shown.APPROVED: "Одобрено",
    Shown.REFUSED: "Отказано",
}


@dataclass(frozen=True)
class Look:
    """One look; the doctor as known at that time."""

    id: str
    application_id: str
    citizen_id: str
    doctor_id: str
    doctor_name: str | None
    doctor_position: str | None
    occasion: Shown
    at: datetime
