"""The rows of a bulk, one after the other, by a timer: whoever is killed is followed (C48)."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace

import structlog

from services.certificates.applications import events
from services.certificates.applications.actions import Cases
from services.certificates.applications.domain import drafts
from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.drafts import Changes
from services.certificates.applications.domain.parts import Prepared
from services.certificates.bulks.domain.bulk import Bulk, Line, Outcome, Progress
from services.certificates.bulks.domain.rows import (
    RowForm,
    Wish,
    is_meant,
    kind_named,
    row_errors,
    wish_of,
)
from services.certificates.bulks.store import BulkStore
from services.certificates.bulks.usecases.intake import TIMER
from services.certificates.catalogue.domain.catalogue import CertificateType
from services.certificates.deps import Deps
from services.certificates.known.actions import Known
from services.certificates.known.domain.clinics import Choice
from services.certificates.known.domain.people import Person
from services.chassis.foundation.errors import FieldError, InvalidInputError
from services.chassis.work.rights import Right
from services.chassis.work.timers import Due
from services.chassis.work.transactions import Transaction

log = structlog.get_logger(__name__)

_PIECE = 50
_TURN_SECONDS = 8.0
_UNKNOWN = FieldError(
    "/snils",
    "employee-unknown",
    "Подтверждённого пользователя с такими данными нет. Проверьте СНИЛС, ФИО и дату рождения.",
)
_STOPPED = FieldError(
    "", "right-ended", "Не обработана: полномочия прекращены. Отправьте строку ещё раз."
)
_TWICE = FieldError(
    "/type", "already-prepared", "Такая справка для этого работника уже подготовлена."
)
_ENOUGH = FieldError(
    "/snils", "employee-has-enough", "Работник ещё не ответил на подготовленные ранее заявления."
)
_NOT_COVERED = FieldError(
    "/type", "right-not-covering", "На эту справку ваши полномочия не распространяются."
)


@dataclass(frozen=True)
class Preparing:
    """Makes drafts of rows, as long as the right by which they were sent is in force."""

    deps: Deps
    cases: Cases
    known: Known
    store: BulkStore

    async def due(self, due: Due) -> None:
        """Go on with a bulk for a while; a later turn, or another process, goes on from there."""
        until, over = time.monotonic() + _TURN_SECONDS, None
        while over is None and time.monotonic() < until:
            over = await self._piece(await self.store.bulks.get(None, due.key, owner=None))

        async def work(tx: Transaction) -> None:
            bulk = await self.store.bulks.get(tx, due.key, owner=None)
            if over is None:
                await tx.set_timer(TIMER, due.key, self.deps.now())
            elif bulk.progress is not over:
                await self.store.bulks.save(tx, bulk.over(over))

        await self.deps.transactions.run(work, cause=due)
        if over is not None:
            log.info("bulk over", bulk_id=due.key, progress=over)

    async def _piece(self, bulk: Bulk) -> Progress | None:
        right = await self.known.rights.find(None, bulk.right_id)
        ended = right is None or not right.in_force(self.deps.now())
        if ended or await self.known.store.blocked(bulk.by):
            return await self._stop(bulk)
        lines = await self.store.waiting(bulk.id, _PIECE)
        await asyncio.gather(*(self._settle(bulk, line.id) for line in lines))
        return None if lines else Progress.DONE

    async def _stop(self, bulk: Bulk) -> Progress | None:
        """Nothing more is done, and what rows say of people is kept no longer."""
        lines = await self.store.waiting(bulk.id, _PIECE)

        async def work(tx: Transaction) -> None:
            found = await self.store.known(tx, [line.id for line in lines])
            for line in found.values():
                if line.outcome is Outcome.WAITING:
                    await self.store.lines.put(tx, line.refused(_STOPPED))

        await self.deps.transactions.run(work)
        return None if lines else Progress.STOPPED

    async def _settle(self, bulk: Bulk, line_id: str) -> None:
        """One row, in a transaction of its own: what was prepared before is not prepared again."""

        async def work(tx: Transaction) -> None:
            line = await self.store.lines.find(tx, line_id)
            right = await self.known.rights.find(tx, bulk.right_id)
            if line is None or line.outcome is not Outcome.WAITING or right is None:
                return
            if right.in_force(self.deps.now()):  # it may have ended just now: the row waits
                await self.store.lines.put(tx, await self._decided(tx, bulk, right, line))

        await self.deps.transactions.run(work)

    async def _decided(self, tx: Transaction, bulk: Bulk, right: Right, line: Line) -> Line:
        form = RowForm.model_validate(line.values or {})
        offered = (await self.cases.types.shelf()).offered
        kind = kind_named(list(offered.values()), form.type)
        wish = wish_of(form, kind)
        today = self.cases.catalogue.calendar.day_of(self.deps.now())
        errors = row_errors(form, wish, kind, today=today)
        if kind is not None and not right.covers_type(kind.code):
            errors.append(_NOT_COVERED)
        known_by = {"/snils", "/birth_date", "/last_name", "/first_name"}
        person = None
        if not known_by & {error.pointer for error in errors}:
            person = await self._employee(tx, wish)
            errors += [] if person else [_UNKNOWN]
        if kind is not None:
            choice = await self.cases.choice(tx, wish.clinic_id, kind)
            errors += drafts.clinic_errors(choice.flaw) if wish.clinic_id else []
        if errors or kind is None or person is None:
            return line.refused(*errors)
        if refused := await self._too_many(tx, bulk, person, kind):
            return line.refused(refused)
        try:
            draft = await self._draft(tx, bulk, person, kind, wish)
        except InvalidInputError as wrong:
            return line.refused(*wrong.errors)
        return line.prepared(draft.id)

    async def _employee(self, tx: Transaction, wish: Wish) -> Person | None:
        """The one confirmed person whom all of it describes; of anybody else nothing is told."""
        found = await self.known.store.of_snils(tx, wish.snils)
        if len(found) != 1 or not is_meant(found[0], wish):
            return None
        admission = await self.known.store.admission_of(tx, found[0].account_id)
        return None if admission.blocked or admission.rejected else found[0]

    async def _too_many(
        self, tx: Transaction, bulk: Bulk, person: Person, kind: CertificateType
    ) -> FieldError | None:
        waiting = await self.cases.store.prepared_for(tx, person.account_id)
        own = [a for a in waiting if a.prepared.organisation_id == bulk.organisation_id]
        if any(a.type_code == kind.code for a in own):
            return _TWICE
        return _ENOUGH if len(waiting) >= self.deps.settings.prepared_per_employee else None

    async def _draft(
        self, tx: Transaction, bulk: Bulk, person: Person, kind: CertificateType, wish: Wish
    ) -> Application:
        """A draft of the employee's own: it says who prepared it, and files itself for nobody."""
        home = await self.known.home_of(tx, person.account_id)
        choice = await self.cases.choice(tx, wish.clinic_id or home, kind)
        empty = drafts.draft(
            kind,
            person,
            application_id=self.deps.new_id(),
            citizen_id=person.account_id,
            chosen=Choice() if choice.flaw else choice,
            now=self.deps.now(),
        )
        filled = drafts.edited(empty, kind, person, {}, Changes(wish.typed))
        by = Prepared(bulk.organisation_id, bulk.organisation_name, bulk.id)
        draft = replace(filled, prepared_by=by)
        return await self.cases.store.add(tx, draft, events.prepared(draft, kind))
