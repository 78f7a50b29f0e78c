"""What identity says of people as patients: to scheduling alone, and why a profile was rejected."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import ClassVar

from contracts.envelope import Data, EncryptedPii, Part
from contracts.identity import Category, NamePii

MISMATCHES: Mapping[str, str] = {
    "policy-invalid": "Полиса ОМС с таким номером нет",
    "policy-expired": "Срок действия полиса ОМС истёк",
    "policy-not-linked": "Полис ОМС не привязан к этому человеку",
    "name-mismatch": "Фамилия, имя или отчество не такие, как в паспорте",
    "birth-date-mismatch": "Дата рождения не такая, как в документах",
    "snils-mismatch": "СНИЛС не этого человека",
    "inn-mismatch": "ИНН не этого человека",
    "passport-mismatch": "Паспорт не этого человека",
    "certificate-not-linked": "Электронный сертификат или документ к человеку не привязан",
}
"""Why the registry does not agree: code → title in Russian. A code is added, never renamed."""


class Paper(StrEnum):
    """By which papers a person is known."""

    OMS = "oms"
    SNILS = "snils"
    PASSPORT = "passport"
    INN = "inn"
    BIRTH_CERTIFICATE = "birth_certificate"


class TemporaryPolicy(Part):
    """A number that stands for a policy until its last day, activated by support (A25)."""

    number: str
    valid_until: date


class PatientPapersPii(NamePii):
    """What a clinic needs to enter a visit (A36); contacts are those that were proved."""

    birth_date: date
    gender: str | None = None
    snils: str | None = None
    oms: str | None = None
    registration_address: str | None = None
    temporary_policy: TemporaryPolicy | None = None


class PatientConfirmed(Data):
    """A confirmed person as a patient; told again whenever something of it changes."""

    TYPE: ClassVar[str] = "identity.patient-confirmed.v1"
    PLAIN: ClassVar[type[PatientPapersPii]] = PatientPapersPii
    BOUND_TO: ClassVar[tuple[str, ...]] = ("account_id",)
    account_id: str
    category: Category
    papers: tuple[Paper, ...]
    pii: EncryptedPii


class TemporaryPolicyActivated(Data):
    """Support gave a citizen a temporary insurance number (A25); its number is in their profile."""

    TYPE: ClassVar[str] = "identity.temporary-policy-activated.v1"
    account_id: str
    valid_until: date
