"""What a citizen does with a draft: begins and edits it."""

from __future__ import annotations

from dataclasses import dataclass

from services.certificates.applications.actions import Cases
from services.certificates.applications.domain import drafts
from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.attachments import ids_of
from services.certificates.applications.domain.begun import one_more
from services.certificates.applications.domain.confirmations import form_of
from services.certificates.applications.domain.drafts import Changes
from services.certificates.applications.domain.states import State
from services.certificates.applications.domain.turns import whose_turn
from services.certificates.applications.errors import TooManyDraftsError
from services.certificates.applications.store.desks import Desks
from services.certificates.applications.usecases.repeats import Repeats
from services.certificates.applications.views.application import ApplicationView, citizens_view
from services.certificates.catalogue.domain.catalogue import CertificateType
from services.certificates.catalogue.errors import UnknownTypeError
from services.certificates.deps import Deps
from services.certificates.known.actions import Known
from services.certificates.known.domain.clinics import Choice, ClinicFlaw
from services.certificates.known.domain.people import Hands
from services.chassis.database.idempotency import Once
from services.chassis.foundation.errors import FieldError, InvalidInputError, StaleVersionError
from services.chassis.http.etags import Expected
from services.chassis.work.transactions import Transaction


@dataclass(frozen=True)
class Drafts:
    """The verbs of whoever applies. Everything is found by its owner, or not at all."""

    deps: Deps
    cases: Cases
    known: Known
    desks: Desks
    repeats: Repeats

    def view_of_new(self, draft: Application) -> ApplicationView:
        """A draft that was begun just now: its clinic was looked at."""
        flaw = None if draft.clinic else ClinicFlaw.MISSING
        kind = self.cases.types.known(draft.type_code, draft.type_version)
        calendar, support = self.cases.catalogue.calendar, self.cases.support
        today = calendar.day_of(self.deps.now())
        problems = drafts.problems(draft, kind, today=today, flaw=flaw)
        form = form_of(drafts.as_filed(draft, kind, None), self.cases.catalogue.consent)
        digest = None if problems else form.digest
        whose = whose_turn(draft, kind, clinic=None, support=support, calendar=calendar)
        return citizens_view(draft, kind, problems=problems, digest=digest, whose=whose)

    async def open(
        self,
        citizen_id: str,
        type_code: str,
        clinic_id: str | None,
        *,
        follows: str | None = None,
        by: Hands | None = None,
        once: Once | None = None,
    ) -> Application:
        """Start a draft, filled from the profile, at the citizen's clinic or another (C4, C5, K6).

        `by` whom, where not by themselves. With `follows` it takes the place of that one (C46).

        Raises:
            InvalidInputError: there is no such type, or the clinic cannot decide about it.
            TooManyDraftsError: the citizen has as many as one may.
            TooManyDraftsTodayError: the citizen has begun as many today as one may.
        """
        deps, settings = self.deps, self.deps.settings
        try:
            kind = await self.cases.types.now(type_code)
        except UnknownTypeError as error:
            wrong = FieldError("/type", "unknown-type", error.detail)
            raise InvalidInputError([wrong]) from error

        await self.known.profile_arrives(citizen_id)  # a draft opened before it would be empty
        await self.known.clinic_arrives(clinic_id)

        async def work(tx: Transaction) -> Application:
            await self.known.may_apply(tx, citizen_id, kind.code, by)
            now, most = deps.now(), settings.drafts_per_citizen
            if await self.cases.store.how_many(tx, citizen_id, [State.DRAFT]) >= most:
                raise TooManyDraftsError(most)
            before, calendar = await self.desks.begun(tx, citizen_id), self.cases.catalogue.calendar
            begun = one_more(before, calendar, now, most=settings.drafts_per_day)
            person = await self.known.store.people.find(tx, citizen_id)
            draft = drafts.draft(
                kind,
                person,
                application_id=deps.new_id(),
                citizen_id=citizen_id,
                chosen=await self._first_choice(tx, citizen_id, clinic_id, kind),
                now=now,
                before=await self.repeats.typed_last(tx, citizen_id, kind),
            )
            if follows is not None:
                draft = await self.repeats.begin(
                    tx, draft, follows, kind, elsewhere=clinic_id is not None
                )
            await self.desks.begin(tx, citizen_id, begun)
            return await self.cases.store.add(tx, draft)

        return await deps.transactions.run(work, once=once)

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

        The same changes again, after an answer that was lost on its way, are found made (e18).

        Raises:
            StaleVersionError: it was changed in between.
        """
        store = self.cases.store
        found = await store.get(None, application_id, owner=citizen_id)
        if not _is_stale(expected, found):  # before anything is waited for
            await self.known.files_arrive(citizen_id, ids_of(changes.given))
            await self.known.clinic_arrives(changes.clinic_id)

        async def work(tx: Transaction) -> Application:
            before = await store.get(tx, application_id, owner=citizen_id)
            await self.known.may_apply(tx, citizen_id, before.type_code, by)
            person = await self.known.store.people.find(tx, citizen_id)
            files = await self.known.store.files_of(tx, citizen_id, ids_of(changes.given))
            kind, chosen = await self.cases.kind_of(before), None
            if changes.clinic_id is not None:
                chosen = await self.cases.choice(tx, changes.clinic_id, kind)
            try:
                after = drafts.edited(before, kind, person, files, changes, chosen=chosen)
            except InvalidInputError:
                expected.check(before.revision)  # of another version nothing can be said
                raise
            if after == before and _is_stale(expected, before):
                return before
            expected.check(before.revision)
            return await self.cases.save(tx, before, after)

        return await self.deps.transactions.run(work)

    async def _first_choice(
        self, tx: Transaction, citizen_id: str, clinic_id: str | None, kind: CertificateType
    ) -> Choice:
        """The clinic that was named; else the citizen's own, if it can decide."""
        own = await self.known.home_of(tx, citizen_id) if clinic_id is None else None
        choice = await self.cases.choice(tx, clinic_id or own, kind)
        if choice.flaw is None:
            return choice
        if clinic_id is not None:
            raise InvalidInputError(drafts.clinic_errors(choice.flaw))
        return Choice()


def _is_stale(expected: Expected, found: Application) -> bool:
    try:
        expected.check(found.revision)
    except StaleVersionError:
        return True
    return False
