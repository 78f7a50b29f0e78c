"""A bulk of a legal entity: who sent it, and what became of each row (C48).

The organisation learns of its employee whether they filed and whether it is decided, and nothing
that is medical: not even which way it was decided.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.states import UNDECIDED, State
from services.chassis.foundation.errors import FieldError

_ID_LENGTH = 24


class Progress(StrEnum):
    """How far a bulk is."""

    WORKING = "working"
    DONE = "done"
    STOPPED = "stopped"
    """The right by which it was sent is over: nothing more is done."""


class Outcome(StrEnum):
    """What became of a row here."""

    WAITING = "waiting"
    REFUSED = "refused"
    PREPARED = "prepared"


class Standing(StrEnum):
    """How a row stands, as its organisation may know it."""

    WAITING = "waiting"
    REFUSED = "refused"
    PREPARED = "prepared"
    DECLINED = "declined"
    FILED = "filed"
    WITHDRAWN = "withdrawn"
    DECIDED = "decided"


STANDING_LABELS: Mapping[Standing, str] = {
    Standing.WAITING: "Ожидает обработки",
    Standing.REFUSED: "Строка отклонена",
    Standing.PREPARED: "Подготовлено, ожидает подтверждения работника",
    Standing.DECLINED: "Работник отказался",
    Standing.FILED: "Работник подал заявление",
    Standing.WITHDRAWN: "Работник отозвал заявление",
    Standing.DECIDED: "Решение принято, его сообщает сам работник",
}


@dataclass(frozen=True)
class Bulk:
    """The aggregate. `key` is the organisation's own name for it: sent again, it is the same."""

    id: str
    organisation_id: str
    organisation_name: str
    key: str
    by: str
    right_id: str
    created_at: datetime
    rows: int = 0
    progress: Progress = Progress.WORKING
    revision: int = 0
    version: int = 0

    def again(self, *, by: str, right_id: str, rows: int) -> Bulk:
        """Sent again, maybe by another representative: it goes on in their name."""
        return replace(self, by=by, right_id=right_id, rows=rows, progress=Progress.WORKING)

    def over(self, progress: Progress) -> Bulk:
        """Nothing more is done, for now."""
        return replace(self, progress=progress)


@dataclass(frozen=True)
class Line:
    """A row. `values` is what stands in it until it is dealt with: no longer than needed.

    `position` sorts as the rows were sent.
    """

    id: str
    bulk_id: str
    position: str
    key: str
    place: str
    read_at: datetime
    outcome: Outcome = Outcome.WAITING
    values: Mapping[str, Any] | None = None
    errors: tuple[FieldError, ...] = ()
    application_id: str | None = None

    def refused(self, *errors: FieldError) -> Line:
        """Not this one, with all that is wrong with it."""
        return replace(self, outcome=Outcome.REFUSED, errors=errors, values=None)

    def prepared(self, application_id: str) -> Line:
        """It is a draft of the employee's now."""
        return replace(
            self, outcome=Outcome.PREPARED, application_id=application_id, errors=(), values=None
        )


def bulk_id(organisation_id: str, key: str) -> str:
    """The same key of the same organisation is the same bulk."""
    return sha256(f"{organisation_id}\n{key}".encode()).hexdigest()[:_ID_LENGTH]


def line_id(bulk: str, key: str) -> str:
    """The same row key in the same bulk is the same row."""
    return f"{bulk}-{sha256(key.encode()).hexdigest()[:_ID_LENGTH]}"


def standing(line: Line, application: Application | None) -> Standing:
    """How a row stands, by its application where there is one."""
    if application is None:
        return Standing(line.outcome.value)
    if application.filed is None:
        declined = application.state is State.WITHDRAWN
        return Standing.DECLINED if declined else Standing.PREPARED
    if application.state is State.WITHDRAWN:
        return Standing.WITHDRAWN
    undecided = application.state in {*UNDECIDED, State.APPROVED}
    return Standing.FILED if undecided else Standing.DECIDED
