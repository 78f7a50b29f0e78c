"""Sealed documents: what one goes through from its order to its PDF, and when it is void. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from services.documents.access.domain.content import MediaType, clean_name
from services.documents.sealed.errors import AnothersDocumentError, NotSealedYetError
from services.documents.uploads.domain.signatures import (
    CheckedSignature,
    Finding,
    Known,
    OwnDocument,
    Standing,
)

_ZONE = ZoneInfo("Europe/Moscow")
"""Where certificates count their days (the calendar of their catalogue)."""

TALON_FORM, TALON_TITLE = "talon", "Талон на приём к врачу"


class Kind(StrEnum):
    """What a sealed document is. Events call a receipt a certificate, and say more beside it."""

    CERTIFICATE = "certificate"
    RECEIPT = "receipt"
    TALON = "talon"


class State(StrEnum):
    """A document is queued once and ends in one of the two others."""

    QUEUED = "queued"
    SEALED = "sealed"
    FAILED = "failed"


@dataclass(frozen=True)
class Line:
    """One printed row."""

    key: str
    label: str
    value: str


@dataclass(frozen=True)
class Organisation:
    """Who issues: printed at the top of every certificate, as it was at issue (C31)."""

    name: str
    details: str


@dataclass(frozen=True)
class Approved:
    """A doctor's decision: the digest of what they signed for, their act (a JWT), and when."""

    digest: str
    act: str | None
    at: datetime


@dataclass(frozen=True)
class Order:
    """What to print and who signs. Forgotten once the document is sealed: the PDF has it (C32)."""

    form: str
    title: str
    lines: tuple[Line, ...]
    issued_on: date
    check_url: str
    doctor_id: str | None
    organisation_id: str | None = None
    """The clinic whose seal it gets; None of orders that were queued before clinics sealed."""
    issuer: Organisation | None = None
    approved: Approved | None = None
    valid_until: date | None = None
    """The last day that it counts: who signs has a certificate that lives longer."""

    @property
    def counts_until(self) -> datetime | None:
        """The end of its last day."""
        if self.valid_until is None:
            return None
        return datetime.combine(self.valid_until + timedelta(days=1), time(), _ZONE).astimezone(UTC)


@dataclass(frozen=True)
class Signed:
    """One signature of a sealed document."""

    field: str
    signer: str
    certificate_serial: str
    signed_at: datetime

    def checked(self, *, last: bool) -> CheckedSignature:
        """The same as a finding: whoever has exactly our bytes has what we signed."""
        return CheckedSignature(
            signer=self.signer,
            serial=self.certificate_serial,
            signed_at=self.signed_at,
            stamped=True,
            covers_whole=last,
            finding=Finding.INTACT,
        )


@dataclass(frozen=True)
class Ends:
    """When what signing rests on ends, by holder: the first of several counts.

    A list is None where none can be believed.
    """

    certificates: Mapping[str, datetime]
    lists: Mapping[str, datetime | None]


@dataclass(frozen=True)
class SealedContent:
    """A finished PDF."""

    pdf: bytes
    sha256: str
    signatures: tuple[Signed, ...]


@dataclass(frozen=True)
class Sealed:
    """What a document is from when its PDF is stored."""

    sha256: str
    size: int
    sealed_at: datetime
    signatures: tuple[Signed, ...]
    counts_until: datetime | None = None
    """When its time is over; None of documents that were sealed before this was kept."""


@dataclass(frozen=True)
class Failure:
    """Why a document cannot be made: a stable code, and a sentence for people."""

    code: str
    reason: str


