"""A change of timetables, and what was decided about each visit that nobody's hours have then.

No visit is lost silently: what is not decided stays as it is, and waits to be decided.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from services.scheduling.changes.errors import NothingToDecideError
from services.scheduling.hours.domain.timetable import Timetable
from services.scheduling.timetable.domain import Slot


class Kind(StrEnum):
    """What changes."""

    HOURS = "hours"
    DAY = "day"
    ABSENCE = "absence"
    CLOSED_DAY = "closed-day"
    DISMISSAL = "dismissal"
    CLOSING = "closing"


REASON_CODES: Mapping[Kind, str] = {
    Kind.HOURS: "hours-changed",
    Kind.DAY: "hours-changed",
    Kind.ABSENCE: "doctor-absent",
    Kind.CLOSED_DAY: "clinic-closed",
    Kind.DISMISSAL: "doctor-left",
    Kind.CLOSING: "clinic-closed",
}
"""What events say of a visit that a change cancelled or moved."""


class Fate(StrEnum):
    """What becomes of a visit: it stays, it is off, or another doctor receives at that time."""

    KEEP = "keep"
    CANCEL = "cancel"
    MOVE = "move"


class State(StrEnum):
    """Where a change is: being applied, waiting for decisions, or done."""

    APPLYING = "applying"
    WAITING = "waiting"
    DONE = "done"


@dataclass(frozen=True)
class Decisions:
    """What becomes of each visit, and of the `rest`; None: that is not decided."""

    rest: Fate | None = None
    each: Mapping[str, Fate] = field(default_factory=dict)

    def of(self, appointment_id: str | None) -> Fate | None:
        """What was decided about one."""
        return self.each.get(appointment_id or "", self.rest)


@dataclass(frozen=True)
class Counts:
    """What became of visits so far."""

    kept: int = 0
    cancelled: int = 0
    moved: int = 0
    undecided: int = 0

    def __add__(self, other: Counts) -> Counts:
        """Both together."""
        return Counts(**{name: n + getattr(other, name) for name, n in vars(self).items()})


@dataclass(frozen=True)
class Change:
    """A change that was accepted. The last two are counted by the store.

    Without `timetable_id` it is one of the whole clinic, without `until` for good. `reason` is for
    the citizens whose visits it concerns. `by` is None where an event brought it about.
    """

    id: str
    clinic_id: str
    kind: Kind
    timetable_id: str | None
    since: date
    until: date | None
    reason: str
    decisions: Decisions
    by: str | None
    at: datetime
    state: State = State.APPLYING
    applied: bool = False
    counts: Counts = Counts()
    version: int = 0
    revision: int = 0

    @property
    def code(self) -> str:
        """Why, to machines."""
        return REASON_CODES[self.kind]

    def counted(self, counts: Counts) -> Change:
        """With what became of some more visits."""
        return replace(self, counts=self.counts + counts)

    def finished(self) -> Change:
        """All has been gone through."""
        state = State.WAITING if self.counts.undecided else State.DONE
        return replace(self, state=state, applied=True)

    def decide(self, decisions: Decisions, reason: str | None) -> Change:
        """With what somebody decided about the visits that wait.

        Raises:
            NothingToDecideError: none waits.
        """
        if self.state is not State.WAITING:
            raise NothingToDecideError
        counts = replace(self.counts, undecided=0)
        return replace(
            self,
            state=State.APPLYING,
            decisions=decisions,
            reason=reason or self.reason,
            counts=counts,
        )


@dataclass(frozen=True)
class Settled:
    """What becomes of the visit of a booked slot; `target` is where it moves to."""

    slot: Slot
    fate: Fate | None
    target: Slot | None = None


@dataclass(frozen=True)
class Settlement:
    """What became of one visit. `told_at` is when its patient heard; one that stays is no news."""

    id: str
    change_id: str
    appointment_id: str
    fate: Fate
    at: datetime
    told_at: datetime | None

    @classmethod
    def of(cls, change_id: str, appointment_id: str, fate: Fate, now: datetime) -> Settlement:
        """It was done now; the event that tells of it is of the same moment."""
        told_at = None if fate is Fate.KEEP else now
        return cls(f"{change_id}:{appointment_id}", change_id, appointment_id, fate, now, told_at)


@dataclass(frozen=True)
class Asked:
    """Who asks for a change, why (for citizens), and what becomes of visits."""

    by: str
    reason: str = "Изменилось расписание."
    decisions: Decisions = field(default_factory=Decisions)
    dry_run: bool = False


@dataclass(frozen=True)
class Effects:
    """What a change does to the days that can be booked now.

    Of its visits `movable` could be given to another doctor at the same time.
    """

    made: int = 0
    removed: int = 0
    visits: tuple[Slot, ...] = ()
    movable: frozenset[str] = frozenset()
    undecided: tuple[Slot, ...] = ()

    def __add__(self, other: Effects) -> Effects:
        """Both together."""
        return Effects(
            self.made + other.made,
            self.removed + other.removed,
            self.visits + other.visits,
            self.movable | other.movable,
            self.undecided + other.undecided,
        )


@dataclass(frozen=True)
class Outcome:
    """What a change does; `change` is None in a dry run."""

    effects: Effects
    change: Change | None
    timetable: Timetable | None = None


@dataclass(frozen=True)
class Span:
    """Which days a change is about: from `since` on, without `until` for good."""

    since: date
    until: date | None


def settle(
    uncovered: Sequence[Slot], candidates: Sequence[Slot], decisions: Decisions
) -> list[Settled]:
    """What becomes of each visit. Who cannot be moved waits for another decision.

    A visit moves to a free slot of `candidates` that begins at the same moment, of the same
    specialty: one of the same kind where there is one, and each slot is given once.
    """
    free = {slot.id: slot for slot in candidates if slot.free}
    found = list[Settled]()
    for slot in uncovered:
        fate = decisions.of(slot.appointment_id)
        target = _target(slot, free.values()) if fate is Fate.MOVE else None
        if target is not None:
            del free[target.id]
        found.append(Settled(slot, None if fate is Fate.MOVE and target is None else fate, target))
    return found


def movable(uncovered: Sequence[Slot], candidates: Sequence[Slot]) -> set[str]:
    """The ids of those slots whose visits could be moved, if all of them were."""
    settled = settle(uncovered, candidates, Decisions(Fate.MOVE))
    return {one.slot.id for one in settled if one.target is not None}


def _target(slot: Slot, free: Iterable[Slot]) -> Slot | None:
    fit = [
        other
        for other in free
        if other.visit.starts_at == slot.visit.starts_at
        and other.specialty_code == slot.specialty_code
        and other.id != slot.id
    ]
    return min(fit, key=lambda other: (other.visit.kind != slot.visit.kind, other.id), default=None)
