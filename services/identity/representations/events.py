"""What is told of a representation: to the registry, and to everybody."""

from __future__ import annotations

from contracts import rights as contract
from contracts.envelope import EncryptedPii
from services.chassis.foundation.encryption import Encryption
from services.identity.accounts.domain import Person
from services.identity.profiles.events import person_pii
from services.identity.representations.domain import Representation


def submitted(
    asked: Representation, child: Person, representative: Person, encryption: Encryption
) -> contract.RepresentationSubmitted:
    """The registry is to say whether this is so."""
    pii = contract.RepresentationPii(
        representative=person_pii(representative),
        child=contract.ChildPii(
            last_name=child.last_name,
            first_name=child.first_name,
            middle_name=child.middle_name,
            birth_date=child.birth_date,
            snils=child.snils,
            birth_certificate=child.birth_certificate,
            oms=child.oms,
        ),
    )
    about = contract.RepresentationSubmitted.about(right_id=asked.id)
    return contract.RepresentationSubmitted(
        right_id=asked.id,
        kind=contract.RightKind(asked.kind),
        pii=EncryptedPii(jwe=encryption.encrypt(pii, about=about)),
    )


def granted(right: Representation) -> contract.RightGranted:
    """It is in force."""
    return contract.RightGranted(
        right_id=right.id,
        representative_id=right.representative_id or "",
        subject_id=right.subject_id or "",
        kind=contract.RightKind(right.kind),
        scopes=tuple(contract.Scope(scope) for scope in right.scopes),
        certificate_types=right.certificate_types,
        until=right.until,
        pii=_names(right),
    )


def ended(right: Representation) -> contract.RightEnded:
    """It is over."""
    return contract.RightEnded(
        right_id=right.id,
        representative_id=right.representative_id or "",
        subject_id=right.subject_id or "",
        kind=contract.RightKind(right.kind),
        reason_code=right.reason or "",
        pii=_names(right),
    )


def refused(right: Representation) -> contract.RightRefused:
    """It is not granted."""
    return contract.RightRefused(
        right_id=right.id,
        representative_id=right.representative_id or "",
        kind=contract.RightKind(right.kind),
        reason_code=right.reason or "",
        mismatches=right.mismatches,
        pii=_names(right),
    )


def _names(right: Representation) -> contract.ActingPii:
    return contract.ActingPii(
        representative_name=right.representative_name or "", subject_name=right.subject_name
    )
