"""What can be applied for, as data: certificate types and consent texts (C1, C2).

A new type is a new text and no code. What is wrong in one is said by `faults` before anybody may
apply for it, so it stops who writes it, not a citizen in the middle.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

from services.certificates.catalogue.domain.calendar import Calendars, Term, WorkingCalendar
from services.certificates.catalogue.domain.consents import ConsentText
from services.certificates.catalogue.domain.forms import Condition, Field, Option
from services.certificates.catalogue.errors import UnknownTypeError


class Delivery(StrEnum):
    """How the citizen gets the certificate."""

    ACCOUNT = "account"
    POST = "post"
    MFC = "mfc"


class SlaClass(StrEnum):
    """Deadline class (d2)."""

    EXPRESS = "express"
    STANDARD = "standard"
    EXTRA_CHECK = "extra-check"


DELIVERY_LABELS: Mapping[Delivery, str] = {
    Delivery.ACCOUNT: "Электронный документ в личном кабинете",
    Delivery.POST: "Печатный экземпляр по почте",
    Delivery.MFC: "Печатный экземпляр в МФЦ",
}
SLA_LABELS: Mapping[SlaClass, str] = {
    SlaClass.EXPRESS: "Ускоренное рассмотрение",
    SlaClass.STANDARD: "Обычное рассмотрение",
    SlaClass.EXTRA_CHECK: "Рассмотрение с дополнительной проверкой",
}


class Source(StrEnum):
    """Whose word the certificate rests on: a doctor's, or a register's without any doctor.

    `vaccinations` is the register of vaccinations (C22), `record` the hospital's own (C23).
    """

    DOCTOR = "doctor"
    VACCINATIONS = "vaccinations"
    RECORD = "record"


SOURCE_LABELS: Mapping[Source, str] = {
    Source.DOCTOR: "Выдаёт врач после рассмотрения",
    Source.VACCINATIONS: "Составляется автоматически по реестру прививок",
    Source.RECORD: "Составляется автоматически по данным клиники",
}


class Need(StrEnum):
    """When a document has to be there.

    `submission`: without it nothing is accepted. `review`: the application is accepted, and the
    document asked for with the clock paused (C10, e4). `request`: only if the doctor asks for it.
    """

    SUBMISSION = "submission"
    REVIEW = "review"
    REQUEST = "request"


@dataclass(frozen=True)
class Requirement:
    """A document that goes with the application, and what its file has to be (d1)."""

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    code: str
    title: str
    need: Need
    hint: str | None = None
    purpose: str | None = None
    media_types: tuple[str, ...] = ("application/pdf", "image/jpeg", "image/png")
    max_bytes: int = 5 * 1024 * 1024
    min_dpi: int | None = None
    max_files: int = 5
    signed: bool = False
    when: Condition | None = None


@dataclass(frozen=True)
class Exemption:
    """A category that pays no fee; `proof` is the requirement that shows it (C18, d8)."""

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    code: str
    title: str
    proof: str


@dataclass(frozen=True)
class Examination:
    """What one specialist examines and writes down, where a type asks for several (C21)."""

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    code: str
    title: str
    specialties: tuple[str, ...]
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class PrintedRow:
    """One row of the printed form: what its key names, and how it is called.

    A field; an examination (what was found at it, by whom and when); one of `SYSTEM_ROWS`.

    `when`: only for these purposes is the row printed at all (C32).
    """

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    key: str
    label: str | None = None
    when: Condition | None = None


@dataclass(frozen=True)
class TermsWhen:
    """Other terms for a form that is filled in so: a school waits longer than an employer (n6)."""

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    when: Condition
    terms: Mapping[SlaClass, Term]


SYSTEM_ROWS: Mapping[str, str] = {
    "number": "Номер справки",
    "issued_on": "Дата выдачи",
    "valid_until": "Действительна до",
    "full_name": "Фамилия, имя, отчество",
    "tests": "Представленные исследования",
    "doctor": "Врач",
    "organisation": "Медицинская организация",
    "organisation_address": "Адрес организации",
    "organisation_details": "Реквизиты организации",
    "tracking_number": "Номер заявления",
}


ACT = "act"
"""What stands beside the doctor's fields in an approval."""


