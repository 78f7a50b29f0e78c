"""Documents: ordered by events, sealed by a timer, given to their owner, checked by anybody."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from services.chassis.work.timers import Due
from services.chassis.work.transactions import Cause, Transaction, Transactions
from services.documents import events
from services.documents.access.actions import Content, Link, ReadingRoom
from services.documents.access.gateways.storage import Storage
from services.documents.metrics import DocumentsMetrics
from services.documents.sealed.domain import Document, Kind, Order, SealedContent, State
from services.documents.sealed.errors import CannotSealError, NoSuchDocumentError
from services.documents.sealed.gateways.signing import Notary
from services.documents.store import Store
from services.documents.uploads.domain.files import MediaType, Position, Reader

log = structlog.get_logger(__name__)

SEAL = "seal"


@dataclass(frozen=True)
class Documents:
    """The verbs about sealed documents."""

    transactions: Transactions
    store: Store
    storage: Storage
    notary: Notary
    room: ReadingRoom
    bucket: str
    metrics: DocumentsMetrics
    now: Callable[[], datetime]
    new_id: Callable[[], str]

    async def one(self, document_id: str, owner_id: str) -> Document:
        """A document of the citizen's, in any state.

        Raises:
            NoSuchDocumentError: none of theirs.
        """
        found = await self.store.document_of_owner(document_id, owner_id)
        if found is None:
            raise NoSuchDocumentError
        return found

    async def page(self, owner_id: str, *, after: Position | None, limit: int) -> list[Document]:
        """A page of the citizen's sealed documents."""
        return await self.store.documents_of(owner_id, after=after, limit=limit)

    async def link(self, document_id: str, owner_id: str) -> Link:
        """A short-lived link to the sealed PDF, written into the journal first (D1, D2).

        Raises:
            NoSuchDocumentError: none of theirs.
            NotSealedYetError: there is no PDF.
            ContentChangedError: the stored bytes are not what was sealed (D3).
        """
        document = await self.one(document_id, owner_id)
        sha256, _ = document.stored()
        content = Content(self.bucket, sha256, document.file_name, MediaType.PDF)
        return await self.room.give(document.id, owner_id, owner_id, Reader.OWNER, content)

    async def with_content(self, sha256: str) -> Document | None:
        """The sealed document with exactly this content, whoever asks."""
        return await self.store.document_by_hash(sha256)

    async def newer_than(self, document: Document) -> Document | None:
        """The version that replaced this one: an old one is kept, but says so (d5, D4)."""
        return await self.store.newer_than(document)

    async def queue(
        self,
        kind: Kind,
        reference_id: str,
        owner_id: str,
        number: str,
        order: Order,
        *,
        cause: Cause,
    ) -> Document:
        """Take an order for a document; the timer `seal` does the rest.

        A later order for the same thing becomes its next version; the earlier one is kept (D4).
        """
        document_id = self.new_id()

        async def work(tx: Transaction) -> Document:
            previous = await self.store.latest(kind, reference_id, session=tx.session)
            document = Document(
                id=document_id,
                kind=kind,
                reference_id=reference_id,
                owner_id=owner_id,
                number=number,
                title=order.title,
                revision=1,
                queued_at=self.now(),
                order=order,
            ).follows(previous)
            await self.store.add_document(document, session=tx.session)
            await tx.set_timer(SEAL, document.id, document.queued_at)
            return document

        return await self.transactions.run(work, cause=cause)

    async def make_void(
        self, kind: Kind, reference_id: str, number: str, *, since: datetime, cause: Cause
    ) -> None:
        """Remember that a document does not count any more: kept, and saying so (d5).

        Where it is not ordered or not sealed yet, it will be void from its beginning.
        """

        async def work(tx: Transaction) -> None:
            await self.store.add_void(kind, reference_id, number, since, session=tx.session)

        await self.transactions.run(work, cause=cause)

    async def seal(self, due: Due) -> None:
        """Make the document of a due timer: sign, store, record – each step can be repeated (X6).

        Raises:
            AccidentError: a dependency is away; the timer comes again.
            AlreadyHandledError: somebody else was faster.
        """
        document = await self.store.document(due.key)
        if document is None or document.state is not State.QUEUED:
            await self._drop(due)
            return
        started = time.perf_counter()
        try:
            content = await self.notary.seal(document)
        except CannotSealError as refusal:
            await self._give_up(document, refusal, due)
            log.error(  # noqa: TRY400 - a refusal needs no stack
                "a document could not be sealed",
                document_id=document.id,
                kind=document.kind,
                code=refusal.reason_code,
            )
            self.metrics.sealed.labels(document.kind, State.FAILED).inc()
            return
        await self.storage.put(self.bucket, content.sha256, content.pdf, MediaType.PDF)
        seconds = time.perf_counter() - started
        await self._record(document, content, due)
        self.metrics.sealed.labels(document.kind, State.SEALED).inc()
        self.metrics.sealing_seconds.labels(document.kind).observe(seconds)

    async def measure_waiting(self) -> None:
        """Set how long documents wait to be sealed."""
        self.metrics.stand(await self.store.oldest_queued(), self.now())

    async def measure_ends(self) -> None:
        """Set what is left of certificates and revocation lists."""
        self.metrics.will_end(await self.notary.ends(), self.now())

    async def _record(self, document: Document, content: SealedContent, due: Due) -> None:
        async def work(tx: Transaction) -> None:
            done = document.sealed(content, self.now())
            await self.store.save(done, session=tx.session)
            tx.emit(done.id, done.version, events.sealed(done))

        await self.transactions.run(work, cause=due)

    async def _give_up(self, document: Document, refusal: CannotSealError, due: Due) -> None:
        async def work(tx: Transaction) -> None:
            done = document.failed(refusal.reason_code, refusal.detail)
            await self.store.save(done, session=tx.session)
            tx.emit(done.id, done.version, events.failed(done))

        await self.transactions.run(work, cause=due)

    async def _drop(self, due: Due) -> None:
        async def work(_: Transaction) -> None:
            """Only the timer goes."""

        await self.transactions.run(work, cause=due)
