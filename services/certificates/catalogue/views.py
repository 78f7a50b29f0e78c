"""A type as everybody is shown it: complete (C1, C50). Words for people are Russian."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field

from contracts.specialties import SPECIALTIES
from services.certificates.catalogue.domain.calendar import Term
from services.certificates.catalogue.domain.catalogue import CertificateType
from services.certificates.catalogue.domain.forms import Condition, Kind
from services.certificates.catalogue.domain.forms import Field as FormField
from services.certificates.catalogue.domain.parts import (
    DELIVERY_LABELS,
    SLA_LABELS,
    SOURCE_LABELS,
    Need,
    Requirement,
    SlaClass,
    Source,
)


class OptionView(BaseModel):
    """A value to choose."""

    code: str
    title: str


class ConditionView(BaseModel):
    """Something belongs to the form only where that field has one of these values."""

    field: str
    among: list[str]

    @classmethod
    def of(cls, condition: Condition | None) -> Self | None:
        """From the domain."""
        return cls(field=condition.field, among=list(condition.among)) if condition else None


class FieldView(BaseModel):
    """A field of a form. `prefilled`: it comes from the confirmed profile; `editable`: or typed."""

    name: str
    label: str
    kind: Kind
    required: bool
    hint: str | None
    prefilled: bool
    editable: bool
    max_length: int
    pattern: str | None
    options: list[OptionView]
    default: str | None
    when: ConditionView | None = Field(description="Поле есть только при таких значениях другого.")

    @classmethod
    def of(cls, field: FormField) -> Self:
        """From the domain."""
        return cls(
            name=field.name,
            label=field.label,
            kind=field.kind,
            required=field.required,
            hint=field.hint,
            prefilled=field.prefill is not None,
            editable=field.editable,
            max_length=field.max_length,
            pattern=field.pattern,
            options=[OptionView(code=o.code, title=o.title) for o in field.options],
            default=field.default,
            when=ConditionView.of(field.when),
        )


class RequirementView(BaseModel):
    """A document that goes with the application.

    `need`: `submission` – nothing is accepted without it; `review` – it can follow, the deadline
    waits for it; `request` – only if the doctor asks for it.
    """

    code: str
    title: str
    need: Need
    hint: str | None
    media_types: list[str]
    max_bytes: int
    min_dpi: int | None
    max_files: int
    signed: bool = Field(description="Файл с квалифицированной подписью.")
    exemption: str | None = Field(description="Нужен только для этой льготы.")
    when: ConditionView | None = Field(description="Нужен только при таких значениях поля.")

    @classmethod
    def of(cls, requirement: Requirement, kind: CertificateType) -> Self:
        """From the domain."""
        proves = {e.proof: e.code for e in kind.exemptions}
        return cls(
            code=requirement.code,
            title=requirement.title,
            need=requirement.need,
            hint=requirement.hint,
            media_types=list(requirement.media_types),
            max_bytes=requirement.max_bytes,
            min_dpi=requirement.min_dpi,
            max_files=requirement.max_files,
            signed=requirement.signed,
            exemption=proves.get(requirement.code),
            when=ConditionView.of(requirement.when),
        )


class TermView(BaseModel):
    """How long it takes, by class, and by what is filled in."""

    sla_class: SlaClass
    label: str
    working_days: int | None
    hours: int | None
    minutes: int | None
    term: str = Field(examples=["3 раб. дн."])
    when: ConditionView | None = Field(description="Только для таких значений поля формы.")

    @classmethod
    def of(cls, sla: SlaClass, term: Term, when: Condition | None) -> Self:
        """From the domain."""
        return cls(
            sla_class=sla,
            label=SLA_LABELS[sla],
            working_days=term.working_days,
            hours=term.hours,
            minutes=term.minutes,
            term=term.label,
            when=ConditionView.of(when),
        )


class ExaminationView(BaseModel):
    """What one specialist examines, where a type asks for several (C21)."""

    code: str
    title: str
    specialties: list[OptionView]
    fields: list[FieldView]


class ExemptionView(BaseModel):
    """Who pays no fee, and by which document (C18)."""

    code: str
    title: str
    proof: str = Field(description="Код документа из requirements.")


class RowView(BaseModel):
    """A row of the printed form, and for which values it is printed at all (C32)."""

    key: str
    label: str
    when: ConditionView | None


class SourceView(BaseModel):
    """Whose word it rests on: a doctor's, or that of a register without any doctor."""

    code: Source
    title: str


