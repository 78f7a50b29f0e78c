"""An event as a notice: the name of its template, and its facts.

Personal data of an event never reaches a template, except the citizen's own contacts and name, the
names of the two whom a right is about, and in letters of a visit its patient's (A7, A38).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from contracts.envelope import Data, Pii
from services.chassis.work.inbox import Incoming
from services.notifier.announcements.domain import Notice

_NAMES = {"representative_name", "subject_name", "full_name"}


def notice_of(
    templates: Mapping[type[Data], str],
    incoming: Incoming[Any],
    citizen_id: str,
    *,
    about: str | None = None,
    until: datetime | None = None,
    sequence: int | None = None,
) -> Notice:
    """What to tell this citizen of the event."""
    return Notice(
        id=incoming.event.id,
        citizen_id=citizen_id,
        template=templates[type(incoming.data)],
        context=facts_of(incoming.data),
        cause_id=incoming.event.id,
        created_at=incoming.event.time,
        about=about,
        until=until,
        sequence=sequence,
    )


def facts_of(data: Data) -> dict[str, Any]:
    """What a template may use; of personal data only how people are called."""
    found = data.model_dump(mode="json", exclude={"pii"})
    return found | getattr(data, "pii", Pii()).model_dump(include=_NAMES)