@dataclass(frozen=True)
class CertificateType:
    """One kind of certificate, complete: what the citizen and the doctor fill in, and the rules.

    `deciders`: the codes of the specialties whose doctors decide about it (K6).
    `extra_check_below_dpi`: a scan below it moves the application to the class extra-check (e3).
    `pays_first`: nobody works on it before the fee is paid. `express_kopecks`: what the class
    express costs beside the fee; None where there is none (C16). `uses_record`: the hospital is
    asked for the patient's record. `refund_…`: whether a fee goes back then.
    """

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    code: str
    title: str
    printed_title: str
    description: str
    keywords: tuple[str, ...]
    fee_kopecks: int
    deliveries: tuple[Delivery, ...]
    validity_months: int
    terms: Mapping[SlaClass, Term]
    fields: tuple[Field, ...]
    doctor_fields: tuple[Field, ...]
    requirements: tuple[Requirement, ...]
    refusal_reasons: tuple[Option, ...]
    printed: tuple[PrintedRow, ...]
    deciders: tuple[str, ...]
    extra_check_below_dpi: int | None = None
    version: int = 1
    terms_when: tuple[TermsWhen, ...] = ()
    source: Source = Source.DOCTOR
    examinations: tuple[Examination, ...] = ()
    video_visit: bool = False
    uses_record: bool = False
    pays_first: bool = False
    express_kopecks: int | None = None
    exemptions: tuple[Exemption, ...] = ()
    refund_on_refusal: bool = True
    refund_on_withdrawal: bool = True

    def asks(
        self, requirement: Requirement, values: Mapping[str, str], exemption: str | None
    ) -> bool:
        """Whether that document goes with a form that is filled in so."""
        proves = {e.proof: e.code for e in self.exemptions}
        if requirement.code in proves and proves[requirement.code] != exemption:
            return False
        return requirement.when is None or requirement.when.met(values)

    def due(self, *, express: bool, exemption: str | None) -> int:
        """What an application costs, in kopecks: nothing of the fee for who is exempt (d8)."""
        fee = 0 if exemption is not None else self.fee_kopecks
        return fee + (self.express_kopecks or 0 if express else 0)

    def lengthens(self, dpi: int | None) -> bool:
        """Whether a scan of this resolution moves the application to the class extra-check (e3)."""
        limit = self.extra_check_below_dpi
        return limit is not None and dpi is not None and dpi < limit

    @property
    def field_by_name(self) -> Mapping[str, Field]:
        """The fields of the citizen, of the specialists and of the doctor who decides."""
        examined = (f for e in self.examinations for f in e.fields)
        return {f.name: f for f in (*self.fields, *examined, *self.doctor_fields)}

    @property
    def specialties(self) -> tuple[str, ...]:
        """Whose doctors work on it: those who examine, and those who decide."""
        examining = (code for e in self.examinations for code in e.specialties)
        return tuple(dict.fromkeys((*examining, *self.deciders)))

    def requirement(self, code: str) -> Requirement | None:
        """The requirement of that code."""
        return next((r for r in self.requirements if r.code == code), None)

    def examination(self, code: str) -> Examination | None:
        """The examination of that code."""
        return next((e for e in self.examinations if e.code == code), None)

    def term(self, sla: SlaClass, values: Mapping[str, str]) -> Term:
        """The term of a class for a form that is filled in so.

        A class without its own has the standard one.
        """
        others = (other.terms for other in self.terms_when if other.when.met(values))
        terms = next(others, self.terms)
        return terms.get(sla, terms[SlaClass.STANDARD])

    @property
    def tables(self) -> Sequence[tuple[Condition | None, Mapping[SlaClass, Term]]]:
        """All terms, and for which values they are."""
        return [(None, self.terms), *((other.when, other.terms) for other in self.terms_when)]

    def rows(self) -> Sequence[tuple[str, str]]:
        """Key and label of each row that may be printed."""
        return self._labelled(self.printed)

    def rows_for(self, values: Mapping[str, str]) -> Sequence[tuple[str, str]]:
        """Key and label of each row that is printed for a form that is filled in so (C32)."""
        return self._labelled([r for r in self.printed if r.when is None or r.when.met(values)])

    def _labelled(self, rows: Sequence[PrintedRow]) -> Sequence[tuple[str, str]]:
        return [(row.key, self._label_of(row) or row.key) for row in rows]

    def _label_of(self, row: PrintedRow) -> str | None:
        field, examination = self.field_by_name.get(row.key), self.examination(row.key)
        known = field.label if field else examination.title if examination else None
        return row.label or known or SYSTEM_ROWS.get(row.key)


@dataclass(frozen=True)
class Catalogue:
    """All data files together; what there is now of the types, `actions.Types` knows."""

    types: Mapping[str, CertificateType]
    texts: Mapping[str, str]
    consents: tuple[ConsentText, ...]
    calendars: Calendars

    @property
    def calendar(self) -> WorkingCalendar:
        """Of what belongs to no clinic: the citizen's own limits."""
        return self.calendars.of()

    @property
    def consent(self) -> ConsentText:
        """The version that is asked for now: the last one."""
        return self.consents[-1]

    def type(self, code: str) -> CertificateType:
        """The type of that code.

        Raises:
            UnknownTypeError: there is none.
        """
        found = self.types.get(code)
        if found is None:
            raise UnknownTypeError
        return found
