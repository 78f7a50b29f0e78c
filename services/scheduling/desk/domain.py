"""Problems that patients report with a visit (e36): wrong data, a wrong place, anything."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from services.scheduling.desk.errors import ProblemAnsweredError


class ProblemState(StrEnum):
    """Whether somebody has answered."""

    OPEN = "open"
    ANSWERED = "answered"


@dataclass(frozen=True)
class Answer:
    """What support wrote, and when. Who it was, the patient's journal says."""

    at: datetime
    text: str


@dataclass(frozen=True)
class Problem:
    """What a citizen wrote about one of their visits. The last two are counted by the store."""

    id: str
    appointment_id: str
    citizen_id: str
    clinic_id: str
    text: str
    at: datetime
    state: ProblemState = ProblemState.OPEN
    answer: Answer | None = None
    version: int = 0
    revision: int = 0

    def answered(self, text: str, now: datetime) -> Problem:
        """Support has answered.

        Raises:
            ProblemAnsweredError: somebody has.
        """
        if self.answer is not None:
            raise ProblemAnsweredError
        return replace(self, state=ProblemState.ANSWERED, answer=Answer(now, text))
