"""What was asked about one application, and how far the answer is.

An answer counts once, and only for a question that was asked: each question has the id of its
event, and the parts of an answer name it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from services.certificates.applications.domain.application import Application
from services.certificates.catalogue.domain.catalogue import CertificateType
from services.certificates.catalogue.domain.parts import Source
from services.certificates.records.domain.entries import EntryKind, kinds_for
from services.certificates.records.domain.matching import Difference
from services.certificates.records.errors import DifferencesOpenError, UnaskedAnswerError
from services.chassis.foundation.dates import parse_day

PERIOD_FROM, PERIOD_TO = "period_from", "period_to"
"""The fields of a form that say for which days a record is wanted."""
LONGEST_WAIT = timedelta(hours=1)
_KEPT_QUESTIONS = 8
_EVER = date(1900, 1, 1)
_NEVER_ASKED = "такого запроса не было"
_OTHER_PARTS = "части ответа не сходятся"


class Asked(StrEnum):
    """Who is asked."""

    HOSPITAL = "hospital"
    REGISTER = "register"


def asked_for(kind: CertificateType) -> tuple[Asked, ...]:
    """Whom an application of this type needs an answer of."""
    if kind.source is Source.VACCINATIONS:
        return (Asked.REGISTER,)
    return (Asked.HOSPITAL,) if kind.uses_record or kind.source is Source.RECORD else ()


def inquiry_id(application_id: str, asked: Asked) -> str:
    """One inquiry of each for an application; asked again it is the same."""
    return f"{asked}-{application_id}"


@dataclass(frozen=True)
class Wanted:
    """Which entries, of which days."""

    first: date
    last: date
    kinds: tuple[EntryKind, ...]


def has_period(application: Application) -> bool:
    """Whether the form names the days itself."""
    return any(application.values.get(field) for field in (PERIOD_FROM, PERIOD_TO))


def wanted_by(
    application: Application, kind: CertificateType, asked: Asked, *, today: date, days: int
) -> Wanted:
    """What the form asks for; without a period of its own so many days back.

    Of a register everything that it has, since ever.
    """
    if asked is Asked.REGISTER:
        return Wanted(_EVER, today, (EntryKind.VACCINATION,))
    values = application.values
    first = parse_day(values.get(PERIOD_FROM, "")) or today - timedelta(days=days)
    last = parse_day(values.get(PERIOD_TO, "")) or today
    return Wanted(first, last, kinds_for(kind, values))


@dataclass(frozen=True)
class HeardPart:
    """A part of an answer that is kept: of which question, which of how many."""

    question: str
    part: int
    parts: int


@dataclass(frozen=True)
class Answer:
    """What came: whether the person is known there, as whom, and how many entries count."""

    at: datetime
    found: bool
    question: str
    entries: int
    differences: tuple[Difference, ...] = ()

    @property
    def enough(self) -> bool:
        """Whether it says something, of nobody else."""
        return self.found and self.entries > 0 and not self.differences


@dataclass(frozen=True)
class Acknowledged:
    """The doctor who has seen the differences, and when."""

    doctor_id: str
    at: datetime


@dataclass(frozen=True)
class Inquiry:
    """One question about an application to one system; closed when it is decided (C32)."""

    id: str
    application_id: str
    citizen_id: str
    asked: Asked
    wanted: Wanted
    questions: tuple[str, ...] = ()
    heard: tuple[HeardPart, ...] = ()
    answer: Answer | None = None
    acknowledged: Acknowledged | None = None
    closed: bool = False
    revision: int = 0
    version: int = 0

    @property
    def waits(self) -> bool:
        """Whether an answer is still wanted."""
        return not self.closed and self.answer is None

    @property
    def parts(self) -> list[str]:
        """The ids of the parts that are kept."""
        return [part_id(self.id, heard) for heard in self.heard]

    def asking(self, question: str) -> Inquiry:
        """With one question more; so many of the last ones may still be answered."""
        return replace(self, questions=(*self.questions, question)[-_KEPT_QUESTIONS:])

    def wait(self, retry: timedelta) -> timedelta:
        """After which time it is asked again."""
        doubled: timedelta = retry * 2 ** max(len(self.questions) - 1, 0)
        return min(doubled, LONGEST_WAIT)

    def renewed(self, wanted: Wanted) -> Inquiry:
        """Asked anew, for something else or after it was closed: older answers do not count."""
        return replace(
            self,
            wanted=wanted,
            questions=(),
            heard=(),
            answer=None,
            acknowledged=None,
            closed=False,
        )

    def ended(self) -> Inquiry:
        """Decided: nothing of what was answered stays (C32)."""
        return replace(self, questions=(), heard=(), answer=None, acknowledged=None, closed=True)

    def hearing(self, part: HeardPart) -> Inquiry | None:
        """With one part more; None where it says nothing new: late, or heard before.

        Raises:
            UnaskedAnswerError: nobody asked that, or the parts do not fit each other.
        """
        if not self.waits:
            return None
        if part.question not in self.questions:
            raise UnaskedAnswerError(_NEVER_ASKED)
        before = [h for h in self.heard if h.question == part.question]
        if part.part > part.parts or any(h.parts != part.parts for h in before):
            raise UnaskedAnswerError(_OTHER_PARTS)
        if part in before:
            return None
        return replace(self, heard=(*self.heard, part))

    def complete(self, question: str) -> list[str] | None:
        """The ids of all parts of that answer, in order, once they are here."""
        found = sorted(
            (h for h in self.heard if h.question == question), key=lambda heard: heard.part
        )
        if not found or len(found) < found[0].parts:
            return None
        return [part_id(self.id, heard) for heard in found]

    def answered(self, answer: Answer) -> Inquiry:
        """With its answer; parts of answers to other questions are not kept track of any more."""
        return replace(self, answer=answer)

    def acknowledging(self, doctor_id: str, now: datetime) -> Inquiry:
        """A doctor has seen the differences and takes the patient for the same person (C24)."""
        return replace(self, acknowledged=Acknowledged(doctor_id, now))

    @property
    def open_differences(self) -> tuple[Difference, ...]:
        """What nobody has looked at yet."""
        if self.answer is None or self.acknowledged is not None:
            return ()
        return self.answer.differences

    def refuse_open(self) -> None:
        """Refuse while differences are open.

        Raises:
            DifferencesOpenError: they are.
        """
        if self.open_differences:
            raise DifferencesOpenError([d.label for d in self.open_differences])


def part_id(inquiry: str, heard: HeardPart) -> str:
    """A part of an answer is kept under it."""
    return f"{inquiry}:{heard.question}:{heard.part}"


ASKED_LABELS: Mapping[Asked, str] = {
    Asked.HOSPITAL: "база клиники",
    Asked.REGISTER: "реестр прививок",
}
