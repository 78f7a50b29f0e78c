"""A specialist examines: writes down what was found, and the application goes on (C21)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.certificates.applications.actions import CLAIM_TIMER, Cases
from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.looks import Shown
from services.certificates.deps import Deps
from services.certificates.known.actions import Known
from services.certificates.reviews.domain.examinations import examined
from services.certificates.reviews.metrics import ReviewMetrics, Verdict
from services.chassis.work.transactions import Transaction


@dataclass(frozen=True)
class Examinations:
    """One specialist after the other: the claim is exclusive."""

    deps: Deps
    cases: Cases
    known: Known
    metrics: ReviewMetrics

    async def examine(
        self, doctor_id: str, application_id: str, examination: str, values: Mapping[str, str]
    ) -> Application:
        """Write down a finding; see `examined`.

        Raises:
            NotYourReviewError: it is on another desk, or on none.
        """

        async def work(tx: Transaction) -> Application:
            before = await self.cases.to_decide(tx, application_id, doctor_id)
            before.held_by(doctor_id)
            after = examined(
                before,
                await self.cases.kind_of(before),
                doctor=await self.known.doctor(tx, doctor_id),
                examination=examination,
                values=values,
                today=await self.cases.today(tx, before),
                now=self.deps.now(),
                left=await self.cases.left(tx, before),
            )
            if after.claim is None:
                await tx.cancel_timer(CLAIM_TIMER, application_id)
            saved = await self.cases.save(tx, before, after)
            return await self.cases.shown(tx, saved, doctor_id, Shown.EXAMINED)

        return await self.metrics.decided(Verdict.EXAMINED, self.deps.transactions.run(work))