@dataclass(frozen=True)
class Document:
    """A document to be sealed, or sealed, or failed; `replaces` is the edition before (D4)."""

    id: str
    kind: Kind
    reference_id: str
    owner_id: str
    number: str
    title: str
    edition: int
    queued_at: datetime
    order: Order | None
    replaces: str | None = None
    sealed: Sealed | None = None
    failure: Failure | None = None
    void_at: datetime | None = None
    """Since when it is revoked or cancelled. Kept beside the document: it may be told first."""
    revision: int = 0
    version: int = 0

    @property
    def state(self) -> State:
        """Where it is on its way."""
        if self.sealed is not None:
            return State.SEALED
        return State.QUEUED if self.failure is None else State.FAILED

    @property
    def void_reason(self) -> str | None:
        """Why it does not count any more, for anybody: the reasons of a person are not named."""
        if self.void_at is None:
            return None
        return {
            Kind.CERTIFICATE: "Справка отозвана и больше не действует.",
            Kind.RECEIPT: "Квитанция больше не действует.",
            Kind.TALON: "Запись на приём отменена, талон недействителен.",
        }[self.kind]

    @property
    def file_name(self) -> str:
        """What the PDF is called."""
        return clean_name(f"{self.title} {self.number}".replace("/", "-"), MediaType.PDF)

    def over(self, now: datetime) -> bool:
        """Whether its time is over."""
        until = self.sealed.counts_until if self.sealed else None
        return until is not None and now >= until

    def standing(self, now: datetime, *, replaced: bool) -> Standing:
        """How it stands when it comes back as an upload; `replaced`: a newer edition is sealed."""
        if self.void_at is not None:
            return Standing.VOID
        if replaced:
            return Standing.REPLACED
        return Standing.EXPIRED if self.over(now) else Standing.CURRENT

    def known(self, standing: Standing) -> Known:
        """What an upload of exactly its content is: its signatures are as they were made."""
        made = self.stored().signatures
        signatures = tuple(s.checked(last=s is made[-1]) for s in made)
        return Known(OwnDocument(self.id, self.number, standing), signatures, self.owner_id)

    def follows(self, previous: Document | None) -> Document:
        """The same document as the next edition of `previous`; the old one is kept (D4).

        Raises:
            AnothersDocumentError: `previous` is another owner's.
        """
        if previous is None:
            return self
        if previous.owner_id != self.owner_id:
            raise AnothersDocumentError
        return replace(self, edition=previous.edition + 1, replaces=previous.id)

    def with_content(self, content: SealedContent, now: datetime) -> Document:
        """The document with its stored PDF."""
        sealed = Sealed(
            sha256=content.sha256,
            size=len(content.pdf),
            sealed_at=now,
            signatures=content.signatures,
            counts_until=self.order.counts_until if self.order else None,
        )
        return replace(self, sealed=sealed, order=None)

    def failed(self, failure: Failure) -> Document:
        """The document that cannot be made."""
        return replace(self, failure=failure, order=None)

    def stored(self) -> Sealed:
        """The stored PDF.

        Raises:
            NotSealedYetError: there is none.
        """
        if self.sealed is None:
            raise NotSealedYetError
        return self.sealed


@dataclass(frozen=True)
class Place:
    """Where a visit is: number, name and address of the clinic, and its time zone."""

    number: str
    name: str
    address: str
    timezone: str


def talon_lines(
    number: str, patient: str, specialty: str, starts_at: datetime, clinic: Place
) -> tuple[Line, ...]:
    """Exactly the five things of A7, in the words of the clinic's own time zone.

    The clinic's name comes once more, for the head of the talon: where the patient has to go.
    """
    name = clinic.name
    if clinic.number not in name:  # A7 asks for the number: most names carry it
        name = f"{name} (№ {clinic.number})"
    local = starts_at.astimezone(ZoneInfo(clinic.timezone))
    spoken = format_datetime(local, "d MMMM y 'г.', HH:mm", locale="ru")
    return (
        Line("clinic_name", "Поликлиника", name),
        Line("patient", "Пациент", patient),
        Line("specialty", "Специальность врача", specialty),
        Line("time", "Дата и время приёма", spoken),
        Line("clinic", "Поликлиника и адрес", f"{name}, {clinic.address}"),
        Line("id", "Номер записи", number),
    )