class TypeSummary(BaseModel):
    """A certificate type in the list."""

    code: str
    title: str
    description: str
    fee_kopecks: int
    validity_months: int
    term: str

    @classmethod
    def of(cls, kind: CertificateType) -> Self:
        """From the domain."""
        return cls(
            code=kind.code,
            title=kind.title,
            description=kind.description,
            fee_kopecks=kind.fee_kopecks,
            validity_months=kind.validity_months,
            term=kind.term(SlaClass.STANDARD, {}).label,
        )


class TypeView(TypeSummary):
    """A certificate type, complete (C1, C50)."""

    version: int = Field(description="Заявление хранит версию, с которой начато.")
    since: datetime | None = Field(description="С какого времени действует эта версия.")
    printed_title: str
    source: SourceView
    video_visit: bool = Field(description="Нужен видеоприём.")
    pays_first: bool = Field(description="Рассматривается после оплаты.")
    uses_record: bool = Field(description="Клиника сверяет данные со своей базой.")
    express_kopecks: int | None = Field(description="Доплата за ускорение; нет – не ускоряется.")
    exemptions: list[ExemptionView]
    refund_on_refusal: bool
    refund_on_withdrawal: bool
    deciders: list[OptionView] = Field(description="Врачи каких специальностей принимают решение.")
    examinations: list[ExaminationView]
    deliveries: list[OptionView]
    terms: list[TermView]
    extra_check_below_dpi: int | None = Field(
        description="Скан с меньшим разрешением удлиняет срок до дополнительной проверки (e3)."
    )
    fields: list[FieldView]
    doctor_fields: list[FieldView]
    requirements: list[RequirementView]
    refusal_reasons: list[OptionView]
    printed: list[RowView] = Field(description="Что будет напечатано и для какой цели.")

    @classmethod
    def of(cls, kind: CertificateType, since: datetime | None = None) -> Self:
        """From the domain."""
        labels = dict(kind.rows())
        return cls(
            **TypeSummary.of(kind).model_dump(),
            version=kind.version,
            since=since,
            printed_title=kind.printed_title,
            source=SourceView(code=kind.source, title=SOURCE_LABELS[kind.source]),
            video_visit=kind.video_visit,
            pays_first=kind.pays_first,
            uses_record=kind.uses_record,
            express_kopecks=kind.express_kopecks,
            exemptions=[
                ExemptionView(code=e.code, title=e.title, proof=e.proof) for e in kind.exemptions
            ],
            refund_on_refusal=kind.refund_on_refusal,
            refund_on_withdrawal=kind.refund_on_withdrawal,
            deciders=_specialties(kind.deciders),
            examinations=[
                ExaminationView(
                    code=e.code,
                    title=e.title,
                    specialties=_specialties(e.specialties),
                    fields=[FieldView.of(f) for f in e.fields],
                )
                for e in kind.examinations
            ],
            deliveries=[OptionView(code=d, title=DELIVERY_LABELS[d]) for d in kind.deliveries],
            terms=[
                TermView.of(sla, term, when)
                for when, terms in kind.tables
                for sla, term in terms.items()
            ],
            extra_check_below_dpi=kind.extra_check_below_dpi,
            fields=[FieldView.of(f) for f in kind.fields],
            doctor_fields=[FieldView.of(f) for f in kind.doctor_fields],
            requirements=[RequirementView.of(r, kind) for r in kind.requirements],
            refusal_reasons=[OptionView(code=o.code, title=o.title) for o in kind.refusal_reasons],
            printed=[
                RowView(key=row.key, label=labels[row.key], when=ConditionView.of(row.when))
                for row in kind.printed
            ],
        )


def _specialties(codes: tuple[str, ...]) -> list[OptionView]:
    return [OptionView(code=code, title=SPECIALTIES[code]) for code in codes]
