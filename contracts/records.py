"""What certificates asks of hospitals and of the register of vaccinations (C22, C23, C57)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar

from contracts.envelope import Data, EncryptedPii, Pii


class RecordKind(StrEnum):
    """What an entry of a hospital's record is (C57)."""

    EXAM = "exam"
    DIAGNOSIS = "diagnosis"
    PRESCRIPTION = "prescription"
    RESULT = "result"
    VACCINATION = "vaccination"


class SoughtPii(Pii):
    """Whose record is asked for, as the confirmed profile has it; numbers are digits."""

    last_name: str
    first_name: str
    middle_name: str | None = None
    birth_date: date
    snils: str | None = None
    oms: str | None = None


class RecordRequested(Data):
    """A clinic is asked for what its record has of a patient in a period (C23, C57).

    Nothing but the named kinds, and both days of the period count. Asked again, it is another
    event of the same `request_id`. `ehr.record-answered.v1` answers it.
    """

    TYPE: ClassVar[str] = "certificates.record-requested.v1"
    PLAIN: ClassVar[type[Pii]] = SoughtPii
    BOUND_TO: ClassVar[tuple[str, ...]] = ("request_id", "application_id", "clinic_id")
    request_id: str
    application_id: str
    clinic_id: str
    clinic_number: str
    period_from: date
    period_to: date
    kinds: tuple[RecordKind, ...]
    pii: EncryptedPii


class VaccinationsRequested(Data):
    """The register of vaccinations is asked for those of a person (C22).

    `registry.vaccinations-answered.v1` answers it.
    """

    TYPE: ClassVar[str] = "certificates.vaccinations-requested.v1"
    PLAIN: ClassVar[type[Pii]] = SoughtPii
    BOUND_TO: ClassVar[tuple[str, ...]] = ("request_id", "application_id")
    request_id: str
    application_id: str
    pii: EncryptedPii
