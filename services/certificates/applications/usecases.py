"""What a citizen does with an application."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from services.certificates.applications import events
from services.certificates.applications.actions import CLAIM_TIMER, Cases
from services.certificates.applications.domain import document_requests, drafts
from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.attachments import Given
from services.certificates.applications.domain.begun import one_more
from services.certificates.applications.domain.document_requests import Answer
from services.certificates.applications.domain.drafts import Agreement, Changes
from services.certificates.applications.domain.looks import Look
from services.certificates.applications.domain.states import UNDECIDED, State
from services.certificates.applications.domain.tracking import TRACKING_SPACE, tracking_number
from services.certificates.applications.errors import TooManyApplicationsError, TooManyDraftsError
from services.certificates.applications.metrics import ApplicationMetrics
from services.certificates.applications.store.desks import Desks
from services.certificates.applications.views import ApplicationView, citizens_view
from services.certificates.catalogue.errors import UnknownTypeError
from services.certificates.deps import Deps
from services.certificates.known.actions import Known
from services.certificates.known.domain import Hands, KnownFile
from services.chassis.database.idempotency import Once
from services.chassis.database.pages import Page
from services.chassis.foundation.errors import FieldError, InvalidInputError
from services.chassis.http.etags import Expected
from services.chassis.work.transactions import Transaction


@dataclass(frozen=True)
class Applications:
    """The verbs of the citizen. Everything is found by its owner, or not at all."""

    deps: Deps
    cases: Cases
    known: Known
    desks: Desks
    metrics: ApplicationMetrics

    async def measure(self) -> None:
        """Set the gauges of how the applications stand now."""
        now = self.deps.now()
        self.metrics.set(await self.cases.store.counted(now), now)

    def view(self, application: Application) -> ApplicationView:
        """The application as its citizen sees it today."""
        today = self.cases.catalogue.calendar.day_of(self.deps.now())
        return citizens_view(application, self.cases.kind_of(application), today=today)

    async def open(
        self,
        citizen_id: str,
        type_code: str,
        *,
        by: Hands | None = None,
        once: Once | None = None,
    ) -> Application:
        """Start a draft, filled from the profile (C4, C5). `by` whom, where not by themselves.

        Raises:
            InvalidInputError: there is no such type.
            TooManyDraftsError: the citizen has as many as one may.
            TooManyDraftsTodayError: the citizen has begun as many today as one may.
        """
        deps, settings = self.deps, self.deps.settings
        try:
            kind = self.cases.catalogue.type(type_code)
        except UnknownTypeError as error:
            wrong = FieldError("/type", "unknown-type", error.detail)
            raise InvalidInputError([wrong]) from error

        await self.known.profile_arrives(citizen_id)  # a draft opened before it would be empty

        async def work(tx: Transaction) -> Application:
            await self.known.may_apply(tx, citizen_id, kind.code, by)
            now, most = deps.now(), settings.drafts_per_citizen
            if await self.cases.store.how_many(tx, citizen_id, [State.DRAFT]) >= most:
                raise TooManyDraftsError(most)
            before, calendar = await self.desks.begun(tx, citizen_id), self.cases.catalogue.calendar
            begun = one_more(before, calendar, now, most=settings.drafts_per_day)
            person = await self.known.store.people.find(tx, citizen_id)
            draft = drafts.draft(
                kind, person, application_id=deps.new_id(), citizen_id=citizen_id, now=now
            )
            await self.desks.begin(tx, citizen_id, begun)
            return await self.cases.store.add(tx, draft)

        return await deps.transactions.run(work, once=once)

    async def one(self, citizen_id: str, application_id: str) -> Application:
        """One application of this citizen.

        Raises:
            NotFoundError: there is none.
        """
        return await self.cases.store.get(None, application_id, owner=citizen_id)

    async def looks(
        self, citizen_id: str, application_id: str, *, after: str | None, limit: int
    ) -> Page[Look]:
        """Which doctors were shown the application, newest first.

        Raises:
            NotFoundError: it is not this citizen's.
        """
        await self.one(citizen_id, application_id)
        looks = self.cases.looks
        return await looks.of_application(application_id, citizen_id, after=after, limit=limit)

    async def page(self, citizen_id: str, *, after: str | None, limit: int) -> Page[Application]:
        """The citizen's applications, newest first."""
        return await self.cases.store.of_citizen(citizen_id, after=after, limit=limit)

    async def edit(
        self,
        citizen_id: str,
        application_id: str,
        changes: Changes,
        *,
        expected: Expected,
        by: Hands | None = None,
    ) -> Application:
        """Change a draft; see `drafts.edited`.

        Raises:
            StaleVersionError: it was changed in between.
        """
        await self._load(
            None, citizen_id, application_id, expected
        )  # before anything is waited for
        await self.known.files_arrive(citizen_id, _ids(changes.given))

        async def work(tx: Transaction) -> Application:
            before = await self._load(tx, citizen_id, application_id, expected)
            await self.known.may_apply(tx, citizen_id, before.type_code, by)
            person = await self.known.store.people.find(tx, citizen_id)
            files = await self._files(tx, citizen_id, changes.given)
            after = drafts.edited(before, self.cases.kind_of(before), person, files, changes)
            return await self.cases.save(tx, before, after)

        return await self.deps.transactions.run(work)

    async def submit(
        self,
        citizen_id: str,
        application_id: str,
        agreement: Agreement,
        *,
        expected: Expected,
        by: Hands | None = None,
    ) -> Application:
        """Hand the application in; see `drafts.submitted` (C10–C15).

        Raises:
            TooManyApplicationsError: as many of this citizen wait for a decision as may.
        """
        await self._load(None, citizen_id, application_id, expected)
        await self.known.profile_arrives(citizen_id)

        async def attempt(number: str) -> Application:
            async def work(tx: Transaction) -> Application:
                before = await self._load(tx, citizen_id, application_id, expected)
                return await self._submit(tx, before, agreement, number, by)

            return await self.deps.transactions.run(work)

        submitted = await self.deps.numbered(
            lambda: tracking_number(self.deps.draw(TRACKING_SPACE)), attempt
        )
        self.metrics.submitted.labels(submitted.type_code).inc()
        return submitted

    async def _submit(
        self,
        tx: Transaction,
        before: Application,
        agreement: Agreement,
        number: str,
        by: Hands | None,
    ) -> Application:
        citizen_id, most = before.citizen_id, self.deps.settings.applications_per_citizen
        await self.known.may_apply(tx, citizen_id, before.type_code, by)
        await self.desks.hold(tx, citizen_id)  # nobody adds to them before this ends
        if await self.cases.store.how_many(tx, citizen_id, UNDECIDED) >= most:
            raise TooManyApplicationsError(most)
        catalogue, kind = self.cases.catalogue, self.cases.kind_of(before)
        after = drafts.submitted(
            before,
            kind,
            await self.known.store.people.find(tx, citizen_id),
            agreement=agreement,
            consent=catalogue.consent,
            tracking_number=number,
            calendar=catalogue.calendar,
            now=self.deps.now(),
            by=by,
        )
        told = events.submitted(after, kind, by)
        if after.state is not State.AWAITING_DOCUMENTS:
            return await self.cases.save(tx, before, after, told)
        requested = events.documents_requested(after, kind)
        return await self.cases.save(tx, before, after, told, requested)

    async def supply(
        self, citizen_id: str, application_id: str, answer: Answer, *, by: Hands | None = None
    ) -> Application:
        """Add and correct what was asked for; see `document_requests.supplied` (C10, C17)."""
        await self.one(citizen_id, application_id)
        await self.known.files_arrive(citizen_id, _ids(answer.given))

        async def work(tx: Transaction) -> Application:
            before = await self.cases.store.get(tx, application_id, owner=citizen_id)
            await self.known.may_apply(tx, citizen_id, before.type_code, by)
            after = document_requests.supplied(
                before,
                self.cases.kind_of(before),
                await self._files(tx, citizen_id, answer.given),
                answer,
                person=await self.known.store.people.find(tx, citizen_id),
                calendar=self.cases.catalogue.calendar,
                now=self.deps.now(),
                by=by,
            )
            if after.state is State.AWAITING_DOCUMENTS:
                return await self.cases.save(tx, before, after)
            return await self.cases.save(tx, before, after, events.documents_supplied(after))

        return await self.deps.transactions.run(work)

    async def withdraw(
        self, citizen_id: str, application_id: str, *, by: Hands | None = None
    ) -> Application:
        """Take the application back; nobody hears of a draft that was never handed in."""

        async def work(tx: Transaction) -> Application:
            before = await self.cases.store.get(tx, application_id, owner=citizen_id)
            after = drafts.withdrawn(before, now=self.deps.now(), by=by)
            await tx.cancel_timer(CLAIM_TIMER, application_id)
            if before.filed is None:
                return await self.cases.save(tx, before, after)
            told = events.withdrawn(after, self.cases.kind_of(after), by)
            return await self.cases.save(tx, before, after, told)

        return await self.deps.transactions.run(work)

    async def _load(
        self, tx: Transaction | None, citizen_id: str, application_id: str, expected: Expected
    ) -> Application:
        found = await self.cases.store.get(tx, application_id, owner=citizen_id)
        expected.check(found.revision)
        return found

    async def _files(
        self, tx: Transaction, citizen_id: str, given: Iterable[Given]
    ) -> dict[str, KnownFile]:
        return await self.known.store.files_of(tx, citizen_id, _ids(given))


def _ids(given: Iterable[Given]) -> set[str]:
    return {g.file_id for g in given if g.file_id is not None}
