"""What mailings say: the letter with the document in it, for the notifier alone."""

from __future__ import annotations

from base64 import b64encode

from contracts.documents import DocumentKind, EncryptedDocument, MailedPii, MailingRequested
from services.chassis.foundation.encryption import Encryption
from services.documents.mailings.domain import Mailing
from services.documents.sealed.domain import Document


def requested(
    mailing: Mailing, document: Document, pdf: bytes, encryption: Encryption
) -> MailingRequested:
    """A citizen asked for their talon by e-mail."""
    sha256 = document.stored().sha256
    about = MailingRequested.about(
        mailing_id=mailing.id, recipient_id=mailing.recipient_id, sha256=sha256
    )
    content = MailedPii(content=b64encode(pdf).decode())
    return MailingRequested(
        mailing_id=mailing.id,
        document_id=document.id,
        owner_id=document.owner_id,
        recipient_id=mailing.recipient_id,
        kind=DocumentKind.TALON,
        number=document.number,
        sha256=sha256,
        pii=EncryptedDocument(jwe=encryption.encrypt(content, about=about)),
    )
