"""The timer of a deadline: one step at a time, each told once, whatever repeats or dies."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.envelope import Data
from services.certificates.applications.actions import DEADLINE_TIMER, Cases
from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.escalations import due_at, escalated
from services.certificates.applications.domain.parts import Step
from services.certificates.applications.domain.turns import Office, Whose
from services.certificates.catalogue.domain.parts import SlaClass
from services.certificates.deadlines import events
from services.certificates.deadlines.metrics import DeadlineMetrics
from services.certificates.deps import Deps
from services.chassis.database.pages import Page
from services.chassis.http.looks import Reach
from services.chassis.work.timers import Due
from services.chassis.work.transactions import Transaction


@dataclass(frozen=True)
class Late:
    """A late application, and whose turn it is."""

    application: Application
    title: str
    whose: Whose


_DEPARTMENT = "Отдел выдачи справок"


@dataclass(frozen=True)
class Deadlines:
    """What a missed deadline does by itself."""

    deps: Deps
    cases: Cases
    metrics: DeadlineMetrics

    async def pass_on(self, due: Due) -> None:
        """Take the step that is due (e14); a clock that was paused or moved is left alone.

        The next step's timer is set where this one is saved, so a month's delay takes every step.
        """

        async def work(tx: Transaction) -> Application | None:
            before = await self.cases.get(tx, due.key)
            after = escalated(before, self.cases.ladder, now=self.deps.now())
            if after is None:
                later = due_at(before, self.cases.ladder)
                if later is not None:
                    await tx.set_timer(DEADLINE_TIMER, before.id, later)
                return None
            return await self.cases.save(tx, before, after, await self._told(tx, after))

        saved = await self.deps.transactions.run(work, cause=due)
        if saved is not None and saved.escalation is not None:
            self.metrics.escalations.labels(saved.escalation.step).inc()
            if saved.escalation.step is Step.STATUS:
                self.metrics.count_missed(saved.type_code)

    async def late(self, reach: Reach, *, after: str | None, limit: int) -> Page[Late]:
        """What is late within reach, the longest first; nothing of who applies or of health."""
        clinics: list[str | None] | None = None
        if reach.clinics is not None:
            former = (None,) if self.deps.settings.former_clinic in reach.clinics else ()
            clinics = [*sorted(reach.clinics), *former]
        page = await self.cases.store.late(clinics, self.deps.now(), after=after, limit=limit)
        items = tuple([await self._late(application) for application in page.items])
        return Page(items, page.next_cursor)

    async def _late(self, application: Application) -> Late:
        kind = await self.cases.kind_of(application)
        return Late(application, kind.title, await self.cases.whose_turn(None, application))

    async def _told(self, tx: Transaction, after: Application) -> Data:
        kind, step = await self.cases.kind_of(after), after.escalation
        assert step is not None  # noqa: S101 - for the types: it was taken just now
        if step.step is Step.STATUS:
            whose, back = await self.cases.whose_turn(tx, after), 0
            if after.registered.clock.sla is SlaClass.EXPRESS:
                back = await self.cases.bills.refund_express(tx, after.id)
            return events.missed(after, kind, whose, refund_kopecks=back)
        return events.escalated(after, kind, step.step, await self._office(tx, after, step.step))

    async def _office(self, tx: Transaction, application: Application, step: Step) -> Office:
        """Who is turned to: the support, then whoever issues; that clinic is asked further, too."""
        clinic_id = self.cases.clinic_of(application)
        clinic = await self.cases.known.store.clinics.find(tx, clinic_id) if clinic_id else None
        if step is Step.SUPPORT or clinic is None:
            return self.cases.support
        return Office(f"{_DEPARTMENT}: {clinic.name}", clinic.phone, clinic.email)
