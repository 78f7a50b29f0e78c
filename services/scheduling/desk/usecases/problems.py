"""A patient reports a problem with a visit; support reads it, and answers (e36)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from contracts.roles import Role
from services.chassis.database.idempotency import Once
from services.chassis.database.pages import Page
from services.chassis.http.auth import Principal
from services.chassis.http.looks import Reach
from services.chassis.work.transactions import Transaction
from services.scheduling.bookings.actions import Showing, Shown
from services.scheduling.bookings.store import Appointments
from services.scheduling.deps import Deps
from services.scheduling.desk.domain import Problem, ProblemState
from services.scheduling.desk.errors import (
    ProblemsOverError,
    ProblemUnknownError,
    TooManyProblemsError,
)
from services.scheduling.desk.store import Problems

_MOST_OPEN, _MOST = 3, 50


@dataclass(frozen=True)
class Reporting:
    """What is reported is kept with the visit, whatever becomes of that."""

    deps: Deps
    appointments: Appointments
    problems: Problems
    showing: Showing

    async def report(
        self, citizen_id: str, appointment_id: str, text: str, *, once: Once | None = None
    ) -> Problem:
        """Keep what the citizen writes.

        Raises:
            AppointmentUnknownError: not there, or not theirs.
            TooManyProblemsError: nobody has answered the last ones yet.
            ProblemsOverError: there are as many as a visit may have.
        """

        async def work(tx: Transaction) -> Problem:
            visit = await self.appointments.get(tx, appointment_id, owner=citizen_id)
            known = await self.problems.of_visit(tx, visit.id, limit=_MOST)
            waiting = sum(one.state is ProblemState.OPEN for one in known)
            if waiting >= _MOST_OPEN:
                raise TooManyProblemsError(waiting)
            if len(known) >= _MOST:
                raise ProblemsOverError(_MOST, self.deps.settings.hotline)
            problem = Problem(
                self.deps.new_id(), visit.id, citizen_id, visit.clinic_id, text, self.deps.now()
            )
            return await self.problems.add(tx, problem)

        return await self.deps.transactions.run(work, once=once)

    async def of_visit(self, citizen_id: str, appointment_id: str) -> Sequence[Problem]:
        """What was reported of one of the citizen's visits, with answers.

        Raises:
            AppointmentUnknownError: not there, or not theirs.
        """
        visit = await self.appointments.get(None, appointment_id, owner=citizen_id)
        return await self.problems.of_visit(None, visit.id, limit=_MOST)

    async def waiting(
        self, who: Principal, state: ProblemState, *, after: str | None, limit: int
    ) -> Page[Problem]:
        """Problems for support, the oldest first; each that is shown is in the journal (K7)."""
        reach = Reach(who, (Role.SUPPORT,))
        page = await self.problems.by_state(state, reach.clinics, after=after, limit=limit)

        async def work(tx: Transaction) -> None:
            visits = await self.appointments.these(tx, {one.appointment_id for one in page.items})
            for visit in visits.values():
                await self.showing.shown(tx, visit, reach.at(visit.clinic_id), Shown.PROBLEM)

        if page.items:
            await self.deps.transactions.run(work)
        return page

    async def answer(self, who: Principal, problem_id: str, text: str) -> Problem:
        """Answer; the citizen reads it with the visit.

        Raises:
            ProblemUnknownError: there is none in reach.
            ProblemAnsweredError: somebody has.
        """
        reach = Reach(who, (Role.SUPPORT,))

        async def work(tx: Transaction) -> Problem:
            found = await self.problems.get(tx, problem_id, owner=None)
            if not reach.sees(found.clinic_id):
                raise ProblemUnknownError
            visit = await self.appointments.get(tx, found.appointment_id, owner=None)
            saved = await self.problems.save(tx, found.answered(text, self.deps.now()))
            await self.showing.shown(tx, visit, reach.at(found.clinic_id), Shown.PROBLEM, text)
            return saved

        return await self.deps.transactions.run(work)
