"""What nobody could scan at upload waits in quarantine until somebody can (C9)."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from services.chassis.work.timers import Due
from services.chassis.work.transactions import Transaction
from services.documents.access.gateways.storage import Storage
from services.documents.deps import Deps
from services.documents.uploads import events
from services.documents.uploads.domain.files import FileState, StoredFile
from services.documents.uploads.errors import ScannerAwayError
from services.documents.uploads.gateways.malware import Scanner
from services.documents.uploads.metrics import UploadMetrics
from services.documents.uploads.store import Files

log = structlog.get_logger(__name__)

SCAN = "scan"


@dataclass(frozen=True)
class Quarantine:
    """The verb of the timer `scan`, whose key is the file."""

    deps: Deps
    files: Files
    bucket: str
    storage: Storage
    scanner: Scanner | None
    metrics: UploadMetrics

    async def scan(self, due: Due) -> None:
        """Let a file out of quarantine, or take its bytes away; each step can be repeated (X6).

        Raises:
            ScannerAwayError, StorageAwayError: not now; the timer comes again.
        """
        waiting = await self.files.find(None, due.key)
        left: StoredFile | None = None
        if waiting is not None and waiting.state is FileState.QUARANTINED:
            left = await self._scanned(waiting)

        async def work(tx: Transaction) -> None:
            if left is None:
                return
            facts = [events.accepted(left)] if left.state is FileState.ACCEPTED else []
            await self.files.save(tx, left, *facts)

        await self.deps.transactions.run(work, cause=due)
        if left is not None:
            self.metrics.taken(self.metrics.purpose(left.purpose), left.state)

    async def _scanned(self, file: StoredFile) -> StoredFile:
        if self.scanner is None:  # it waits for one: whoever switched it off has scanned nothing
            message = "there is no scanner for malware"
            raise ScannerAwayError(message)
        malware = await self.scanner.scan(await self.storage.get(self.bucket, file.sha256))
        if malware is not None:
            log.warning("malware in quarantine", malware=malware, file_id=file.id)
            await self.storage.remove(self.bucket, file.sha256)
        return file.scanned(self.deps.now(), clean=malware is None)
