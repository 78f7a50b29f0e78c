"""A doctor attaches a result; its citizen may read it from then on (C21)."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.envelope import Data
from services.certificates.applications import events as application_events
from services.certificates.applications.actions import Cases
from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.looks import Shown
from services.certificates.applications.domain.states import State
from services.certificates.deps import Deps
from services.certificates.known.actions import Known
from services.certificates.reviews import events
from services.certificates.reviews.domain.results import Result, attached
from services.certificates.reviews.metrics import ReviewMetrics, Verdict
from services.chassis.work.transactions import Transaction


@dataclass(frozen=True)
class Results:
    """By the doctor who has the application, or who asked its citizen for that document."""

    deps: Deps
    cases: Cases
    known: Known
    metrics: ReviewMetrics

    async def attach(
        self,
        doctor_id: str,
        application_id: str,
        file_id: str,
        *,
        requirement: str | None,
        title: str | None,
    ) -> Application:
        """Attach a file of the doctor's; see `attached`."""
        await self.known.files_arrive(doctor_id, {file_id})

        async def work(tx: Transaction) -> Application:
            before = await self.cases.to_decide(tx, application_id, doctor_id)
            kind = await self.cases.kind_of(before)
            files = await self.known.store.files_of(tx, doctor_id, [file_id])
            after = attached(
                before,
                kind,
                Result(files.get(file_id), requirement, title),
                doctor=await self.known.doctor(tx, doctor_id),
                calendar=await self.cases.calendar_of(tx, before),
                now=self.deps.now(),
            )
            told: list[Data] = [events.result_attached(after, kind, doctor_id, file_id)]
            if before.state is State.AWAITING_DOCUMENTS and after.state is not before.state:
                told.append(application_events.documents_supplied(after))
            saved = await self.cases.save(tx, before, after, *told)
            return await self.cases.shown(tx, saved, doctor_id, Shown.ATTACHED)

        return await self.metrics.decided(Verdict.RESULT_ATTACHED, self.deps.transactions.run(work))
