"""What a type of certificate is made of: classes, documents, examinations, printed rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

from services.certificates.catalogue.domain.calendar import Term
from services.certificates.catalogue.domain.forms import Condition, Field


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
