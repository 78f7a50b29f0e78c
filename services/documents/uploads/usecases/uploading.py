"""Uploads are taken: scanned for malware, examined, stored, told of; or refused in words."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from contracts.roles import Role
from services.chassis.database.idempotency import Once
from services.chassis.foundation.errors import RefusalError
from services.chassis.work.transactions import Transaction
from services.documents.access.domain.content import clean_name, sha256_of
from services.documents.access.gateways.storage import Storage
from services.documents.deps import Deps
from services.documents.uploads import events
from services.documents.uploads.domain.files import FileState, StoredFile
from services.documents.uploads.domain.limits import PurposeLimits, check_limits
from services.documents.uploads.domain.quotas import Quota, month_of
from services.documents.uploads.domain.remarks import Remark, remarks_on
from services.documents.uploads.domain.signatures import (
    Known,
    OwnDocument,
    Signed,
    verdict_of,
)
from services.documents.uploads.errors import (
    FileInfectedError,
    FileTooLargeError,
    ScannerAwayError,
    UnknownPurposeError,
)
from services.documents.uploads.gateways.inspection.pool import InspectionPool
from services.documents.uploads.gateways.malware import Scanner
from services.documents.uploads.metrics import UploadMetrics
from services.documents.uploads.store import Files, Months
from services.documents.uploads.usecases.reading import SealedHere
from services.documents.uploads.usecases.scanning import SCAN

log = structlog.get_logger(__name__)

_FIRST_TRY = timedelta(seconds=30)
"""After which what nobody could scan is tried again; the timer backs off from there."""


@dataclass(frozen=True)
class Upload:
    """What somebody sent."""

    purpose: str
    name: str
    content: bytes


@dataclass(frozen=True)
class Sender:
    """Whose a file will be, and who sends it for them, where they do not themselves."""

    id: str
    roles: Collection[Role] = (Role.CITIZEN,)
    actor_id: str | None = None


@dataclass(frozen=True)
class Rules:
    """What the installation accepts, and keeps of one citizen."""

    purposes: Mapping[str, PurposeLimits]
    quota: Quota

    @property
    def largest_upload(self) -> int:
        """The largest file in bytes that any purpose allows."""
        return max(limits.max_bytes for limits in self.purposes.values())

    def of(self, purpose: str, sender: Sender) -> PurposeLimits:
        """The limits of a purpose.

        Raises:
            UnknownPurposeError: there is no such purpose for this sender.
        """
        own = {code: limits for code, limits in self.purposes.items() if limits.by in sender.roles}
        limits = own.get(purpose)
        if limits is None:
            raise UnknownPurposeError({code: found.title for code, found in own.items()})
        return limits


@dataclass(frozen=True)
class Uploads:
    """Taking. `sealed_here` knows content that was sealed here by its hash.

    Without a `scanner` nothing is scanned for malware, and every file says so.
    """

    deps: Deps
    rules: Rules
    files: Files
    months: Months
    bucket: str
    storage: Storage
    inspector: InspectionPool
    scanner: Scanner | None
    sealed_here: SealedHere
    metrics: UploadMetrics

    async def warm(self) -> None:
        """Get ready for the first file, and say what is not done with any."""
        if self.scanner is None:
            log.warning("uploads are not scanned for malware: no scanner is configured")
        await self.inspector.warm()

    def remarks(self, file: StoredFile) -> tuple[Remark, ...]:
        """What the owner of an accepted file should know."""
        return remarks_on(self.rules.purposes.get(file.purpose), file)

    async def upload(self, sender: Sender, upload: Upload, *, once: Once) -> StoredFile:
        """Check a file, store it under its hash, and say so (C7, C8, C9, C41, C55, D3).

        What was sealed here is known by its hash and taken as it is: it carries files, is no scan,
        and nobody else can have made it. What the scanner cannot look at now is stored in
        quarantine: told to nobody, until a timer has had it scanned.

        Storing comes before the transaction: content is addressed by its hash, so doing it twice
        is doing it once, and without a record nobody can reach it.

        Raises:
            FileRefusedError: one of its kinds; nothing is stored.
            UnknownPurposeError: nothing to check against.
            UploadQuotaError: this person has stored enough for this month.
        """
        purpose = self.metrics.purpose(upload.purpose)
        try:
            taken = await self._upload(sender, upload, once)
        except RefusalError as refusal:
            self.metrics.refused(purpose, refusal)
            raise
        self.metrics.taken(purpose, taken.state)
        return taken

    async def _upload(self, sender: Sender, upload: Upload, once: Once) -> StoredFile:
        limits, now = self.rules.of(upload.purpose, sender), self.deps.now()
        if len(upload.content) > self.rules.largest_upload:
            raise FileTooLargeError(limits.max_bytes)
        month = month_of(now)
        so_far = await self.months.of_citizen(None, sender.id, month)
        # before any work; it counts in the transaction
        so_far.plus(len(upload.content)).check(self.rules.quota, now)
        state = await self._scanned(upload.content)
        file, content = await self._examined(sender, upload, limits, state, now)
        await self.storage.put(self.bucket, file.sha256, content, file.media_type)

        async def work(tx: Transaction) -> StoredFile:
            before = await self.months.of_citizen(tx, sender.id, month)
            stored = before.plus(file.size)
            stored.check(self.rules.quota, now)
            await self.months.put(tx, sender.id, stored)
            if file.state is FileState.ACCEPTED:
                return await self.files.add(tx, file, events.accepted(file))
            await tx.set_timer(SCAN, file.id, now + _FIRST_TRY)
            return await self.files.add(tx, file)

        return await self.deps.transactions.run(work, once=once)

    async def _scanned(self, content: bytes) -> FileState:
        """What may be done with bytes as they were sent.

        Raises:
            FileInfectedError: there is malware in them.
        """
        if self.scanner is None:
            return FileState.ACCEPTED
        try:
            malware = await self.scanner.scan(content)
        except ScannerAwayError:
            return FileState.QUARANTINED
        if malware is not None:
            log.warning("malware in an upload", malware=malware)
            raise FileInfectedError
        return FileState.ACCEPTED

    async def _examined(
        self,
        sender: Sender,
        upload: Upload,
        limits: PurposeLimits,
        state: FileState,
        now: datetime,
    ) -> tuple[StoredFile, bytes]:
        size, source = len(upload.content), sha256_of(upload.content)
        known = (await self.sealed_here([source])).get(source)
        found = await self.inspector.inspect(upload.content, sender.id, sealed=known is not None)
        signatures = known.signatures if known else found.signatures
        electronic = verdict_of(signatures) is Signed.INTACT
        check_limits(limits, size=size, pages=found.pages, dpi=found.dpi, electronic=electronic)
        file = StoredFile(
            id=self.deps.new_id(),
            owner_id=sender.id,
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
            actor_id=sender.actor_id,
            state=state,
            scanned_at=now if self.scanner and state is FileState.ACCEPTED else None,
            signatures=signatures,
            own_document=_own(known, sender, limits) if known else None,
        )
        return file, found.content


def _own(known: Known, sender: Sender, limits: PurposeLimits) -> OwnDocument:
    """A doctor attaches what is their patient's; a citizen, what is their own (C41)."""
    return known.sent_by(sender.id) if limits.by is Role.CITIZEN else known.document
