"""What is told of organisations: to the register, to their heads, and to whom they ask."""

from __future__ import annotations

from contracts import rights as contract
from contracts.envelope import EncryptedPii
from services.chassis.foundation.encryption import Encryption
from services.identity.accounts.domain import Contact, Person
from services.identity.organisations.domain import Organisation
from services.identity.profiles.events import person_pii
from services.identity.representations.domain import Representation


def submitted(
    asked: Organisation, head: Person, encryption: Encryption
) -> contract.OrganisationSubmitted:
    """The register is to say whether this is so."""
    pii = contract.OrganisationPii(
        name=asked.name, ogrn=asked.ogrn, inn=asked.inn, head=person_pii(head)
    )
    about = contract.OrganisationSubmitted.about(organisation_id=asked.id)
    return contract.OrganisationSubmitted(
        organisation_id=asked.id, pii=EncryptedPii(jwe=encryption.encrypt(pii, about=about))
    )


def confirmed(organisation: Organisation) -> contract.OrganisationConfirmed:
    """The register agreed."""
    return contract.OrganisationConfirmed(
        organisation_id=organisation.id,
        head_id=organisation.head_id,
        name=organisation.name,
        ogrn=organisation.ogrn,
        inn=organisation.inn,
    )


def rejected(organisation: Organisation) -> contract.OrganisationRejected:
    """It did not."""
    return contract.OrganisationRejected(
        organisation_id=organisation.id,
        head_id=organisation.head_id,
        name=organisation.name,
        mismatches=organisation.mismatches,
    )


def offered(right: Representation, *contacts: Contact) -> contract.RightOffered:
    """Somebody is asked to represent the organisation, by these contacts."""
    by = {contact.channel.value: contact.address for contact in contacts}
    assert right.offer is not None  # noqa: S101 - for the types: what is offered has one
    return contract.RightOffered(
        right_id=right.id,
        subject_id=right.subject_id or "",
        kind=contract.RightKind(right.kind),
        until=right.until,
        expires_at=right.offer.expires_at,
        pii=contract.OfferPii(
            phone=by.get("sms"), email=by.get("email"), subject_name=right.subject_name
        ),
    )
