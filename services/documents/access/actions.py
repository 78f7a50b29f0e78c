"""The one way to stored content: a short-lived link, after the line in the journal (D1, D2, D3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from services.chassis.database.pages import Page
from services.chassis.work.transactions import Transaction
from services.documents.access.domain.content import Content, Link, Read, Reader
from services.documents.access.gateways.storage import Storage
from services.documents.access.store import Reads
from services.documents.deps import Deps


@dataclass(frozen=True)
class Access:
    """What whoever owns content does to give it away, in this order: check, record, link."""

    deps: Deps
    storage: Storage
    reads: Reads
    link_lasting: timedelta

    async def check(self, content: Content) -> None:
        """See that the stored bytes are still what they were; outside of any transaction.

        Raises:
            ContentChangedError: they are not (D3).
            StorageAwayError: S3 does not answer.
        """
        await self.storage.get(content.bucket, content.sha256)

    async def record(
        self, tx: Transaction, subject_id: str, owner_id: str, reader_id: str, reader: Reader
    ) -> Read:
        """Write down who gets it."""
        read = Read(self.deps.new_id(), subject_id, owner_id, reader_id, reader, self.deps.now())
        await self.reads.add_all(tx, [read])
        return read

    def link(self, content: Content, read: Read) -> Link:
        """The address for whom the journal names."""
        url = self.storage.link(
            content.bucket,
            content.sha256,
            media_type=content.media_type,
            lasting=self.link_lasting,
        )
        return Link(url, read.at + self.link_lasting, content.sha256, content.name)

    async def journal(
        self, subject_id: str, owner_id: str, *, after: str | None, limit: int
    ) -> Page[Read]:
        """A page of who read one of the citizen's files or documents, newest first."""
        return await self.reads.of_subject(subject_id, owner_id, after=after, limit=limit)
