"""Uploads as they are kept: their states, and who else may read them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.documents.access.domain.content import MediaType
from services.documents.uploads.domain.signatures import (
    CheckedSignature,
    OwnDocument,
    Signed,
    verdict_of,
)
from services.documents.uploads.errors import (
    FileInfectedError,
    FileQuarantinedError,
    OthersResultError,
)


class FileState(StrEnum):
    """What may be done with an upload.

    `quarantined`: nobody could scan it yet; it is neither given to anybody nor attached.
    `infected`: malware was found in it, and its bytes are gone.
    """

    ACCEPTED = "accepted"
    QUARANTINED = "quarantined"
    INFECTED = "infected"


@dataclass(frozen=True)
class Inspected:
    """An upload after inspection: what it is by content, and the bytes that are kept.

    `content` differs from what was sent where the file was written anew. `dpi` is the lowest of
    all pages as measured, or None where a page has no scan.
    """

    media_type: MediaType
    content: bytes
    pages: int
    dpi: int | None
    signatures: tuple[CheckedSignature, ...] = ()


@dataclass(frozen=True)
class StoredFile:
    """An upload that was taken. Its content is never changed, never replaced."""

    id: str
    owner_id: str
    purpose: str
    name: str
    media_type: MediaType
    size: int
    sha256: str
    source_sha256: str
    pages: int
    dpi: int | None
    accepted_at: datetime
    sent_size: int | None = None
    """Bytes as sent, which is what limits are about. Unknown of the first uploads ever."""
    actor_id: str | None = None
    """Who sent it for the owner, where they did not themselves."""
    state: FileState = FileState.ACCEPTED
    scanned_at: datetime | None = None
    """When it was last scanned for malware; None: nobody did (C9)."""
    signatures: tuple[CheckedSignature, ...] | None = None
    """As found at upload. Unknown of files that were taken before signatures were checked."""
    own_document: OwnDocument | None = None
    """Where it is a document of ours: how that stood at upload."""
    revision: int = 0
    version: int = 0

    @property
    def signed(self) -> Signed | None:
        """What its signatures come to, if that is known."""
        return None if self.signatures is None else verdict_of(self.signatures)

    def readable(self) -> StoredFile:
        """The file, where its content may be given away.

        Raises:
            FileQuarantinedError: nobody has scanned it yet.
            FileInfectedError: there is none any more.
        """
        if self.state is FileState.QUARANTINED:
            raise FileQuarantinedError
        if self.state is FileState.INFECTED:
            raise FileInfectedError
        return self

    def scanned(self, now: datetime, *, clean: bool) -> StoredFile:
        """The file out of quarantine."""
        state = FileState.ACCEPTED if clean else FileState.INFECTED
        return replace(self, state=state, scanned_at=now)


@dataclass(frozen=True)
class Reader:
    """Who wants to see an upload: an account, and the clinics where it is staff.

    `doctor`: what is granted to this doctor in person counts, too.
    """

    id: str
    doctor: bool = False
    clinics: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Grant:
    """Who else may read a file: a doctor whose review has it, or the staff of a visit's clinic.

    `application_id` is the application, or the appointment, that the file is attached to.
    """

    application_id: str
    file_id: str
    doctor_id: str | None
    granted_at: datetime
    until: datetime
    clinic_id: str | None = None


def grants_of_review(
    application_id: str,
    doctor_id: str,
    files: Sequence[StoredFile],
    *,
    now: datetime,
    lasting: timedelta,
) -> list[Grant]:
    """What a doctor may read who took an application: these replace all earlier ones of it."""
    return [Grant(application_id, file.id, doctor_id, now, now + lasting) for file in files]


def grants_of_visit(
    appointment_id: str,
    clinic_id: str,
    files: Sequence[StoredFile],
    *,
    now: datetime,
    until: datetime,
) -> list[Grant]:
    """What the staff of a clinic may read for a visit: these replace all earlier ones of it."""
    return [Grant(appointment_id, file.id, None, now, until, clinic_id) for file in files]


@dataclass(frozen=True)
class Result:
    """A doctor's upload that is the result of somebody's examination (C21): it is about them.

    `id` is the file's. The citizen reads it from then on; it can become nobody else's.
    """

    id: str
    application_id: str
    citizen_id: str
    doctor_id: str
    attached_at: datetime

    def again(self, other: Result) -> Result:
        """The same, attached once more.

        Raises:
            OthersResultError: for another citizen, who would read about this one.
        """
        if other.citizen_id != self.citizen_id:
            raise OthersResultError
        return self
