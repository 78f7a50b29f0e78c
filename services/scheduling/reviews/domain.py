"""A review of a visit, and what it does to the doctor's rating.

Stars count at once, words are shown when support has read them. What was rejected or withdrawn
counts no more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from services.scheduling.bookings.domain.appointment import Appointment, Status
from services.scheduling.known.domain import Doctor
from services.scheduling.reviews.errors import (
    NotAttendedError,
    ReviewDecidedError,
    ReviewRewrittenError,
)


class State(StrEnum):
    """Whether everybody sees it."""

    WAITING = "waiting"
    SHOWN = "shown"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


STATE_LABELS = {
    State.WAITING: "Отзыв проверяют; оценка уже учтена",
    State.SHOWN: "Отзыв опубликован",
    State.REJECTED: "Отзыв отклонён",
    State.WITHDRAWN: "Отзыв отозван",
}


@dataclass(frozen=True)
class Review:
    """One of each visit, whose id it has. The last two are counted by the store.

    `reason` is why it was rejected, for its author. Who wrote it is shown to nobody.
    """

    id: str
    citizen_id: str
    doctor_id: str
    clinic_id: str
    visited_on: date
    stars: int
    text: str | None
    state: State
    written_at: datetime
    decided_by: str | None = None
    reason: str | None = None
    version: int = 0
    revision: int = 0

    @property
    def counts(self) -> bool:
        """Whether its stars are in the rating."""
        return self.state in {State.WAITING, State.SHOWN}

    def rewritten(self, stars: int, text: str | None, now: datetime) -> Review:
        """Other words are read anew; the same words, or none, are not."""
        read = text is None or (text == self.text and self.state is State.SHOWN)
        return replace(
            self,
            stars=stars,
            text=text,
            state=State.SHOWN if read else State.WAITING,
            written_at=now,
            decided_by=self.decided_by if read else None,
            reason=None,
        )

    def decided(self, by: str, reason: str | None, *, read: datetime) -> Review:
        """Shown, or rejected for a reason, by who read what was written at `read`.

        Raises:
            ReviewDecidedError: it does not wait for that.
            ReviewRewrittenError: its words are others by now.
        """
        if self.state is not State.WAITING:
            raise ReviewDecidedError
        if self.written_at != read:
            raise ReviewRewrittenError
        state = State.SHOWN if reason is None else State.REJECTED
        return replace(self, state=state, decided_by=by, reason=reason)

    def withdrawn(self) -> Review:
        """Its author takes it back; its words are forgotten."""
        return replace(self, state=State.WITHDRAWN, text=None, reason=None)


def written(visit: Appointment, stars: int, text: str | None, now: datetime) -> Review:
    """The review of a visit.

    Raises:
        NotAttendedError: nobody says that the patient was there.
    """
    if visit.status is not Status.ATTENDED:
        raise NotAttendedError
    return Review(
        id=visit.id,
        citizen_id=visit.citizen_id,
        doctor_id=visit.doctor_id,
        clinic_id=visit.clinic_id,
        visited_on=visit.visit.local(visit.visit.starts_at).date(),
        stars=stars,
        text=text,
        state=State.WAITING if text else State.SHOWN,
        written_at=now,
    )


def rated(doctor: Doctor, before: Review | None, after: Review) -> Doctor:
    """The doctor, whose rating has this review as it is now in place of what it was."""
    was = before.stars if before is not None and before.counts else None
    now = after.stars if after.counts else None
    return replace(
        doctor,
        stars=doctor.stars - (was or 0) + (now or 0),
        reviews=doctor.reviews - (was is not None) + (now is not None),
    )
