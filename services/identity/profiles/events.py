"""What is told of a profile: to the registry, to everybody, and to those who need the papers.

Contacts are told only once their owner has proved them (I16): a mistyped e-mail is somebody else's.
"""

from __future__ import annotations

from dataclasses import dataclass

from contracts import identity as contract
from contracts.envelope import Data, EncryptedPii
from services.chassis.foundation.encryption import Encryption
from services.identity.accounts.domain import Account, Person, Profile
from services.identity.accounts.events import patient_confirmed


@dataclass(frozen=True)
class Readers:
    """Who is told of papers, each in a topic that nobody else can read."""

    certificates: Encryption
    scheduling: Encryption


def profile_submitted(
    account_id: str, profile: Profile, encryption: Encryption
) -> contract.ProfileSubmittedV2:
    """The registry is to compare. It gets no contacts: it needs none."""
    person = profile.person
    about = contract.ProfileSubmittedV2.about(account_id=account_id)
    return contract.ProfileSubmittedV2(
        account_id=account_id,
        revision=profile.submission,
        category=contract.Category(person.category),
        pii=EncryptedPii(jwe=encryption.encrypt(person_pii(person), about=about)),
    )


def person_pii(person: Person) -> contract.PersonPii:
    """A person as the registry is to find them."""
    return contract.PersonPii(
        last_name=person.last_name,
        first_name=person.first_name,
        middle_name=person.middle_name,
        birth_date=person.birth_date,
        snils=person.snils,
        inn=person.inn,
        oms=person.oms,
        passport=_passport(person),
    )


def _passport(person: Person) -> contract.Passport | None:
    passport = person.passport
    return contract.Passport(series=passport.series, number=passport.number) if passport else None


def confirmed(account: Account, person: Person, readers: Readers) -> tuple[Data, ...]:
    """The registry agreed: a name for everybody, papers for those who need them."""
    category = contract.Category(person.category)
    name = contract.NamePii(
        phone=account.proved_phone,
        email=account.proved_email,
        last_name=person.last_name,
        first_name=person.first_name,
        middle_name=person.middle_name,
    )
    papers = contract.PapersPii(
        last_name=person.last_name,
        first_name=person.first_name,
        middle_name=person.middle_name,
        birth_date=person.birth_date,
        snils=person.snils,
        oms=person.oms,
        passport=_passport(person),
        gender=person.gender,
        registration_address=person.registration_address,
    )
    about = contract.PapersConfirmed.about(account_id=account.id)
    return (
        contract.ProfileConfirmedV2(account_id=account.id, category=category, pii=name),
        contract.PapersConfirmed(
            account_id=account.id,
            category=category,
            pii=EncryptedPii(jwe=readers.certificates.encrypt(papers, about=about)),
        ),
        *patient_confirmed(account, readers.scheduling),
    )


def profile_rejected(account_id: str, profile: Profile) -> contract.ProfileRejected:
    """The registry did not agree."""
    return contract.ProfileRejected(
        account_id=account_id, mismatches=profile.mismatches, reasons=profile.reasons
    )
