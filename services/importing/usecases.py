"""Imports: a file is received, read, checked as a whole, and applied piece by piece."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

import structlog

from services.chassis.database.idempotency import Once
from services.chassis.database.pages import Page
from services.chassis.foundation import clock
from services.chassis.foundation.errors import DuplicateError, FieldError, RefusalError
from services.chassis.work.timers import Due
from services.chassis.work.transactions import Transaction, Transactions
from services.importing import rows as reading_rows
from services.importing.domain import Import, ReportRow, State
from services.importing.errors import ImportEmptyError, ImportRefusedError
from services.importing.reading import reading
from services.importing.rows import Batch, batches
from services.importing.store import Cells, ImportStore
from services.importing.table import Decision, Importer, Outcome, Table

log = structlog.get_logger(__name__)

TIMER = "import"
_TURN_SECONDS = 8.0
"""Then another import has its turn, and the lease of the timer is a new one."""
_CHECKED, _APPLIED = 500, 100
"""Rows at a time; those that are applied hold up whoever is in the same group commit."""


class _OnlyLookedError(Exception):
    """What rows would become; the transaction that found it out writes nothing."""

    def __init__(self, decisions: Sequence[Decision]) -> None:
        super().__init__()
        self.decisions = decisions


@dataclass(frozen=True)
class Imports:
    """Takes files at one door; whoever is `blocked` imports nothing more."""

    transactions: Transactions
    store: ImportStore
    tables: Sequence[Table]
    """In the order in which they are applied."""
    new_id: Callable[[], str]
    blocked: Callable[[str], Awaitable[bool]]

    async def receive(
        self, content: bytes, table: str | None, by: Importer, *, once: Once
    ) -> Import:
        """Keep a file, to be read at once; `table` names that of a CSV file.

        Raises:
            ImportEmptyError: there is nothing in it.
        """
        if not content:
            raise ImportEmptyError
        now, import_id = clock.now(), self.new_id()
        parts = await self.store.keep_file(import_id, content, now)
        clinics = None if by.clinics is None else tuple(sorted(by.clinics))
        made = Import(import_id, by.account_id, clinics, len(content), parts, now, table)

        async def work(tx: Transaction) -> Import:
            await tx.set_timer(TIMER, import_id, now)
            return await self.store.add(tx, made)

        return await self.transactions.run(work, once=once)

    async def get(self, import_id: str, by: Importer) -> Import:
        """How far it is.

        Raises:
            ImportNotFoundError: there is none, or it is another's.
        """
        return await self.store.get(None, import_id, owner=_owner(by))

    async def page(self, by: Importer, after: str | None, limit: int) -> Page[Import]:
        """One's own imports, newest first; for the platform's administrator everybody's."""
        return await self.store.page(_owner(by), after, limit)

    async def report(
        self, import_id: str, by: Importer, outcome: Outcome | None, after: str | None, limit: int
    ) -> Page[ReportRow]:
        """What became of its rows, or will; readable from the first one on.

        Raises:
            ImportNotFoundError: there is none, or it is another's.
        """
        await self.get(import_id, by)
        return await self.store.rows(import_id, outcome, after, limit)

    async def due(self, due: Due) -> None:
        """Go on with an import for a while; a later turn, or another process, goes on from there.

        What is done is kept with the rows that it was done to, so no row is applied twice.
        """
        found = await self.store.get(None, due.key, owner=None)
        until = time.monotonic() + _TURN_SECONDS
        while not found.state.over and time.monotonic() < until:
            found = await self._step(found, until)

        async def work(tx: Transaction) -> None:
            if not found.state.over:
                await tx.set_timer(TIMER, found.id, clock.now())

        await self.transactions.run(work, cause=due)
        if found.state.over:
            log.info("import over", import_id=found.id, state=found.state, counts=found.counts)

    async def _step(self, found: Import, until: float) -> Import:
        if await self.blocked(found.by):
            return await self._stop(found, "account-blocked", "Учётная запись заблокирована.")
        if found.state is State.READING:
            return await self._read(found, until)
        limit = _CHECKED if found.state is State.CHECKING else _APPLIED
        rows = await self.store.piece(found, limit)
        if rows:
            return await self._decide(found, rows)
        over = found.checked if found.state is State.CHECKING else found.applied
        return await self._save(over(clock.now()))

    async def _read(self, found: Import, until: float) -> Import:
        """Read the file from where it was left, and stop when time is up."""
        try:
            content = await self.store.file(found)
            async with reading(content, found.table) as lines:
                async for batch in batches(found, lines, self.tables):
                    found = await self._keep(found, batch)
                    if time.monotonic() > until:
                        return found
        except ImportRefusedError as refusal:
            return await self._stop(found, refusal.code, refusal.detail)
        except LookupError:
            return await self._stop(found, "import-expired", "Файл больше не хранится.")
        return await self._save(found.checking())

    async def _keep(self, found: Import, batch: Batch) -> Import:
        async def work(tx: Transaction) -> Import:
            await self.store.keep(tx, batch.rows, batch.cells, clock.now())
            return await self.store.save(tx, found.read(batch.end))

        return await self.transactions.run(work)

    async def _stop(self, found: Import, code: str, detail: str) -> Import:
        return await self._save(found.stopped(code, detail, clock.now()))

    async def _save(self, found: Import) -> Import:
        return await self.transactions.run(lambda tx: self.store.save(tx, found))

    async def _decide(self, found: Import, rows: Sequence[ReportRow]) -> Import:
        """Check a piece, or apply it; where one row cannot be written, the others are.

        A row may be refused that was fine when it was checked: the world went on meanwhile.
        """
        try:
            return await self._piece(found, rows)
        except (RefusalError, DuplicateError) as error:
            if isinstance(error, RefusalError) and error.passing:
                raise
            if len(rows) == 1:
                decision = Decision.refused(_of_whole_row(error))
                return await self._tell(found, rows, [decision])
        half = len(rows) // 2
        found = await self._decide(found, rows[:half])
        return await self._decide(found, rows[half:])

    async def _piece(self, found: Import, rows: Sequence[ReportRow]) -> Import:
        table = next(table for table in self.tables if table.name == rows[0].table)
        cells = await self.store.cells(rows)
        before, coming = await self._marks(found, table, rows, cells)
        ready = [row for row in rows if row.id in cells and row.id not in before]
        forms = [table.form.model_validate(cells[row.id].values) for row in ready]

        async def work(tx: Transaction) -> Import:
            decided = await table.rules.put(tx, forms, found.importer, coming)
            by_row = dict(zip((row.id for row in ready), decided, strict=True)) | before
            decisions = [by_row.get(row.id, _as_read(row)) for row in rows]
            if found.state is State.CHECKING:
                raise _OnlyLookedError(decisions)
            return await self._told(tx, found, rows, decisions)

        try:
            return await self.transactions.run(work)
        except _OnlyLookedError as looked:
            return await self._tell(found, rows, looked.decisions)

    async def _marks(
        self,
        found: Import,
        table: Table,
        rows: Sequence[ReportRow],
        cells: Mapping[str, Cells],
    ) -> tuple[dict[str, Decision], frozenset[str]]:
        """Rows that say again what an earlier one said, and what earlier tables are to bring.

        While rows are applied neither matters: they were checked, and what came before stands.
        """
        if found.state is State.APPLYING:
            return {}, frozenset()
        wanted = {mark for one in cells.values() for mark in one.marks}
        needed = {
            reading_rows.own_mark(found.id, mark)
            for one in cells.values()
            for mark in table.needs(table.form.model_validate(one.values))
        }
        first = await self.store.marked(wanted | needed)
        twice = {
            row.id: Decision.refused(_twice(mark))
            for row in rows
            for mark in (cells[row.id].marks if row.id in cells else ())
            if first[mark] < row.number
        }
        coming = {reading_rows.plain_mark(found.id, mark) for mark in needed & first.keys()}
        return twice, frozenset(coming)

    async def _tell(
        self, found: Import, rows: Sequence[ReportRow], decisions: Sequence[Decision]
    ) -> Import:
        return await self.transactions.run(lambda tx: self._told(tx, found, rows, decisions))

    async def _told(
        self,
        tx: Transaction,
        found: Import,
        rows: Sequence[ReportRow],
        decisions: Sequence[Decision],
    ) -> Import:
        pairs = list(zip(rows, decisions, strict=True))
        await self.store.report(tx, [row.decided(d.outcome, d.errors) for row, d in pairs])
        outcomes = [decision.outcome for decision in decisions]
        return await self.store.save(
            tx, found.counted(rows[0].table, outcomes, done=rows[-1].number)
        )


def _owner(by: Importer) -> str | None:
    return None if by.clinics is None else by.account_id


def _as_read(row: ReportRow) -> Decision:
    """A row whose cells could not be read, or are not kept any more."""
    expired = FieldError("", "import-expired", "Строка больше не хранится: загрузите файл заново.")
    return Decision(Outcome.REFUSED, row.errors or (expired,))


def _of_whole_row(error: RefusalError | DuplicateError) -> FieldError:
    if isinstance(error, RefusalError):
        return FieldError("", error.code, error.detail)
    return FieldError("", "taken", f"Такое значение уже есть у другого: {error.field}.")


def _twice(mark: str) -> FieldError:
    _, _, plain = mark.partition("|")
    kind, _, value = plain.partition(":")
    return FieldError("", "twice-in-file", f"«{value}» ({kind}) уже есть в строке выше.")
