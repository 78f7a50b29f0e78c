"""An import: a file, how far it is, and what became of its rows. It refuses to know any table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from services.chassis.foundation.errors import FieldError
from services.importing.table import Importer, Outcome


class State(StrEnum):
    """How far it is."""

    READING = "reading"
    CHECKING = "checking"
    APPLYING = "applying"
    APPLIED = "applied"
    REFUSED = "refused"
    """Nothing of it is applied."""

    @property
    def over(self) -> bool:
        """Whether nothing more will happen."""
        return self in {State.APPLIED, State.REFUSED}


@dataclass(frozen=True)
class Problem:
    """Why the file as a whole is refused."""

    code: str
    detail: str


@dataclass(frozen=True)
class Import:
    """A file of an administrator's, and how far it is.

    `rows` were read, `done` is the number of the last row that this state has dealt with; what of
    each table became of how many is in `counts`.
    """

    id: str
    by: str
    clinics: tuple[str, ...] | None
    size: int
    parts: int
    created_at: datetime
    table: str | None = None
    state: State = State.READING
    rows: int = 0
    done: int = -1
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    problem: Problem | None = None
    finished_at: datetime | None = None
    revision: int = 0
    version: int = 0

    @property
    def importer(self) -> Importer:
        """In whose name rows are decided."""
        return Importer(self.by, None if self.clinics is None else frozenset(self.clinics))

    @property
    def refused(self) -> int:
        """Rows that are refused so far."""
        return sum(found.get(Outcome.REFUSED, 0) for found in self.counts.values())

    def read(self, rows: int) -> Import:
        """So many rows are kept by now."""
        return replace(self, rows=rows)

    def counted(self, table: str, outcomes: Sequence[Outcome], done: int) -> Import:
        """A piece of one table is decided, up to the row `done`."""
        counts = {name: dict(found) for name, found in self.counts.items()}
        of_table = counts.setdefault(table, {})
        for outcome in outcomes:
            of_table[outcome.value] = of_table.get(outcome.value, 0) + 1
        return replace(self, counts=counts, done=done)

    def checking(self) -> Import:
        """All rows are read."""
        return replace(self, state=State.CHECKING, done=-1)

    def checked(self, now: datetime) -> Import:
        """All rows are checked: they are applied, or, where one is refused, none is."""
        if self.refused:
            return replace(self, state=State.REFUSED, finished_at=now)
        return replace(self, state=State.APPLYING, done=-1, counts={})

    def applied(self, now: datetime) -> Import:
        """All rows are applied."""
        return replace(self, state=State.APPLIED, finished_at=now)

    def stopped(self, code: str, detail: str, now: datetime) -> Import:
        """The file as a whole is refused, whatever was read of it."""
        return replace(self, state=State.REFUSED, problem=Problem(code, detail), finished_at=now)


@dataclass(frozen=True)
class ReportRow:
    """A row of the report. `outcome` None: it is not decided yet.

    `number` orders rows as they are applied, `place` says where the row stands in the file.
    """

    id: str
    import_id: str
    number: int
    table: str
    place: str
    pointer: str
    key: str | None = None
    outcome: Outcome | None = None
    errors: tuple[FieldError, ...] = ()

    def decided(self, outcome: Outcome, errors: tuple[FieldError, ...]) -> ReportRow:
        """What became of it."""
        return replace(self, outcome=outcome, errors=errors)
