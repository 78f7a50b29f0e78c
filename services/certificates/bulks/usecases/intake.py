"""A bulk comes in as one file or one call, and is asked for (C48)."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import ValidationError

from services.certificates.applications.actions import Cases
from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.begun import left_of, more
from services.certificates.applications.store.desks import Desks
from services.certificates.bulks.domain.bulk import (
    Bulk,
    Line,
    Outcome,
    Standing,
    bulk_id,
    line_id,
    standing,
)
from services.certificates.bulks.domain.rows import TABLE, RowForm, cells
from services.certificates.bulks.errors import (
    BulkTooLongError,
    EmptyBulkError,
    RowKeyTwiceError,
    TooManyRowsTodayError,
)
from services.certificates.bulks.store import BulkStore
from services.certificates.deps import Deps
from services.chassis.database.idempotency import Once
from services.chassis.database.pages import Page
from services.chassis.foundation.errors import FieldError
from services.chassis.foundation.text import line as tidied_line
from services.chassis.http.problems import field_errors
from services.chassis.work.rights import Right
from services.chassis.work.transactions import Transaction
from services.importing.parsing.rows import Found
from services.importing.reading import reading

TIMER = "bulk"
_PIECE = 200
_READERS = 2
_KEYS_NAMED = 10
_TOO_LARGE = FieldError("", "row-too-large", "Строка слишком велика: сократите её тексты.")


@dataclass(frozen=True)
class Bulks:
    """The verbs of an organisation's representative. Another's bulk is not found."""

    deps: Deps
    cases: Cases
    desks: Desks
    store: BulkStore
    _reading: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_READERS))

    async def receive(self, content: bytes, key: str, right: Right, *, once: Once) -> Bulk:
        """Keep the rows of a file, to be dealt with at once; the same file again changes nothing.

        Rows are known by their keys: new ones are added, refused ones get another try.

        Raises:
            EmptyBulkError, RowKeyTwiceError: nothing of it is kept.
            BulkTooLongError: the same, unless it was sent in several files: with them it is.
            ImportRefusedError: it cannot be read.
            TooManyRowsTodayError: more than one may send in a day; what was kept before goes on
                once the rest is sent.
        """
        now, organisation = self.deps.now(), right.subject_id
        id_ = bulk_id(organisation, key)
        lines = await self._read(content, id_, now)
        for start in range(0, len(lines), _PIECE):
            await self._keep(lines[start : start + _PIECE], right, now)

        async def work(tx: Transaction) -> Bulk:
            await tx.set_timer(TIMER, id_, now)
            found = await self.store.bulks.find(tx, id_, owner=organisation)
            rows = await self.store.how_many(tx, id_)
            by = right.representative_id
            if found is not None:
                again = found.again(by=by, right_id=right.id, rows=rows)
                return await self.store.bulks.save(tx, again)
            made = Bulk(id_, organisation, right.subject_name, key, by, right.id, now, rows)
            return await self.store.bulks.add(tx, made)

        return await self.deps.transactions.run(work, once=once)

    async def get(self, id_: str, right: Right) -> Bulk:
        """One of the organisation's bulks.

        Raises:
            UnknownBulkError: there is none.
        """
        return await self.store.bulks.get(None, id_, owner=right.subject_id)

    async def page(self, right: Right, *, after: str | None, limit: int) -> Page[Bulk]:
        """The organisation's bulks, newest first."""
        return await self.store.page(right.subject_id, after, limit)

    async def rows(
        self, bulk: Bulk, outcome: Outcome | None, *, after: str | None, limit: int
    ) -> Page[tuple[Line, Standing, Application | None]]:
        """The rows of a bulk in the order in which they came, as their applications stand now."""
        page = await self.store.rows(bulk.id, outcome, after, limit)
        ids = [line.application_id for line in page.items if line.application_id]
        found = {a.id: a for a in await self.cases.store.every(None, {"_id": {"$in": ids}})}
        told = []
        for line in page.items:
            application = found.get(line.application_id or "")
            told.append((line, standing(line, application), application))
        return Page(tuple(told), page.next_cursor)

    async def _read(self, content: bytes, id_: str, now: datetime) -> list[Line]:
        most, lines = self.deps.settings.bulk_rows, list[Line]()
        if not content:
            raise EmptyBulkError
        async with self._reading, reading(content, TABLE) as said:
            async for row in said:
                if not isinstance(row, Found):
                    continue
                lines.append(_line(row, id_, f"{len(lines):08d}", now))
                if len(lines) > most:
                    raise BulkTooLongError(most)
        if not lines:
            raise EmptyBulkError
        twice = [key for key, count in Counter(line.key for line in lines).items() if count > 1]
        if twice:
            raise RowKeyTwiceError(sorted(twice)[:_KEYS_NAMED])
        return lines

    async def _keep(self, lines: Sequence[Line], right: Right, now: datetime) -> None:
        """Keep a piece, counted in the same transaction for the organisation's day.

        Another try counts, too: else one refused row would ask about any number of people.
        """
        calendar, most = self.cases.catalogue.calendar, self.deps.settings.bulk_rows_per_day

        async def work(tx: Transaction) -> None:
            before = await self.desks.begun(tx, right.subject_id)
            had = await self.store.how_many(tx, lines[0].bulk_id)
            kept = await self.store.keep(tx, lines)
            if kept.new and had + kept.new > self.deps.settings.bulk_rows:
                raise BulkTooLongError(self.deps.settings.bulk_rows)
            begun = more(before, calendar, now, sum(kept))
            if any(kept) and begun.drafts > most:
                raise TooManyRowsTodayError(most, left_of(begun, calendar, now))
            await self.desks.begin(tx, right.subject_id, begun)

        await self.deps.transactions.run(work)


def _line(row: Found, id_: str, position: str, now: datetime) -> Line:
    values = cells(row.values or {})
    key = tidied_line(str(values.get("key", "")))[:128] or row.place
    line = Line(line_id(id_, key), id_, position, key, row.place, now, values=values)
    if row.values is None:
        return line.refused(_TOO_LARGE)
    try:
        RowForm.model_validate(values)
    except ValidationError as error:
        return line.refused(*field_errors(error.errors(include_url=False)))
    return line
