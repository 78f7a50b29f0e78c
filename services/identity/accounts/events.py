"""What is told of a confirmed person to scheduling alone: all that a clinic needs (A36, E9)."""

from __future__ import annotations

from contracts.envelope import EncryptedPii
from contracts.identity import Category
from contracts.patients import Paper, PatientConfirmed, PatientPapersPii
from contracts.patients import TemporaryPolicy as Policy
from services.chassis.foundation.encryption import Encryption
from services.identity.accounts.domain import CONFIRMED, Account


def patient_confirmed(account: Account, encryption: Encryption) -> tuple[PatientConfirmed, ...]:
    """The person as a patient; nothing of whom the registry has not confirmed."""
    person = account.profile.person if account.profile else None
    if person is None or account.level != CONFIRMED:
        return ()
    temporary = account.temporary_policy
    pii = PatientPapersPii(
        phone=account.proved_phone,
        email=account.proved_email,
        last_name=person.last_name,
        first_name=person.first_name,
        middle_name=person.middle_name,
        birth_date=person.birth_date,
        gender=person.gender,
        snils=person.snils,
        oms=person.oms,
        registration_address=person.registration_address,
        temporary_policy=(
            Policy(number=temporary.number, valid_until=temporary.valid_until)
            if temporary
            else None
        ),
    )
    about = PatientConfirmed.about(account_id=account.id)
    return (
        PatientConfirmed(
            account_id=account.id,
            category=Category(person.category),
            papers=tuple(paper for paper in Paper if getattr(person, paper) is not None),
            pii=EncryptedPii(jwe=encryption.encrypt(pii, about=about)),
        ),
    )
