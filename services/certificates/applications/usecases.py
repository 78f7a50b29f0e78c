"""What a citizen does with an application."""

from __future__ import annotations

from dataclasses import dataclass

from services.certificates.applications import events
from services.certificates.applications.actions import CLAIM_TIMER, Ledger
from services.certificates.applications.domain import document_requests as asking
from services.certificates.applications.domain import drafts as filing
from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.document_requests import Answer
from services.certificates.applications.domain.drafts import Agreement, Changes
from services.certificates.applications.domain.looks import Look
from services.certificates.applications.domain.states import UNDECIDED, State
from services.certificates.applications.errors import (
    TooManyApplicationsError,
    TooManyDraftsError,
    UnknownTypeError,
)
from services.certificates.applications.store.applications import Position
from services.chassis.database.idempotency import Once
from services.chassis.foundation.errors import FieldError, InvalidInputError
from services.chassis.http.etags import Expected
from services.chassis.work.transactions import Transaction


@dataclass(frozen=True)
class Applications:
    """The verbs of the citizen. Everything is found by its owner, or not at all."""

    ledger: Ledger

    async def open(
        self, citizen_id: str, type_code: str, *, once: Once | None = None
    ) -> Application:
        """Start a draft, filled from the profile (C4, C5).

        Raises:
            InvalidInputError: there is no such type.
            TooManyDraftsError: the citizen has as many as one may.
        """
        ledger = self.ledger
        try:
            kind = ledger.catalogue.type(type_code)
        except UnknownTypeError as error:
            wrong = FieldError("/type", "unknown-type", error.detail)
            raise InvalidInputError([wrong]) from error

        await ledger.profile_arrives(citizen_id)  # a draft opened before it would be empty

        async def work(tx: Transaction) -> Application:
            await ledger.may_apply(tx, citizen_id)
            most = ledger.drafts_per_citizen
            if await self._counted(tx, citizen_id, State.DRAFT) >= most:
                raise TooManyDraftsError(most)
            person = await ledger.store.person(citizen_id, tx.session)
            draft = filing.draft(
                kind,
                person,
                application_id=ledger.new_id(),
                citizen_id=citizen_id,
                now=ledger.now(),
            )
            return await ledger.save(tx, draft, draft)

        return await ledger.transactions.run(work, once=once)

    async def one(self, citizen_id: str, application_id: str) -> Application:
        """One application of this citizen.

        Raises:
            NotFoundError: there is none.
        """
        return await self.ledger.store.citizens_application(application_id, citizen_id)

    async def looks(
        self, citizen_id: str, application_id: str, *, after: Position | None, limit: int
    ) -> list[Look]:
        """Which doctors were shown the application, newest first.

        Raises:
            NotFoundError: it is not this citizen's.
        """
        store = self.ledger.store
        await store.citizens_application(application_id, citizen_id)
        return await store.looks.of(application_id, citizen_id, after=after, limit=limit)

    async def page(
        self, citizen_id: str, *, after: Position | None, limit: int
    ) -> list[Application]:
        """The citizen's applications, newest first."""
        return await self.ledger.store.applications_of(citizen_id, after=after, limit=limit)

    async def edit(
        self, citizen_id: str, application_id: str, changes: Changes, *, expected: Expected
    ) -> Application:
        """Change a draft; see `filing.edited`.

        Raises:
            StaleVersionError: it was changed in between.
        """
        ledger = self.ledger
        await ledger.files_arrive(citizen_id, changes.given)

        async def work(tx: Transaction) -> Application:
            await ledger.may_apply(tx, citizen_id)
            before = await self._load(tx, citizen_id, application_id, expected)
            person = await ledger.store.person(citizen_id, tx.session)
            ids = [g.file_id for g in changes.given if g.file_id is not None]
            files = await ledger.store.files_of(citizen_id, ids, tx.session)
            after = filing.edited(before, ledger.kind_of(before), person, files, changes)
            return await ledger.save(tx, before, after)

        return await ledger.transactions.run(work)

    async def submit(
        self, citizen_id: str, application_id: str, agreement: Agreement, *, expected: Expected
    ) -> Application:
        """Hand the application in; see `filing.submitted` (C10–C15).

        Raises:
            TooManyApplicationsError: as many of this citizen wait for a decision as may.
        """
        ledger = self.ledger
        await ledger.profile_arrives(citizen_id)

        async def attempt(tracking_number: str) -> Application:
            async def work(tx: Transaction) -> Application:
                await ledger.may_apply(tx, citizen_id)
                before = await self._load(tx, citizen_id, application_id, expected)
                most = ledger.applications_per_citizen
                if await self._counted(tx, citizen_id, *UNDECIDED) >= most:
                    raise TooManyApplicationsError(most)
                kind = ledger.kind_of(before)
                after = filing.submitted(
                    before,
                    kind,
                    await ledger.store.person(citizen_id, tx.session),
                    agreement=agreement,
                    consent=ledger.catalogue.consent,
                    tracking_number=tracking_number,
                    calendar=ledger.catalogue.calendar,
                    now=ledger.now(),
                )
                told = [events.submitted(after, kind)]
                if after.state is State.AWAITING_DOCUMENTS:
                    requested = events.documents_requested(after, kind)
                    return await ledger.save(tx, before, after, *told, requested)
                return await ledger.save(tx, before, after, *told)

            return await ledger.transactions.run(work)

        submitted = await ledger.numbered(ledger.tracking_number, attempt)
        ledger.metrics.submitted.labels(submitted.type_code).inc()
        return submitted

    async def supply(self, citizen_id: str, application_id: str, answer: Answer) -> Application:
        """Add and correct what was asked for; see `asking.supplied` (C10, C17)."""
        ledger = self.ledger
        await ledger.files_arrive(citizen_id, answer.given)

        async def work(tx: Transaction) -> Application:
            await ledger.may_apply(tx, citizen_id)
            before = await ledger.store.citizens_application(application_id, citizen_id, tx.session)
            ids = [g.file_id for g in answer.given if g.file_id is not None]
            after = asking.supplied(
                before,
                ledger.kind_of(before),
                await ledger.store.files_of(citizen_id, ids, tx.session),
                answer,
                person=await ledger.store.person(citizen_id, tx.session),
                calendar=ledger.catalogue.calendar,
                now=ledger.now(),
            )
            if after.state is State.AWAITING_DOCUMENTS:
                return await ledger.save(tx, before, after)
            return await ledger.save(tx, before, after, events.documents_supplied(after))

        return await ledger.transactions.run(work)

    async def withdraw(self, citizen_id: str, application_id: str) -> Application:
        """Take the application back; nobody hears of a draft that was never handed in."""
        ledger = self.ledger

        async def work(tx: Transaction) -> Application:
            before = await ledger.store.citizens_application(application_id, citizen_id, tx.session)
            after = filing.withdrawn(before, now=ledger.now())
            await tx.cancel_timer(CLAIM_TIMER, application_id)
            if before.state is State.DRAFT:
                return await ledger.save(tx, before, after)
            told = events.withdrawn(after, ledger.kind_of(after))
            return await ledger.save(tx, before, after, told)

        return await ledger.transactions.run(work)

    async def _counted(self, tx: Transaction, citizen_id: str, *states: State) -> int:
        """How many the citizen has; nobody adds to them before the transaction ends."""
        store = self.ledger.store
        await store.looks.hold_desk(citizen_id, tx.session)
        return await store.open_ones_of(citizen_id, states, tx.session)

    async def _load(
        self, tx: Transaction, citizen_id: str, application_id: str, expected: Expected
    ) -> Application:
        found = await self.ledger.store.citizens_application(application_id, citizen_id, tx.session)
        expected.check(found.revision)
        return found
