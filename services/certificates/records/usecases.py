"""What comes of the questions: answers are kept, unanswered ones asked again, doctors look."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from services.certificates.applications.actions import Cases
from services.certificates.applications.domain.application import Application
from services.certificates.applications.domain.classes import NO_HISTORY
from services.certificates.applications.domain.looks import Shown
from services.certificates.applications.domain.states import UNDECIDED, Actor, Move
from services.certificates.applications.domain.stations import slowed
from services.certificates.catalogue.domain.parts import Source
from services.certificates.deps import Deps
from services.certificates.known.actions import Known
from services.certificates.records.actions import Record, Recorded
from services.certificates.records.domain.entries import Entry, wanted
from services.certificates.records.domain.inquiries import Answer, HeardPart, Inquiry, part_id
from services.certificates.records.domain.matching import Patient, differences
from services.certificates.records.errors import NoRecordError, UnaskedAnswerError
from services.certificates.records.metrics import RecordMetrics
from services.certificates.records.store import RecordPart, RecordStore
from services.chassis.work.timers import Due
from services.chassis.work.transactions import Cause, Transaction

log = structlog.get_logger(__name__)

_UNKNOWN = "такого запроса не было"


@dataclass(frozen=True)
class Told:
    """A part of an answer as it was heard: about which inquiry, and what it says."""

    inquiry_id: str
    application_id: str
    heard: HeardPart
    found: bool
    patient: Patient | None
    entries: tuple[Entry, ...]

    @property
    def part(self) -> RecordPart:
        """As it is kept."""
        id_ = part_id(self.inquiry_id, self.heard)
        return RecordPart(id_, self.found, self.patient, self.entries)


@dataclass(frozen=True)
class Records:
    """An answer counts once, and only for a question that was asked."""

    deps: Deps
    cases: Cases
    known: Known
    store: RecordStore
    record: Record
    metrics: RecordMetrics

    async def note(self, told: Told, *, cause: Cause) -> None:
        """Keep a part of an answer; once all are here, whoever waits for it goes on.

        What comes late, or twice, changes nothing.

        Raises:
            UnaskedAnswerError: nobody asked, or the parts do not fit each other.
        """

        async def work(tx: Transaction) -> Inquiry | None:
            before = await self.store.inquiries.find(tx, told.inquiry_id)
            if before is None or before.application_id != told.application_id:
                raise UnaskedAnswerError(_UNKNOWN)
            after = before.hearing(told.heard)
            if after is None:
                log.info("an answer that nobody waits for", inquiry=before.id)
                return None
            await self.store.keep(tx, told.part)
            ids = after.complete(told.heard.question)
            if ids is None:
                await self.store.inquiries.save(tx, after)
                return None
            here = [i for i in ids if i != told.part.id]
            parts = [*await self.store.parts(tx, here), told.part]
            done = await self._answered(tx, after, told.heard.question, parts)
            application = await self._without(tx, done)
            await self.record.settle(tx, done, application)
            return done

        done = await self.deps.transactions.run(work, cause=cause)
        if done is not None:
            self.metrics.count(done)

    async def ask_again(self, due: Due) -> None:
        """No answer came in time: ask again, with a longer pause each time."""

        async def work(tx: Transaction) -> None:
            inquiry = await self.store.inquiries.find(tx, due.key)
            if inquiry is None or not inquiry.waits:
                return
            application = await self.cases.get(tx, inquiry.application_id)
            if application.state in UNDECIDED:
                await self.record.ask(tx, inquiry, due.payload["clinic_id"])

        await self.deps.transactions.run(work, cause=due)

    async def for_doctor(self, doctor_id: str, application_id: str) -> Recorded:
        """What the hospital or the register has, for the doctor who holds the claim (C24).

        Raises:
            NotYourReviewError: another doctor, or nobody, holds it.
            NoRecordError: nothing was asked, or it is gone.
        """

        async def work(tx: Transaction) -> Recorded:
            application, recorded = await self._held(tx, doctor_id, application_id)
            await self.cases.shown(tx, application, doctor_id, Shown.RECORD)
            return recorded

        return await self.deps.transactions.run(work)

    async def acknowledge(self, doctor_id: str, application_id: str) -> Recorded:
        """The doctor who holds the claim has seen the differences; its history says so (C24).

        Raises:
            NotYourReviewError: another doctor, or nobody, holds it.
            NoRecordError: nothing was asked, or it is gone.
        """

        async def work(tx: Transaction) -> Recorded:
            await self.cases.to_decide(tx, application_id, doctor_id)
            application, recorded = await self._held(tx, doctor_id, application_id)
            before = recorded.inquiry
            if not before.open_differences:
                return recorded
            now = self.deps.now()
            after = await self.store.inquiries.save(tx, before.acknowledging(doctor_id, now))
            labels = ", ".join(d.label for d in before.open_differences)
            noted = application.noted(
                Move.MATCH, actor=Actor.DOCTOR, actor_id=doctor_id, now=now, reason=labels
            )
            saved = await self.cases.save(tx, application, noted)
            await self.cases.shown(tx, saved, doctor_id, Shown.RECORD)
            return Recorded(after, recorded.entries)

        return await self.deps.transactions.run(work)

    async def for_citizen(self, citizen_id: str, application_id: str) -> Inquiry:
        """How far the question about their own application is.

        Raises:
            UnknownApplicationError: it is not theirs.
            NoRecordError: nothing was asked, or it is gone.
        """
        application = await self.cases.store.get(None, application_id, owner=citizen_id)
        kind = await self.cases.kind_of(application)
        recorded = await self.record.found(None, application, kind)
        if recorded is None:
            raise NoRecordError
        return recorded.inquiry

    async def _held(
        self, tx: Transaction, doctor_id: str, application_id: str
    ) -> tuple[Application, Recorded]:
        application = await self.cases.for_doctor(tx, application_id, doctor_id)
        application.held_by(doctor_id)
        kind = await self.cases.kind_of(application)
        recorded = await self.record.found(tx, application, kind)
        if recorded is None:
            raise NoRecordError
        return application, recorded

    async def _without(self, tx: Transaction, done: Inquiry) -> Application:
        """The application; where a doctor would have read a record, its lack takes longer (C16)."""
        before = await self.cases.get(tx, done.application_id)
        kind = await self.cases.kind_of(before)
        lacks = done.answer is not None and not done.answer.entries
        if not lacks or kind.source is not Source.DOCTOR or before.state not in UNDECIDED:
            return before
        calendar = await self.cases.calendar_of(tx, before)
        after = slowed(before, kind, NO_HISTORY, calendar=calendar, now=self.deps.now())
        return before if after is before else await self.cases.save(tx, before, after)

    async def _answered(
        self, tx: Transaction, inquiry: Inquiry, question: str, parts: list[RecordPart]
    ) -> Inquiry:
        """Held against the profile as it is now; what was not asked for does not count (C32)."""
        person = await self.known.store.people.find(tx, inquiry.citizen_id)
        patients = {part.patient for part in parts if part.patient is not None}
        found = all(part.found for part in parts) and bool(patients) and person is not None
        wants = inquiry.wanted
        entries = [entry for part in parts for entry in part.entries]
        kept = wanted(entries, wants.kinds, wants.first, wants.last)
        differing = [d for p in patients for d in differences(person, p)] if person else []
        answer = Answer(
            at=self.deps.now(),
            found=found,
            question=question,
            entries=len(kept) if found else 0,
            differences=tuple(dict.fromkeys(differing)),
        )
        return await self.store.inquiries.save(tx, inquiry.answered(answer))
