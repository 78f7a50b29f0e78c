"""Sealed documents: what one goes through from its order to its PDF, and when it is void. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from services.documents.sealed.errors import NotSealedYetError
from services.documents.uploads.domain.files import MediaType, clean_name

_ZONE = ZoneInfo("Europe/Moscow")
"""Where certificates count their days (the calendar of their catalogue)."""


class Kind(StrEnum):
    """What a sealed document is."""

    CERTIFICATE = "certificate"
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
class Order:
    """What to print and who signs. Forgotten once the document is sealed: the PDF has it (C32)."""

    form: str
    title: str
    lines: tuple[Line, ...]
    issued_on: date
    check_url: str
    doctor_id: str | None
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
class Document:
    """A document to be sealed, or sealed, or failed. `replaces` is the version before (D4)."""

    id: str
    kind: Kind
    reference_id: str
    owner_id: str
    number: str
    title: str
    revision: int
    queued_at: datetime
    order: Order | None
    replaces: str | None = None
    state: State = State.QUEUED
    version: int = 0
    sha256: str | None = None
    size: int | None = None
    sealed_at: datetime | None = None
    signatures: tuple[Signed, ...] = ()
    failure_code: str | None = None
    failure: str | None = None
    void_at: datetime | None = None
    """Since when it is revoked or cancelled. Kept beside the document: it may be told first."""
    counts_until: datetime | None = None
    """When its time is over; None of documents that were sealed before this was kept."""

    def over(self, now: datetime) -> bool:
        """Whether its time is over."""
        return self.counts_until is not None and now >= self.counts_until

    @property
    def void_reason(self) -> str | None:
        """Why it does not count any more, for anybody: the reasons of a person are not named."""
        if self.void_at is None:
            return None
        return {
            Kind.CERTIFICATE: "Справка отозвана и больше не действует.",
            Kind.TALON: "Запись на приём отменена, талон недействителен.",
        }[self.kind]

    def follows(self, previous: Document | None) -> Document:
        """The same document as the next version of `previous`; the old one is kept (D4)."""
        if previous is None:
            return self
        return replace(self, revision=previous.revision + 1, replaces=previous.id)

    def sealed(self, content: SealedContent, now: datetime) -> Document:
        """The document with its stored PDF."""
        return replace(
            self,
            state=State.SEALED,
            version=self.version + 1,
            sha256=content.sha256,
            size=len(content.pdf),
            sealed_at=now,
            signatures=content.signatures,
            counts_until=self.order.counts_until if self.order else None,
            order=None,
        )

    def failed(self, code: str, reason: str) -> Document:
        """The document that cannot be made."""
        return replace(
            self,
            state=State.FAILED,
            version=self.version + 1,
            failure_code=code,
            failure=reason,
            order=None,
        )

    def stored(self) -> tuple[str, datetime]:
        """Hash and time of the sealed PDF.

        Raises:
            NotSealedYetError: there is none.
        """
        if self.sha256 is None or self.sealed_at is None:
            raise NotSealedYetError
        return self.sha256, self.sealed_at

    @property
    def file_name(self) -> str:
        """What the PDF is called."""
        return clean_name(f"{self.title} {self.number}".replace("/", "-"), MediaType.PDF)
