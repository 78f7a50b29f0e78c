"""What the features above ask about records, and what follows when an application moves.

Everything happens in the transaction that moved it: an application that needs a record is never
filed without the question, and a decided one keeps nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from contracts.envelope import Data
from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.states import UNDECIDED, State
from services.certificates.catalogue.domain.catalogue import Catalogue, CertificateType
from services.certificates.deps import Deps
from services.certificates.known.actions import Known
from services.certificates.records import events
from services.certificates.records.domain.entries import Entry, wanted
from services.certificates.records.domain.inquiries import (
    Asked,
    Inquiry,
    asked_for,
    has_period,
    inquiry_id,
    wanted_by,
)
from services.certificates.records.store import RecordStore
from services.chassis.foundation.encryption import Encryption
from services.chassis.work.transactions import Fact, Transaction, new_event_id

ASK_TIMER = "record"
"""Asks again; its key is the inquiry."""
CHECK_TIMER = "automatic"
"""Decides about an application that stands in `checking`; its key is the application."""


@dataclass(frozen=True)
class Recorded:
    """What was asked for an application, and the entries that count."""

    inquiry: Inquiry
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Record:
    """Asks, keeps and forgets. Moves no application."""

    deps: Deps
    known: Known
    store: RecordStore
    hospitals: Encryption
    register: Encryption
    catalogue: Catalogue

    async def moved(
        self, tx: Transaction, before: Application, after: Application, kind: CertificateType
    ) -> None:
        """An application has moved: ask, hurry its check, or forget."""
        if after.state is before.state:
            return
        for asked in asked_for(kind):
            found = await self.store.inquiries.find(tx, inquiry_id(after.id, asked))
            if after.state in UNDECIDED:
                await self._want(tx, found, after, kind, asked)
            elif found is not None and not found.closed:
                await self._forget(tx, found)
        if before.state is State.CHECKING and after.state is not State.CHECKING:
            await tx.cancel_timer(CHECK_TIMER, after.id)

    async def found(
        self, tx: Transaction | None, application: Application, kind: CertificateType
    ) -> Recorded | None:
        """What was asked for it, and what came; None where nothing is asked."""
        for asked in asked_for(kind):
            inquiry = await self.store.inquiries.find(tx, inquiry_id(application.id, asked))
            if inquiry is not None and not inquiry.closed:
                return Recorded(inquiry, await self._entries(tx, inquiry))
        return None

    async def refuse_open(
        self, tx: Transaction, application: Application, kind: CertificateType
    ) -> None:
        """Refuse to release a certificate while differences are open (C24).

        Raises:
            DifferencesOpenError: no doctor has looked at them.
        """
        for asked in asked_for(kind):
            inquiry = await self.store.inquiries.find(tx, inquiry_id(application.id, asked))
            if inquiry is not None:
                inquiry.refuse_open()

    async def ask(self, tx: Transaction, inquiry: Inquiry, clinic_id: str | None) -> None:
        """Ask, or ask again, with a longer pause each time; until an answer comes or it is decided.

        While person or clinic are not known here nobody is asked, and it is tried again.
        """
        again = inquiry.asking(new_event_id())
        due = self.deps.now() + again.wait(self.deps.settings.record_retry)
        await tx.set_timer(ASK_TIMER, inquiry.id, due, {"clinic_id": clinic_id})
        person = await self.known.store.people.find(tx, inquiry.citizen_id)
        clinic = await self.known.store.clinics.find(tx, clinic_id) if clinic_id else None
        facts: list[Fact] = []
        if person and inquiry.asked is Asked.REGISTER:
            told: Data = events.vaccinations_requested(again, person, self.register)
            facts.append(Fact(again.questions[-1], told))
        elif person and clinic:
            told = events.record_requested(again, clinic.issuer, person, self.hospitals)
            facts.append(Fact(again.questions[-1], told))
        keep = self.store.inquiries.add if again.revision == 0 else self.store.inquiries.save
        await keep(tx, again, *facts)

    async def settle(self, tx: Transaction, inquiry: Inquiry, application: Application) -> None:
        """The answer is here: nobody asks any more, and whoever waits for it goes on."""
        await tx.cancel_timer(ASK_TIMER, inquiry.id)
        if application.state is State.CHECKING:
            await tx.set_timer(CHECK_TIMER, application.id, self.deps.now())

    async def _want(
        self,
        tx: Transaction,
        found: Inquiry | None,
        application: Application,
        kind: CertificateType,
        asked: Asked,
    ) -> None:
        clinic = application.clinic
        clinic_id = clinic.id if clinic else self.deps.settings.former_clinic
        calendar = await self.known.calendar_at(tx, clinic_id, self.catalogue.calendars)
        today, days = calendar.day_of(self.deps.now()), self.deps.settings.record_days
        wants = wanted_by(application, kind, asked, today=today, days=days)
        if found is None:
            id_ = inquiry_id(application.id, asked)
            found = Inquiry(id_, application.id, application.citizen_id, asked, wants)
        elif found.closed or (found.wanted != wants and _chosen(application, asked)):
            await self.store.drop(tx, found.parts)
            found = found.renewed(wants)
        if not found.questions:
            await self.ask(tx, found, clinic_id)
        await self._wait(tx, found, application)

    async def _wait(self, tx: Transaction, inquiry: Inquiry, application: Application) -> None:
        """An application without a doctor waits so long, and no longer."""
        if application.state is not State.CHECKING:
            return
        patience = timedelta() if inquiry.answer else self.deps.settings.record_patience
        await tx.set_timer(CHECK_TIMER, application.id, self.deps.now() + patience)

    async def _forget(self, tx: Transaction, inquiry: Inquiry) -> None:
        await tx.cancel_timer(ASK_TIMER, inquiry.id)
        await self.store.drop(tx, inquiry.parts)
        await self.store.inquiries.save(tx, inquiry.ended())

    async def _entries(self, tx: Transaction | None, inquiry: Inquiry) -> tuple[Entry, ...]:
        answer, wants = inquiry.answer, inquiry.wanted
        if answer is None or not answer.found:
            return ()
        parts = await self.store.parts(tx, inquiry.complete(answer.question) or [])
        entries = [entry for part in parts for entry in part.entries]
        return tuple(wanted(entries, wants.kinds, wants.first, wants.last))


def _chosen(application: Application, asked: Asked) -> bool:
    """Whether the citizen says for which days; else each day would be another question."""
    return asked is Asked.HOSPITAL and has_period(application)
