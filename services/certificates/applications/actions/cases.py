"""An application read, changed and shown in the transaction of whoever decides about it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from contracts.envelope import Data
from contracts.roles import Role
from contracts.specialties import SPECIALTIES
from services.certificates.applications import events
from services.certificates.applications.actions import billing
from services.certificates.applications.domain import drafts
from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.confirmations import Form, form_of
from services.certificates.applications.domain.drafts import as_filed, from_profile
from services.certificates.applications.domain.escalations import Ladder, due_at
from services.certificates.applications.domain.looks import APPLICATION, Shown
from services.certificates.applications.domain.stations import waits_for
from services.certificates.applications.domain.turns import Office, Whose, whose_turn
from services.certificates.applications.errors import (
    OtherSpecialtyError,
    UnknownApplicationError,
)
from services.certificates.applications.store.applications import ApplicationStore
from services.certificates.bills.actions import Bills
from services.certificates.bills.domain.bill import Bill
from services.certificates.catalogue.actions import Types
from services.certificates.catalogue.domain.calendar import WorkingCalendar
from services.certificates.catalogue.domain.catalogue import Catalogue, CertificateType
from services.certificates.deps import Deps
from services.certificates.known.actions import Known
from services.certificates.known.domain.clinics import Choice
from services.chassis.foundation.errors import FieldError
from services.chassis.work.looks import Looker, Looks, Subject
from services.chassis.work.transactions import Transaction

CLAIM_TIMER = "claim"
"""Ends a doctor's claim; whoever ends it otherwise drops the timer."""
DEADLINE_TIMER = "deadline"
"""Takes the next step after a missed deadline; moved and dropped by `Cases.save` alone."""


class Follower(Protocol):
    """What has to follow an application in the transaction that moves it."""

    async def moved(
        self, tx: Transaction, before: Application, after: Application, kind: CertificateType
    ) -> None:
        """It was saved; `before` is how it was."""
        ...


