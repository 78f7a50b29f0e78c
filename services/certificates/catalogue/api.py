"""The catalogue: what can be applied for, and the consent text. For everybody."""

from __future__ import annotations

from typing import Annotated, Self

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from contracts.specialties import SPECIALTIES
from services.certificates.catalogue.domain.calendar import Term
from services.certificates.catalogue.domain.catalogue import (
    DELIVERY_LABELS,
    SLA_LABELS,
    Catalogue,
    CertificateType,
    Need,
    SlaClass,
)
from services.certificates.catalogue.domain.forms import Condition, Kind
from services.certificates.catalogue.domain.forms import Field as FormField
from services.chassis.foundation.text import line
from services.chassis.foundation.typed import Id, Tidied
from services.chassis.http.facilities import facility
from services.chassis.http.headers import cacheable

router = APIRouter(prefix="/v1", tags=["Каталог справок"], dependencies=[Depends(cacheable(60))])
UseCatalogue = Annotated[Catalogue, Depends(facility(Catalogue))]


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


class TermView(BaseModel):
    """How long it takes, by class."""

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

    printed_title: str
    deciders: list[OptionView] = Field(description="Врачи каких специальностей принимают решение.")
    deliveries: list[OptionView]
    terms: list[TermView]
    fields: list[FieldView]
    doctor_fields: list[FieldView]
    requirements: list[RequirementView]
    refusal_reasons: list[OptionView]

    @classmethod
    def of(cls, kind: CertificateType) -> Self:
        """From the domain."""
        return cls(
            **TypeSummary.of(kind).model_dump(),
            printed_title=kind.printed_title,
            deciders=[OptionView(code=c, title=SPECIALTIES[c]) for c in kind.deciders],
            deliveries=[OptionView(code=d, title=DELIVERY_LABELS[d]) for d in kind.deliveries],
            terms=[
                TermView.of(sla, term, when)
                for when, terms in (
                    (None, kind.terms),
                    *((other.when, other.terms) for other in kind.terms_when),
                )
                for sla, term in terms.items()
            ],
            fields=[FieldView.of(f) for f in kind.fields],
            doctor_fields=[FieldView.of(f) for f in kind.doctor_fields],
            requirements=[
                RequirementView(
                    code=r.code,
                    title=r.title,
                    need=r.need,
                    hint=r.hint,
                    media_types=list(r.media_types),
                    max_bytes=r.max_bytes,
                    min_dpi=r.min_dpi,
                )
                for r in kind.requirements
            ],
            refusal_reasons=[OptionView(code=o.code, title=o.title) for o in kind.refusal_reasons],
        )


class TypeList(BaseModel):
    """What the catalogue has."""

    items: list[TypeSummary]


class ConsentView(BaseModel):
    """The text that is agreed to at submission (C11)."""

    version: str
    title: str
    text: str


Search = Annotated[str, Query(description="Слова из названия."), Tidied(line, longest=200)]


@router.get("/types", summary="Найти справку по названию")
async def find_types(catalogue: UseCatalogue, query: Search = "") -> TypeList:
    """Certificate types whose name has every word of the query (C3); all without one."""
    return TypeList(items=[TypeSummary.of(kind) for kind in catalogue.search(query)])


@router.get("/types/{code}", summary="Всё о справке")
async def one_type(code: Id, catalogue: UseCatalogue) -> TypeView:
    """Fields, documents, deadlines, fee, delivery ways, validity."""
    return TypeView.of(catalogue.type(code))


@router.get("/consent", summary="Текст согласия на обработку персональных данных")
async def consent(catalogue: UseCatalogue) -> ConsentView:
    """The current version."""
    text = catalogue.consent
    return ConsentView(version=text.version, title=text.title, text=text.text)
