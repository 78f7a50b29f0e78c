"""What can be applied for, as data: certificate types and consent texts (C1, C2).

A new type is a new text and no code. What is wrong in one is said by `faults` before anybody may
apply for it, so it stops who writes it, not a citizen in the middle.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from services.certificates.catalogue.domain.calendar import Calendars, Term, WorkingCalendar
from services.certificates.catalogue.domain.consents import ConsentText
from services.certificates.catalogue.domain.forms import Condition, Field, Option
from services.certificates.catalogue.domain.parts import (
    SYSTEM_ROWS,
    Delivery,
    Examination,
    Exemption,
    PrintedRow,
    Requirement,
    SlaClass,
    Source,
    TermsWhen,
)
from services.certificates.catalogue.errors import UnknownTypeError

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