@dataclass(frozen=True)
class Cases:
    """An application read, changed and shown in the transaction of whoever decides about it."""

    deps: Deps
    catalogue: Catalogue
    types: Types
    known: Known
    store: ApplicationStore
    looks: Looks
    bills: Bills
    followers: tuple[Follower, ...] = ()

    async def kind_of(self, application: Application) -> CertificateType:
        """The type that was applied for, in the version that the application began with.

        With the examinations that its doctors ordered for it.
        """
        kind = await self.types.version(application.type_code, application.type_version)
        return application.known_to(kind)

    async def prepared(
        self, draft: Application, kind: CertificateType
    ) -> tuple[list[FieldError], Form]:
        """What keeps a draft from being handed in now, and as what it would be confirmed (C12)."""
        person = await self.known.store.people.find(None, draft.citizen_id)
        choice = await self.choice(None, draft.clinic.id if draft.clinic else None, kind)
        complete = from_profile(draft, kind, person)
        problems = drafts.problems(
            complete, kind, today=await self.today(None, draft), flaw=choice.flaw
        )
        return problems, form_of(as_filed(draft, kind, person), self.catalogue.consent)

    async def calendar_at(self, tx: Transaction | None, clinic_id: str | None) -> WorkingCalendar:
        """Whose days and hours count at a clinic; the country's where none is named (C15)."""
        return await self.known.calendar_at(tx, clinic_id, self.catalogue.calendars)

    async def calendar_of(
        self, tx: Transaction | None, application: Application
    ) -> WorkingCalendar:
        """The calendar of the clinic that decides: every day of an application is that clinic's."""
        return await self.calendar_at(tx, self.clinic_of(application))

    async def today(self, tx: Transaction | None, application: Application) -> date:
        """The day that it is at the clinic that decides."""
        return (await self.calendar_of(tx, application)).day_of(self.deps.now())

    def clinic_of(self, application: Application) -> str | None:
        """The clinic that decides; one that was filed before it named one has the former one."""
        return application.clinic.id if application.clinic else self.deps.settings.former_clinic

    async def choice(
        self, tx: Transaction | None, clinic_id: str | None, kind: CertificateType
    ) -> Choice:
        """A clinic, and why it cannot decide about certificates of this type today, if so (K6)."""
        calendar = await self.calendar_at(tx, clinic_id)
        return await self.known.choice(tx, clinic_id, kind, calendar.day_of(self.deps.now()))

    async def get(self, tx: Transaction, application_id: str) -> Application:
        """An application, for staff, events and timers.

        Raises:
            UnknownApplicationError: there is none.
        """
        return await self.store.get(tx, application_id, owner=None)

    async def for_doctor(self, tx: Transaction, application_id: str, doctor_id: str) -> Application:
        """An application of the clinic and the specialty of this doctor (K6).

        Raises:
            AccountBlockedError: the doctor's account is closed.
            DoctorUnknownError: the doctor's record is on its way.
            UnknownApplicationError: there is none at the doctor's clinics.
            OtherSpecialtyError: doctors of other specialties decide about this type.
        """
        await self.known.may_act(tx, doctor_id)
        found = await self.get(tx, application_id)
        doctor = await self.known.doctor(tx, doctor_id)
        if found.filed is None or self.clinic_of(found) not in doctor.clinics(Role.DOCTOR):
            raise UnknownApplicationError
        kind = await self.kind_of(found)
        if set(doctor.specialties).isdisjoint(kind.specialties):
            raise OtherSpecialtyError([SPECIALTIES[code] for code in kind.specialties])
        return found

    async def to_decide(self, tx: Transaction, application_id: str, doctor_id: str) -> Application:
        """An application, for a doctor who may decide about it; see `for_doctor`.

        Raises:
            OwnApplicationError: the doctor is the applicant.
        """
        found = await self.for_doctor(tx, application_id, doctor_id)
        await self.known.may_decide(tx, doctor_id, about=found.citizen_id)
        return found

    async def left(self, tx: Transaction, application: Application) -> frozenset[str]:
        """Those of its specialists who are no doctors of its clinic any more (C21, K9)."""
        clinic, made_by = self.clinic_of(application), {f.doctor_id for f in application.findings}
        known = [await self.known.store.staff.find(tx, id_) for id_ in sorted(made_by)]
        here = {d.account_id for d in known if d is not None and clinic in d.clinics(Role.DOCTOR)}
        return frozenset(made_by - here)

    async def time_claim(self, tx: Transaction, application: Application) -> None:
        """Let the claim end by itself."""
        if application.claim is not None:
            await tx.set_timer(CLAIM_TIMER, application.id, application.claim.until)

    async def save(
        self, tx: Transaction, before: Application, after: Application, *told: Data
    ) -> Application:
        """Write the application's next revision and the events that tell of it.

        Whoever may read the attachments hangs on the claim. So its end and its beginning are told
        here, last, for whatever reason they happen, and here it is said who may take it from the
        queue, when its deadline ends, its bill, its video visit and what else has to follow: no
        verb can forget them.
        """
        kind = await self.kind_of(after)
        await billing.follow(self.bills, tx, before, after, kind)
        queued = replace(after, waits_for=waits_for(after, kind))
        await self._time_deadline(tx, before, queued)
        of_visit = events.of_visit(before, queued, kind, self.deps.now())
        of_claim = events.of_claim(before, queued, kind)
        saved = await self.store.save(tx, queued, *told, *of_visit, *of_claim)
        for follower in self.followers:
            await follower.moved(tx, before, saved, kind)
        return saved

    async def bill(self, tx: Transaction, application: Application) -> Bill:
        """Make the next bill of an application that owes something (C18)."""
        return await billing.bill(self.bills, tx, application, await self.kind_of(application))

    async def _time_deadline(
        self, tx: Transaction, before: Application, after: Application
    ) -> None:
        """Have the deadline's next step taken when it is due, and no earlier."""
        ladder = self.ladder
        was, is_ = due_at(before, ladder), due_at(after, ladder)
        if is_ is not None and is_ != was:
            await tx.set_timer(DEADLINE_TIMER, after.id, is_)
        elif is_ is None and was is not None:
            await tx.cancel_timer(DEADLINE_TIMER, after.id)

    async def whose_turn(self, tx: Transaction | None, application: Application) -> Whose:
        """Whose turn it is, and whom to ask (X8)."""
        kind, clinic_id = await self.kind_of(application), self.clinic_of(application)
        clinic = await self.known.store.clinics.find(tx, clinic_id) if clinic_id else None
        return whose_turn(
            application,
            kind,
            clinic=clinic,
            support=self.support,
            calendar=await self.calendar_of(tx, application),
        )

    @property
    def ladder(self) -> Ladder:
        """How long is waited before each step after a missed deadline."""
        settings = self.deps.settings
        return Ladder(settings.support_after, settings.department_after, settings.reapply_after)

    @property
    def support(self) -> Office:
        """Whom a citizen can always turn to (n24)."""
        settings = self.deps.settings
        return Office("Служба поддержки", settings.hotline, settings.support_email)

    async def shown(
        self, tx: Transaction, application: Application, doctor_id: str, occasion: Shown
    ) -> Application:
        """Write into the owner's journal that a doctor is shown the application.

        In the transaction of what the answer tells: nobody is shown anything without the line.
        """
        doctor = await self.known.store.staff.find(tx, doctor_id)
        by = Looker(
            id=doctor_id,
            role=Role.DOCTOR,
            name=doctor.full_name if doctor else None,
            position=doctor.position if doctor else None,
            clinic_id=self.clinic_of(application),
        )
        await self.looked(tx, application, by, occasion)
        return application

    async def looked(
        self,
        tx: Transaction,
        application: Application,
        by: Looker,
        occasion: Shown,
        why: str | None = None,
    ) -> None:
        """The same for any member of staff."""
        subject = Subject(APPLICATION, application.id, application.citizen_id)
        await self.looks.record(tx, by, occasion, subject, why=why)
