"""What documents says: files accepted, documents sealed or not, who can sign and until when."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from contracts.envelope import MAX_BYTES, Data, EncryptedPii, Moment, Part, Pii, Text


class DocumentKind(StrEnum):
    """What a sealed document is."""

    CERTIFICATE = "certificate"
    TALON = "talon"


class CheckedSignature(Part):
    """One signature of an uploaded PDF as it was found (C55): whose, and what holds of it.

    `intact` is absent where nobody here can tell (an algorithm that is not known). `trusted`: its
    certificate leads to a root that is trusted here and was valid when it signed. `covers_whole`:
    it covers every byte of the file. `reason_code` and `reason` say the worst of it.
    """

    signer: str
    certificate_serial: str
    signed_at: Moment | None = None
    intact: bool | None = None
    trusted: bool
    covers_whole: bool
    reason_code: str
    reason: Text


class FilePii(Pii):
    """The signatures of a file: a signer may be anybody, and is named as the certificate does."""

    signatures: tuple[CheckedSignature, ...]


class OwnDocument(Part):
    """The document of this platform that an upload is byte for byte (C41), as it stood then.

    Not `current`: void, past its time or replaced; then `reason_code` and `reason` say which.
    """

    document_id: str
    number: str
    current: bool
    reason_code: str | None = None
    reason: Text | None = None


class FileAccepted(Data):
    """An upload passed every check and is stored; `sha256` fixes its content (D3).

    `size` is of what is stored, `sent_size` of what the citizen sent: limits are about the latter.
    `signed` is what its signatures come to: `signed-intact`, `signed-untrusted`, `signed-broken`,
    `unsigned`; absent of files that were accepted before signatures were checked.
    """

    TYPE: ClassVar[str] = "documents.file-accepted.v1"
    file_id: str
    owner_id: str
    purpose: str
    media_type: str
    size: int
    sha256: str
    pages: int
    dpi: int | None = None
    sent_size: int | None = None
    actor_id: str | None = None
    signed: str | None = None
    own_document: OwnDocument | None = None
    pii: FilePii | None = None


class Signature(Part):
    """One signature of a sealed document. The signer is an office, not a private person."""

    field: str
    signer: str
    certificate_serial: str
    signed_at: Moment


class DocumentSealed(Data):
    """A PDF/A with its signatures and timestamps is stored.

    `reference_id` is the application or the appointment that it was made for. `paper` says more
    of what no doctor signed, in the words of `contracts.certificates.Paper`: a receipt comes as
    the kind `certificate`, and is none.
    """

    TYPE: ClassVar[str] = "documents.document-sealed.v1"
    document_id: str
    kind: DocumentKind
    reference_id: str
    owner_id: str
    number: str
    sha256: str
    size: int
    sealed_at: Moment
    signatures: tuple[Signature, ...]
    paper: str | None = None


class SealingFailed(Data):
    """A document cannot be sealed as asked, and trying again will not help.

    `paper` as in `DocumentSealed`.
    """

    TYPE: ClassVar[str] = "documents.sealing-failed.v1"
    document_id: str
    kind: DocumentKind
    reference_id: str
    owner_id: str
    number: str
    reason_code: str
    reason: Text
    paper: str | None = None


class Holder(StrEnum):
    """Whose a signing identity is."""

    DOCTOR = "doctor"
    ORGANISATION = "organisation"


class SignerChanged(Data):
    """A doctor (an account) or an organisation (a clinic) can sign from now on, or not any more.

    A holder keeps one `signer_id` through all certificates, so the newest of it counts: who got a
    newer certificate stays active, until then.
    """

    TYPE: ClassVar[str] = "documents.signer-changed.v1"
    signer_id: str
    holder: Holder
    holder_id: str
    active: bool
    valid_until: Moment


class SignerExpiryWarned(Data):
    """A certificate ends soon (REQUIREMENTS e38, I15): `tell` are the accounts to be told.

    They are its owner and the administrators of the clinic; told 30, 14 and 3 days before.
    """

    TYPE: ClassVar[str] = "documents.signer-expiry-warned.v1"
    signer_id: str
    holder: Holder
    holder_id: str
    days_left: Annotated[int, Field(ge=0)]
    valid_until: Moment
    tell: tuple[str, ...]


LARGEST_MAILED = 128 * 1024
"""Bytes of a document that is mailed: encrypted and in base64 it still has to be an event."""


class MailedPii(Pii):
    """The document itself, base64."""

    content: Annotated[str, Field(max_length=MAX_BYTES)]


class EncryptedDocument(EncryptedPii):
    """A document for one reader."""

    jwe: Annotated[str, Field(max_length=MAX_BYTES)]


class MailingRequested(Data):
    """A citizen asked for their talon by e-mail (A38).

    It goes to the proved address of `recipient_id`: of its owner, or of who acts for one that has
    none.
    """

    TYPE: ClassVar[str] = "documents.mailing-requested.v1"
    PLAIN: ClassVar[type[Pii] | None] = MailedPii
    BOUND_TO: ClassVar[tuple[str, ...]] = ("mailing_id", "recipient_id", "sha256")
    mailing_id: str
    document_id: str
    owner_id: str
    recipient_id: str
    kind: DocumentKind
    number: str
    sha256: str
    pii: EncryptedDocument
