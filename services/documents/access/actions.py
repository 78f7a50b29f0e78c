"""Giving content away: a short-lived link, after the line in the journal (D1, D2, D3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.chassis.work.transactions import Transaction, Transactions
from services.documents.access.gateways.storage import Storage
from services.documents.store import Store
from services.documents.uploads.domain.files import MediaType, Position, Read, Reader


@dataclass(frozen=True)
class Link:
    """A signed address, until when it works, what its content must hash to and is called."""

    url: str
    expires_at: datetime
    sha256: str
    name: str


@dataclass(frozen=True)
class Content:
    """Stored bytes: where they are and what they are called."""

    bucket: str
    sha256: str
    name: str
    media_type: MediaType


@dataclass(frozen=True)
class ReadingRoom:
    """The one way to stored content, and the journal of who went it."""

    transactions: Transactions
    store: Store
    storage: Storage
    link_lasting: timedelta
    now: Callable[[], datetime]
    new_id: Callable[[], str]

    async def give(
        self, subject_id: str, owner_id: str, reader_id: str, reader: Reader, content: Content
    ) -> Link:
        """Check the stored bytes, write down who gets them, sign the address.

        Raises:
            ContentChangedError: they are not what was stored (D3).
            StorageAwayError: S3 does not answer.
        """
        await self.storage.get(content.bucket, content.sha256)
        read = Read(self.new_id(), subject_id, owner_id, reader_id, reader, self.now())

        async def work(tx: Transaction) -> None:
            await self.store.add_read(read, session=tx.session)

        await self.transactions.run(work)
        url = self.storage.link(
            content.bucket,
            content.sha256,
            media_type=content.media_type,
            lasting=self.link_lasting,
        )
        return Link(url, read.at + self.link_lasting, content.sha256, content.name)

    async def journal(
        self, subject_id: str, owner_id: str, *, after: Position | None, limit: int
    ) -> list[Read]:
        """A page of who read one of the citizen's files or documents, newest first."""
        return await self.store.reads_of(subject_id, owner_id, after=after, limit=limit)
