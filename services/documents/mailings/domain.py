"""Which document may be mailed, and to whom. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from contracts.documents import LARGEST_MAILED
from services.documents.mailings.errors import (
    NoAddressError,
    NotByMailError,
    TooLargeToMailError,
    VoidTalonError,
)
from services.documents.sealed.domain import Document, Kind


@dataclass(frozen=True)
class Addressee:
    """Whether an account has a proved e-mail address; which one only the notifier knows."""

    id: str
    reachable: bool


@dataclass(frozen=True)
class Mailing:
    """One letter that was asked for. The last two are counted by the store."""

    id: str
    document_id: str
    owner_id: str
    recipient_id: str
    requested_at: datetime
    version: int = 0
    revision: int = 0


def may_be_mailed(document: Document) -> None:
    """Whether this may leave by e-mail: a talon that counts; a certificate has a diagnosis.

    Raises:
        NotByMailError: it is no talon.
        VoidTalonError: nobody is to come with it.
        NotSealedYetError: there is no PDF.
        TooLargeToMailError: it can only be downloaded.
    """
    if document.kind is not Kind.TALON:
        raise NotByMailError
    if document.void_reason is not None:
        raise VoidTalonError(document.void_reason)
    if document.stored().size > LARGEST_MAILED:
        raise TooLargeToMailError(LARGEST_MAILED)


def recipient(owner_id: str, actor_id: str | None, known: Mapping[str, Addressee]) -> str:
    """Whose address it goes to: the owner's; of an owner without one, that of who acts for them.

    An account of which nothing was heard yet may have one: the notifier finds out.

    Raises:
        NoAddressError: neither has any.
    """
    for account_id in (owner_id, actor_id):
        if account_id is None:
            continue
        found = known.get(account_id)
        if found is None or found.reachable:
            return account_id
    raise NoAddressError
