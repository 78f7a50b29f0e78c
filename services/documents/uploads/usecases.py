"""Uploads: taken, shown, opened to the doctor whose review has them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from services.chassis.database.idempotency import Once
from services.chassis.foundation.errors import RefusalError
from services.chassis.work.arrivals import arrived
from services.chassis.work.transactions import Cause, Transaction, Transactions
from services.documents import events
from services.documents.access.actions import Content, Link, ReadingRoom
from services.documents.access.gateways.storage import Storage
from services.documents.metrics import TAKEN, DocumentsMetrics
from services.documents.sealed.errors import NoSuchFileError
from services.documents.settings import PurposeLimits, Quota
from services.documents.store import Store
from services.documents.uploads.domain.files import (
    Position,
    Reader,
    Remark,
    StoredFile,
    check_limits,
    clean_name,
    grants_of_review,
    remarks_on,
    sha256_of,
)
from services.documents.uploads.domain.quotas import month_of
from services.documents.uploads.errors import FileTooLargeError, UnknownPurposeError
from services.documents.uploads.gateways.inspection.pool import Inspector


@dataclass(frozen=True)
class Upload:
    """What a citizen sent."""

    purpose: str
    name: str
    content: bytes


@dataclass(frozen=True)
class Files:
    """The verbs about uploads."""

    transactions: Transactions
    store: Store
    storage: Storage
    inspector: Inspector
    room: ReadingRoom
    bucket: str
    purposes: Mapping[str, PurposeLimits]
    quota: Quota
    grant_lasting: timedelta
    metrics: DocumentsMetrics
    now: Callable[[], datetime]
    new_id: Callable[[], str]

    def limits_of(self, purpose: str) -> PurposeLimits:
        """The limits of a purpose.

        Raises:
            UnknownPurposeError: there is no such purpose.
        """
        limits = self.purposes.get(purpose)
        if limits is None:
            raise UnknownPurposeError({code: found.title for code, found in self.purposes.items()})
        return limits

    def remarks(self, file: StoredFile) -> tuple[Remark, ...]:
        """What the owner of an accepted file should know; nothing where its purpose is no more."""
        limits = self.purposes.get(file.purpose)
        return remarks_on(limits, file.dpi) if limits else ()

    @property
    def largest_upload(self) -> int:
        """The largest file in bytes that any purpose allows."""
        return max(limits.max_bytes for limits in self.purposes.values())

    async def upload(self, owner_id: str, upload: Upload, *, once: Once) -> StoredFile:
        """Check a file, store it under its hash, and say so (C7, C8, D3).

        What was sealed here is known by its hash and taken as it is: it carries files, is no scan,
        and nobody else can have made it.

        Storing comes before the transaction: content is addressed by its hash, so doing it twice
        is doing it once, and without a record nobody can reach it.

        Raises:
            FileRefusedError: one of its kinds; nothing is stored.
            UnknownPurposeError: nothing to check against.
            UploadQuotaError: this citizen has stored enough for this month.
        """
        purpose = self.metrics.purpose(upload.purpose)
        try:
            taken = await self._upload(owner_id, upload, once)
        except RefusalError as refusal:
            self.metrics.refused(purpose, refusal)
            raise
        self.metrics.uploads.labels(purpose, TAKEN).inc()
        return taken

    async def _upload(self, owner_id: str, upload: Upload, once: Once) -> StoredFile:
        limits = self.limits_of(upload.purpose)
        if len(upload.content) > self.largest_upload:
            raise FileTooLargeError(limits.max_bytes)
        size, now = len(upload.content), self.now()
        so_far = await self.store.stored_in(month_of(now), owner_id)
        so_far.plus(size).check(self.quota, now)  # before any work; it counts in the transaction
        source = sha256_of(upload.content)
        sealed = await self.store.document_by_hash(source) is not None
        found = await self.inspector.inspect(upload.content, owner_id, sealed=sealed)
        check_limits(limits, size=size, pages=found.pages, dpi=found.dpi, sealed=sealed)
        file = StoredFile(
            id=self.new_id(),
            owner_id=owner_id,
            purpose=upload.purpose,
            name=clean_name(upload.name, found.media_type),
            media_type=found.media_type,
            size=len(found.content),
            sha256=sha256_of(found.content),
            source_sha256=source,
            pages=found.pages,
            dpi=found.dpi,
            accepted_at=now,
            sent_size=size,
        )
        await self.storage.put(self.bucket, file.sha256, found.content, file.media_type)

        async def work(tx: Transaction) -> StoredFile:
            counted = await self.store.count_stored(so_far, owner_id, file.size, session=tx.session)
            counted.check(self.quota, now)
            await self.store.add_file(file, session=tx.session)
            tx.emit(file.id, file.version, events.accepted(file))
            return file

        return await self.transactions.run(work, once=once)

    async def one(self, file_id: str, reader_id: str, *, doctor: bool) -> StoredFile:
        """A file of the reader's own, or one that their review has.

        Raises:
            NoSuchFileError: no such file for this reader.
        """
        return (await self._readable(file_id, reader_id, doctor=doctor))[0]

    async def page(self, owner_id: str, *, after: Position | None, limit: int) -> list[StoredFile]:
        """A page of the citizen's files."""
        return await self.store.files_of(owner_id, after=after, limit=limit)

    async def link(self, file_id: str, reader_id: str, *, doctor: bool) -> Link:
        """A short-lived link, written into the journal first (D1, D2).

        Raises:
            NoSuchFileError: no such file for this reader.
            ContentChangedError: the stored bytes are not what was accepted (D3).
        """
        if doctor:  # the right to read follows the claim by an event
            await arrived(partial(self._reads, file_id, reader_id))
        file, reader = await self._readable(file_id, reader_id, doctor=doctor)
        content = Content(self.bucket, file.sha256, file.name, file.media_type)
        return await self.room.give(file.id, file.owner_id, reader_id, reader, content)

    async def start_review(
        self,
        application_id: str,
        citizen_id: str,
        doctor_id: str,
        file_ids: Sequence[str],
        *,
        cause: Cause,
    ) -> None:
        """Let the doctor who took an application read its attachments, and nobody else any more.

        Only files of the applicant count: an event cannot open somebody else's.
        """

        async def work(tx: Transaction) -> None:
            files = await self.store.attachments(file_ids, citizen_id, session=tx.session)
            grants = grants_of_review(
                application_id, doctor_id, files, now=self.now(), lasting=self.grant_lasting
            )
            await self.store.replace_grants(application_id, grants, session=tx.session)

        await self.transactions.run(work, cause=cause)

    async def end_review(self, application_id: str, *, cause: Cause) -> None:
        """Let no doctor read the attachments of an application any more."""

        async def work(tx: Transaction) -> None:
            await self.store.replace_grants(application_id, [], session=tx.session)

        await self.transactions.run(work, cause=cause)

    async def _reads(self, file_id: str, doctor_id: str) -> bool:
        return await self.store.file_of_doctor(file_id, doctor_id, self.now()) is not None

    async def _readable(
        self, file_id: str, reader_id: str, *, doctor: bool
    ) -> tuple[StoredFile, Reader]:
        own = await self.store.file_of_owner(file_id, reader_id)
        if own is not None:
            return own, Reader.OWNER
        reviewed = (
            await self.store.file_of_doctor(file_id, reader_id, self.now()) if doctor else None
        )
        if reviewed is None:
            raise NoSuchFileError
        return reviewed, Reader.DOCTOR
