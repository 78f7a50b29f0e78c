"""The one way to stored content: a short-lived link, after the line in the journal (D1, D2, D3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from services.chassis.database.pages import Page
from services.chassis.work.looks import Look, Looker, Looks, Subject
from services.chassis.work.transactions import Transaction
from services.documents.access.domain.content import Content, Link, Shown, Thing
from services.documents.access.gateways.storage import Storage
from services.documents.deps import Deps


@dataclass(frozen=True)
class Access:
    """What whoever owns content does to give it away, in this order: check, record, link."""

    deps: Deps
    storage: Storage
    looks: Looks
    link_lasting: timedelta

    async def check(self, content: Content) -> None:
        """See that the stored bytes are still what they were; outside of any transaction.

        Raises:
            ContentChangedError: they are not (D3).
            StorageAwayError: S3 does not answer.
        """
        await self.storage.get(content.bucket, content.sha256)

    async def record(
        self, thing: Thing, subject_id: str, owner_id: str, by: Looker, occasion: Shown
    ) -> None:
        """Write down who is shown it; a transaction of its own, before the answer."""
        subject = Subject(thing, subject_id, owner_id)

        async def work(tx: Transaction) -> None:
            await self.looks.record(tx, by, occasion, subject)

        await self.deps.transactions.run(work)

    def link(self, content: Content) -> Link:
        """The address, for whom the journal names."""
        url = self.storage.link(
            content.bucket,
            content.sha256,
            media_type=content.media_type,
            lasting=self.link_lasting,
        )
        return Link(url, self.deps.now() + self.link_lasting, content.sha256, content.name)

    async def journal(
        self, subject_id: str, owner_id: str, *, after: str | None, limit: int
    ) -> Page[Look]:
        """A page of who was shown one of the citizen's files or documents, newest first."""
        return await self.looks.of_subject(subject_id, owner_id, after=after, limit=limit)
