"""Uploads: taken, shown, opened to the doctor whose review has them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from services.chassis.database.idempotency import Once
from services.chassis.database.pages import Page
from services.chassis.foundation.errors import RefusalError
from services.chassis.work.arrivals import arrived
from services.chassis.work.looks import Look, Looker
from services.chassis.work.transactions import Cause, Transaction
from services.documents.access.actions import Access
from services.documents.access.domain.content import (
    Content,
    Link,
    Shown,
    Thing,
    clean_name,
    sha256_of,
)
from services.documents.access.gateways.storage import Storage
from services.documents.deps import Deps
from services.documents.uploads import events
from services.documents.uploads.domain import (
    PurposeLimits,
    Quota,
    Remark,
    StoredFile,
    check_limits,
    grants_of_review,
    month_of,
    remarks_on,
)
from services.documents.uploads.errors import (
    FileTooLargeError,
    NoSuchFileError,
    UnknownPurposeError,
)
from services.documents.uploads.gateways.inspection.pool import InspectionPool
from services.documents.uploads.metrics import UploadMetrics
from services.documents.uploads.store import Files, Months


@dataclass(frozen=True)
class Upload:
    """What a citizen sent."""

    purpose: str
    name: str
    content: bytes


@dataclass(frozen=True)
class Rules:
    """What the installation accepts, and keeps of one citizen."""

    purposes: Mapping[str, PurposeLimits]
    quota: Quota
    grant_lasting: timedelta

    @property
    def largest_upload(self) -> int:
        """The largest file in bytes that any purpose allows."""
        return max(limits.max_bytes for limits in self.purposes.values())

    def of(self, purpose: str) -> PurposeLimits:
        """The limits of a purpose.

        Raises:
            UnknownPurposeError: there is no such purpose.
        """
        limits = self.purposes.get(purpose)
        if limits is None:
            raise UnknownPurposeError({code: found.title for code, found in self.purposes.items()})
        return limits


@dataclass(frozen=True)
class Uploads:
    """The verbs about uploads. `sealed_here` knows content that was sealed here by its hash."""

    deps: Deps
    rules: Rules
    files: Files
    months: Months
    bucket: str
    storage: Storage
    inspector: InspectionPool
    access: Access
    sealed_here: Callable[[str], Awaitable[bool]]
    metrics: UploadMetrics

    def remarks(self, file: StoredFile) -> tuple[Remark, ...]:
        """What the owner of an accepted file should know; nothing where its purpose is no more."""
        limits = self.rules.purposes.get(file.purpose)
        return remarks_on(limits, file.dpi) if limits else ()

    async def upload(
        self, owner_id: str, upload: Upload, *, actor_id: str | None = None, once: Once
    ) -> StoredFile:
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
            taken = await self._upload(owner_id, upload, actor_id, once)
        except RefusalError as refusal:
            self.metrics.refused(purpose, refusal)
            raise
        self.metrics.taken(purpose)
        return taken

    async def one(self, file_id: str, reader_id: str, by: Looker, *, doctor: bool) -> StoredFile:
        """A file of the reader's own, or one that their review has.

        Raises:
            NoSuchFileError: no such file for this reader.
        """
        file = await self._readable(file_id, reader_id, doctor=doctor)
        if file.owner_id != reader_id:
            await self.access.record(Thing.FILE, file.id, file.owner_id, by, Shown.SEEN)
        return file

    async def page(self, owner_id: str, *, after: str | None, limit: int) -> Page[StoredFile]:
        """A page of the citizen's files."""
        return await self.files.of_citizen(owner_id, after=after, limit=limit)

    async def link(self, file_id: str, reader_id: str, by: Looker, *, doctor: bool) -> Link:
        """A short-lived link, written into the journal first (D1, D2).

        Raises:
            NoSuchFileError: no such file for this reader.
            ContentChangedError: the stored bytes are not what was accepted (D3).
        """
        if doctor:  # the right to read follows the claim by an event
            await arrived(partial(self._reads, file_id, reader_id))
        file = await self._readable(file_id, reader_id, doctor=doctor)
        content = Content(self.bucket, file.sha256, file.name, file.media_type)
        await self.access.check(content)
        await self.access.record(Thing.FILE, file.id, file.owner_id, by, Shown.LINK)
        return self.access.link(content)

    async def reads(
        self, file_id: str, owner_id: str, *, after: str | None, limit: int
    ) -> Page[Look]:
        """A page of who was given a link to the citizen's file.

        Raises:
            NoSuchFileError: none of theirs.
        """
        await self.files.get(None, file_id, owner=owner_id)
        return await self.access.journal(file_id, owner_id, after=after, limit=limit)

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
        lasting = self.rules.grant_lasting

        async def work(tx: Transaction) -> None:
            files = await self.files.attachments(tx, file_ids, citizen_id)
            grants = grants_of_review(
                application_id, doctor_id, files, now=self.deps.now(), lasting=lasting
            )
            await self.files.replace_grants(tx, application_id, grants)

        await self.deps.transactions.run(work, cause=cause)

    async def end_review(self, application_id: str, *, cause: Cause) -> None:
        """Let no doctor read the attachments of an application any more."""

        async def work(tx: Transaction) -> None:
            await self.files.replace_grants(tx, application_id, [])

        await self.deps.transactions.run(work, cause=cause)

    async def _upload(
        self, owner_id: str, upload: Upload, actor_id: str | None, once: Once
    ) -> StoredFile:
        limits, quota = self.rules.of(upload.purpose), self.rules.quota
        size, now = len(upload.content), self.deps.now()
        if size > self.rules.largest_upload:
            raise FileTooLargeError(limits.max_bytes)
        so_far = await self.months.of_citizen(None, owner_id, month_of(now))
        so_far.plus(size).check(quota, now)  # before any work; it counts in the transaction
        source = sha256_of(upload.content)
        sealed = await self.sealed_here(source)
        found = await self.inspector.inspect(upload.content, owner_id, sealed=sealed)
        check_limits(limits, size=size, pages=found.pages, dpi=found.dpi, sealed=sealed)
        file = StoredFile(
            id=self.deps.new_id(),
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
            actor_id=actor_id,
        )
        await self.storage.put(self.bucket, file.sha256, found.content, file.media_type)

        async def work(tx: Transaction) -> StoredFile:
            before = await self.months.of_citizen(tx, owner_id, so_far.month)
            month = before.plus(file.size)
            month.check(quota, now)
            await self.months.put(tx, owner_id, month)
            return await self.files.add(tx, file, events.accepted(file))

        return await self.deps.transactions.run(work, once=once)

    async def _reads(self, file_id: str, doctor_id: str) -> bool:
        return await self.files.of_doctor(file_id, doctor_id, self.deps.now()) is not None

    async def _readable(self, file_id: str, reader_id: str, *, doctor: bool) -> StoredFile:
        own = await self.files.find(None, file_id, owner=reader_id)
        if own is not None:
            return own
        reviewed = (
            await self.files.of_doctor(file_id, reader_id, self.deps.now()) if doctor else None
        )
        if reviewed is None:
            raise NoSuchFileError
        return reviewed
