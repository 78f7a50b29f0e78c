"""Documents: ordered by events, sealed by a timer, given to their owner, checked by anybody."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog

from services.chassis.database.pages import Page
from services.chassis.http.acts import Act, Acts, SigningActRefusedError
from services.chassis.work.looks import Look, Looker
from services.chassis.work.timers import Due
from services.chassis.work.transactions import Cause, Transaction
from services.documents.access.actions import Access
from services.documents.access.domain.content import Content, Link, MediaType, Shown, Thing
from services.documents.access.gateways.storage import Storage
from services.documents.deps import Deps
from services.documents.sealed import events, store
from services.documents.sealed.domain import Document, Failure, Kind, Order, SealedContent, State
from services.documents.sealed.errors import CannotSealError, NoActError
from services.documents.sealed.gateways.signing import Notary
from services.documents.sealed.metrics import SealingMetrics
from services.documents.signers.actions.journal import Journalling
from services.documents.signers.domain.journal import ActOfSigning, Signature
from services.documents.uploads.domain.signatures import Known, Standing

log = structlog.get_logger(__name__)

SEAL = "seal"
SEAL_RECEIPT = "seal-receipt"
"""A queue of its own, one at a time: however many receipts there are, certificates do not wait."""
_NO_ACT_CODE = "act-missing"
_NO_ACT = "Врач не подтвердил подпись под этим документом. Нужно новое решение врача."


@dataclass(frozen=True)
class Documents:
    """The verbs about sealed documents."""

    deps: Deps
    store: store.Documents
    bucket: str
    storage: Storage
    notary: Notary
    access: Access
    metrics: SealingMetrics
    acts: Acts
    journalling: Journalling

    async def one(self, document_id: str, owner_id: str) -> Document:
        """A document of the citizen's, in any state.

        Raises:
            NoSuchDocumentError: none of theirs.
        """
        return await self.store.of_owner(document_id, owner_id)

    async def page(self, owner_id: str, *, after: str | None, limit: int) -> Page[Document]:
        """A page of the citizen's sealed documents."""
        return await self.store.sealed_of(owner_id, after=after, limit=limit)

    async def link(self, document_id: str, owner_id: str, by: Looker) -> Link:
        """A short-lived link to the sealed PDF, written into the journal first (D1, D2).

        Raises:
            NoSuchDocumentError: none of theirs.
            NotSealedYetError: there is no PDF.
            ContentChangedError: the stored bytes are not what was sealed (D3).
        """
        document = await self.one(document_id, owner_id)
        sha256 = document.stored().sha256
        content = Content(self.bucket, sha256, document.file_name, MediaType.PDF)
        await self.access.check(content)
        await self.access.record(Thing.DOCUMENT, document.id, owner_id, by, Shown.LINK)
        return self.access.link(content)

    async def reads(
        self, document_id: str, owner_id: str, *, after: str | None, limit: int
    ) -> Page[Look]:
        """A page of who was given a link to the citizen's document.

        Raises:
            NoSuchDocumentError: none of theirs.
        """
        await self.one(document_id, owner_id)
        return await self.access.journal(document_id, owner_id, after=after, limit=limit)

    async def with_content(self, sha256: str) -> Document | None:
        """The sealed document with exactly this content, whoever asks."""
        return await self.store.by_hash(sha256)

    async def known(self, hashes: Collection[str]) -> Mapping[str, Known]:
        """What is known of content with these hashes, where it was sealed here (C41)."""
        found = await self.store.by_hashes(hashes)
        return {d.stored().sha256: d.known(await self._standing(d)) for d in found}

    async def _standing(self, document: Document) -> Standing:
        newer = await self.store.newer_than(document)
        return document.standing(self.deps.now(), replaced=newer is not None)

    async def newer_than(self, document: Document) -> Document | None:
        """The edition that replaced this one: an old one is kept, but says so (d5, D4)."""
        return await self.store.newer_than(document)

    async def queue(
        self,
        kind: Kind,
        reference_id: str,
        owner_id: str,
        number: str,
        order: Order,
        *,
        instead_of: str | None = None,
        cause: Cause,
    ) -> Document:
        """Take an order for a document; the timer `seal` does the rest.

        A later order for the same thing becomes its next edition; the earlier one is kept (D4).
        The number that it stands `instead_of` is void from now on (d5).

        Raises:
            AnothersDocumentError: the earlier one is another owner's.
        """
        document_id = self.deps.new_id()

        async def work(tx: Transaction) -> Document:
            previous = await self.store.latest(tx, kind, reference_id)
            document = Document(
                id=document_id,
                kind=kind,
                reference_id=reference_id,
                owner_id=owner_id,
                number=number,
                title=order.title,
                edition=1,
                queued_at=self.deps.now(),
                order=order,
            ).follows(previous)
            timer = SEAL_RECEIPT if kind is Kind.RECEIPT else SEAL
            await tx.set_timer(timer, document.id, document.queued_at)
            if instead_of is not None:
                await self.store.add_void(tx, kind, reference_id, instead_of, document.queued_at)
            return await self.store.add(tx, document)

        return await self.deps.transactions.run(work, cause=cause)

    async def make_void(
        self, kind: Kind, reference_id: str, number: str, *, since: datetime, cause: Cause
    ) -> None:
        """Remember that a document does not count any more: kept, and saying so (d5).

        Where it is not ordered or not sealed yet, it will be void from its beginning.
        """

        async def work(tx: Transaction) -> None:
            await self.store.add_void(tx, kind, reference_id, number, since)

        await self.deps.transactions.run(work, cause=cause)

    async def seal(self, due: Due) -> None:
        """Make the document of a due timer: sign, store, record – each step can be repeated (X6).

        Raises:
            AccidentError: a dependency is away; the timer comes again.
            AlreadyHandledError: somebody else was faster.
        """
        document = await self.store.find(None, due.key)
        if document is None or document.state is not State.QUEUED:
            await self._drop(due)
            return
        started = time.perf_counter()
        try:
            act = await self._act(document)
            content = await self.notary.seal(document)
        except CannotSealError as refusal:
            await self._give_up(document, Failure(refusal.reason_code, refusal.detail), due)
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
        await self._record(document, content, act, due)
        self.metrics.sealed.labels(document.kind, State.SEALED).inc()
        self.metrics.sealing_seconds.labels(document.kind).observe(seconds)

    async def measure_waiting(self) -> None:
        """Set how long documents wait to be sealed."""
        self.metrics.stand(await self.store.oldest_queued(), self.deps.now())

    async def measure_ends(self) -> None:
        """Set what is left of certificates and revocation lists."""
        self.metrics.will_end(await self.notary.ends(), self.deps.now())

    async def _act(self, document: Document) -> Act | None:
        """The doctor's own act for exactly this document: without it no key is used (K5).

        Raises:
            NoActError: it is missing, or allows no signature under this.
        """
        order = document.order
        if order is None or order.doctor_id is None or order.approved is None:
            return None
        if order.approved.act is None:
            raise NoActError(_NO_ACT_CODE, _NO_ACT)
        try:
            return await self.acts.verified(
                order.approved.act,
                subject=order.doctor_id,
                digest=order.approved.digest,
                at=order.approved.at,
            )
        except SigningActRefusedError as refused:
            raise NoActError(refused.flaw.value, refused.detail) from refused

    async def _record(
        self, document: Document, content: SealedContent, act: Act | None, due: Due
    ) -> None:
        seal = await self.journalling.seal()

        async def work(tx: Transaction) -> None:
            done = document.with_content(content, self.deps.now())
            await self.store.save(tx, done, events.sealed(done, done.stored()))
            if act is not None:
                signed = _signature(document, content)
                await self.journalling.note(tx, seal, act.subject, _act_of(act), signed)

        await self.deps.transactions.run(work, cause=due)

    async def _give_up(self, document: Document, failure: Failure, due: Due) -> None:
        async def work(tx: Transaction) -> None:
            await self.store.save(tx, document.failed(failure), events.failed(document, failure))

        await self.deps.transactions.run(work, cause=due)

    async def _drop(self, due: Due) -> None:
        async def work(_: Transaction) -> None:
            """Only the timer goes."""

        await self.deps.transactions.run(work, cause=due)


def _act_of(act: Act) -> ActOfSigning:
    return ActOfSigning(
        id=act.id,
        kind=act.kind.value,
        method=act.method.value,
        address=act.address,
        at=act.at,
        session_id=act.session_id,
    )


def _signature(document: Document, content: SealedContent) -> Signature:
    """What the doctor's act was used for; their signature is the first."""
    order = document.order
    assert order is not None  # noqa: S101 - it was sealed just now
    assert order.approved is not None  # noqa: S101 - with an act of it
    return Signature(
        document_id=document.id,
        number=document.number,
        digest=order.approved.digest,
        sha256=content.sha256,
        certificate_serial=content.signatures[0].certificate_serial,
        clinic_id=order.organisation_id or "",
    )
