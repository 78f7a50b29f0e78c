"""What is asked of hospitals and registers: domain → contract, for its one reader."""

from __future__ import annotations

from contracts import records as contract
from contracts.envelope import EncryptedPii
from services.certificates.known.domain.clinics import Issuer
from services.certificates.known.domain.people import Person
from services.certificates.records.domain.inquiries import Inquiry
from services.chassis.foundation.encryption import Encryption


def record_requested(
    inquiry: Inquiry, clinic: Issuer, person: Person, encryption: Encryption
) -> contract.RecordRequested:
    """A hospital is asked."""
    about = contract.RecordRequested.about(
        request_id=inquiry.id, application_id=inquiry.application_id, clinic_id=clinic.id
    )
    return contract.RecordRequested(
        request_id=inquiry.id,
        application_id=inquiry.application_id,
        clinic_id=clinic.id,
        clinic_number=clinic.number,
        period_from=inquiry.wanted.first,
        period_to=inquiry.wanted.last,
        kinds=tuple(contract.RecordKind(kind) for kind in inquiry.wanted.kinds),
        pii=EncryptedPii(jwe=encryption.encrypt(_sought(person), about=about)),
    )


def vaccinations_requested(
    inquiry: Inquiry, person: Person, encryption: Encryption
) -> contract.VaccinationsRequested:
    """The register of vaccinations is asked."""
    about = contract.VaccinationsRequested.about(
        request_id=inquiry.id, application_id=inquiry.application_id
    )
    return contract.VaccinationsRequested(
        request_id=inquiry.id,
        application_id=inquiry.application_id,
        pii=EncryptedPii(jwe=encryption.encrypt(_sought(person), about=about)),
    )


def _sought(person: Person) -> contract.SoughtPii:
    return contract.SoughtPii(
        last_name=person.last_name,
        first_name=person.first_name,
        middle_name=person.middle_name,
        birth_date=person.birth_date,
        snils=person.snils,
        oms=person.oms,
    )
