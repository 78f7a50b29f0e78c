"""What a citizen does with an application that is there: reads, completes, takes back."""

from __future__ import annotations

from dataclasses import dataclass

from services.certificates.applications import events
from services.certificates.applications.actions import CLAIM_TIMER, Cases
from services.certificates.applications.domain import document_requests, drafts, succession
from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.attachments import ids_of
from services.certificates.applications.domain.document_requests import Answer
from services.certificates.applications.domain.groups import Wanted
from services.certificates.applications.domain.states import State
from services.certificates.applications.metrics import ApplicationMetrics
from services.certificates.applications.usecases.repeats import Repeats
from services.certificates.applications.views.application import ApplicationView, citizens_view
from services.certificates.deps import Deps
from services.certificates.known.actions import Known
from services.certificates.known.domain.people import Hands
from services.chassis.database.pages import Page
from services.chassis.work.looks import Look
from services.chassis.work.transactions import Transaction


@dataclass(frozen=True)
class Applications:
    """The verbs of the citizen. Everything is found by its owner, or not at all."""

    deps: Deps
    cases: Cases
    known: Known
    repeats: Repeats
    metrics: ApplicationMetrics

    async def measure(self) -> None:
        """Set the gauges of how the applications stand now."""
        now = self.deps.now()
        self.metrics.set(await self.cases.store.counted(now), now)

    async def view(self, application: Application) -> ApplicationView:
        """The application as its citizen sees it today."""
        kind, bill = await self.cases.kind_of(application), None
        whose = await self.cases.whose_turn(None, application)
        if application.state is not State.DRAFT:
            if application.due_kopecks:
                bill = await self.cases.bills.latest(None, application.id)
            today = await self.cases.today(None, application)
            again = succession.may_be_followed(application, today=today, now=self.deps.now())
            return citizens_view(application, kind, again=again, bill=bill, whose=whose)
        problems, form = await self.cases.prepared(application, kind)
        digest = None if problems else form.digest
        return citizens_view(application, kind, problems=problems, digest=digest, whose=whose)

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
        return await looks.of_subject(application_id, citizen_id, after=after, limit=limit)

    async def page(
        self, citizen_id: str, wanted: Wanted, *, after: str | None, limit: int
    ) -> Page[Application]:
        """Those of the citizen's applications that are looked for, newest first."""
        return await self.cases.store.of_citizen(citizen_id, wanted, after=after, limit=limit)

    async def supply(
        self, citizen_id: str, application_id: str, answer: Answer, *, by: Hands | None = None
    ) -> Application:
        """Add and correct what was asked for; see `document_requests.supplied` (C10, C17)."""
        await self.one(citizen_id, application_id)
        await self.known.files_arrive(citizen_id, ids_of(answer.given))

        async def work(tx: Transaction) -> Application:
            before = await self.cases.store.get(tx, application_id, owner=citizen_id)
            await self.known.may_apply(tx, citizen_id, before.type_code, by)
            after = document_requests.supplied(
                before,
                await self.cases.kind_of(before),
                await self.known.store.files_of(tx, citizen_id, ids_of(answer.given)),
                answer,
                person=await self.known.store.people.find(tx, citizen_id),
                calendar=await self.cases.calendar_of(tx, before),
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
                await self.repeats.give_up(tx, before)
                return await self.cases.save(tx, before, after)
            told = events.withdrawn(after, await self.cases.kind_of(after), by)
            return await self.cases.save(tx, before, after, told)

        return await self.deps.transactions.run(work)
