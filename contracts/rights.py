"""Who acts for whom, as identity says it: parents and guardians, and legal entities (I11, I12).

A right has one id from the moment it is asked for to its end. Whoever gets a token that acts for
another (RFC 8693 `act`) finds the right's id in it, and asks its own copy whether that is in force.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar

from contracts.envelope import Data, EncryptedPii, Moment, Pii
from contracts.identity import Contacts, PersonPii


class RightKind(StrEnum):
    """By what somebody acts for another."""

    PARENT = "parent"
    GUARDIAN = "guardian"
    ORGANISATION = "organisation"


class Scope(StrEnum):
    """What may be done for the other: a service each."""

    CERTIFICATES = "certificates"
    APPOINTMENTS = "appointments"


class ActingPii(Pii):
    """How both are called: a person by full name, a legal entity by its name."""

    representative_name: str
    subject_name: str


class RightGranted(Data):
    """One may act for another from now on, `until` then or until it is ended.

    `subject_id` is a citizen's account, or the organisation. `certificate_types` are the types
    that may be dealt with; none named: all.
    """

    TYPE: ClassVar[str] = "identity.right-granted.v1"
    right_id: str
    representative_id: str
    subject_id: str
    kind: RightKind
    scopes: tuple[Scope, ...]
    certificate_types: tuple[str, ...] = ()
    until: Moment | None = None
    pii: ActingPii


class RightEnded(Data):
    """It is over: no token that names this right opens anything any more."""

    TYPE: ClassVar[str] = "identity.right-ended.v1"
    right_id: str
    representative_id: str
    subject_id: str
    kind: RightKind
    reason_code: str
    pii: ActingPii


class RightRefused(Data):
    """What was asked for is not granted; `mismatches` names the fields where that is why."""

    TYPE: ClassVar[str] = "identity.right-refused.v1"
    right_id: str
    representative_id: str
    kind: RightKind
    reason_code: str
    mismatches: tuple[str, ...] = ()
    pii: ActingPii


class OfferPii(Contacts):
    """Who is asked to represent, and whom; the contact is as the head typed it."""

    subject_name: str


class RightOffered(Data):
    """A legal entity asks somebody to represent it; it is in force once that person accepts.

    The contact may have no account: the message is the same.
    """

    TYPE: ClassVar[str] = "identity.right-offered.v1"
    right_id: str
    subject_id: str
    kind: RightKind
    until: Moment | None = None
    expires_at: Moment
    pii: OfferPii


class ChildPii(Pii):
    """A person who is represented; numbers are digits without separators.

    `birth_certificate` is «I-АЮ 123456»: a Roman number, two Russian letters, six digits.
    """

    last_name: str
    first_name: str
    middle_name: str | None = None
    birth_date: date
    snils: str | None = None
    birth_certificate: str | None = None
    oms: str | None = None


class RepresentationPii(Pii):
    """Both people, as the registry is to find them."""

    representative: PersonPii
    child: ChildPii


class RepresentationSubmitted(Data):
    """Somebody says that they are a person's parent or guardian; the registry is to say whether."""

    TYPE: ClassVar[str] = "identity.representation-submitted.v1"
    PLAIN: ClassVar[type[Pii]] = RepresentationPii
    BOUND_TO: ClassVar[tuple[str, ...]] = ("right_id",)
    right_id: str
    kind: RightKind
    pii: EncryptedPii


class OrganisationPii(Pii):
    """A legal entity, and who says that they are its head."""

    name: str
    ogrn: str
    inn: str
    head: PersonPii


class OrganisationSubmitted(Data):
    """Somebody says that they head a legal entity; the registry is to say whether."""

    TYPE: ClassVar[str] = "identity.organisation-submitted.v1"
    PLAIN: ClassVar[type[Pii]] = OrganisationPii
    BOUND_TO: ClassVar[tuple[str, ...]] = ("organisation_id",)
    organisation_id: str
    pii: EncryptedPii


class OrganisationConfirmed(Data):
    """The registry agreed: the organisation is here, and this account is its head's."""

    TYPE: ClassVar[str] = "identity.organisation-confirmed.v1"
    organisation_id: str
    head_id: str
    name: str
    ogrn: str
    inn: str


class OrganisationRejected(Data):
    """The registry did not agree; `mismatches` names the fields."""

    TYPE: ClassVar[str] = "identity.organisation-rejected.v1"
    organisation_id: str
    head_id: str
    name: str
    mismatches: tuple[str, ...]
