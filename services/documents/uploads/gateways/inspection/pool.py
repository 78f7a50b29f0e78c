"""What is this file? By content, never by name: an allow-list first, then a real decoding.

The decoding happens in processes that can be killed (`worker`), kept warm. Images are written anew,
so that nothing but the picture survives. It judges no purpose: limits are the domain's.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import puremagic
import structlog

from services.documents.access.domain.content import MediaType
from services.documents.uploads.domain.files import Inspected
from services.documents.uploads.errors import (
    FileBrokenError,
    FileEmptyError,
    FileRefusedError,
    FileTooComplexError,
    FileTypeNotAllowedError,
    InspectionAwayError,
)
from services.documents.uploads.gateways.fair_semaphore import FairSemaphore
from services.documents.uploads.gateways.images import MAX_PIXELS
from services.documents.uploads.gateways.inspection.process import (
    Limits,
    NoAnswerError,
    WorkerProcess,
)
from services.documents.uploads.gateways.inspection.worker import decode

log = structlog.get_logger(__name__)

_HEAD = 4096
_PDF_HEADER = re.compile(rb"(?:\xef\xbb\xbf|\s|\x00){0,1000}%PDF-")  # what mail and editors prepend
_ALLOWED = frozenset(kind.value for kind in MediaType)
_SERVES = 200  # files; then a fresh process, whatever the libraries have leaked
_NAMES = {MediaType.PDF: "PDF", MediaType.JPEG: "JPG", MediaType.PNG: "PNG"}

__all__ = ["MAX_PIXELS", "InspectionPool", "Limits", "inspect", "recognise"]


def recognise(content: bytes) -> MediaType:
    """The type by the first bytes.

    Raises:
        FileEmptyError: there are none.
        FileTypeNotAllowedError: not one of the three.
    """
    if not content:
        raise FileEmptyError
    if _PDF_HEADER.match(content):
        return MediaType.PDF
    try:
        matches = puremagic.magic_string(content[:_HEAD])
    except (puremagic.PureError, ValueError) as error:
        raise FileTypeNotAllowedError from error
    for match in matches:
        # only what begins the file: a signature further in is how polyglots hide
        if match.offset == 0 and match.mime_type in _ALLOWED:
            return MediaType(match.mime_type)
    raise FileTypeNotAllowedError


def inspect(content: bytes) -> Inspected:
    """Recognise and decode here and now, without the limits that `InspectionPool` puts on it.

    Raises:
        FileRefusedError: the kinds of `errors`.
    """
    return decode(recognise(content), content)


class InspectionPool:
    """Inspections in a few processes, each killed when a file takes too long or too much."""

    def __init__(
        self,
        *,
        processes: int = 2,
        waiting: int = 64,
        waiting_each: int = 6,
        limits: Limits | None = None,
        trusted: Sequence[Path] = (),
    ) -> None:
        """Start nothing yet; more callers than `waiting`, or `waiting_each` of one, are refused.

        `trusted`: files of roots that signatures are checked against, and directories of them.
        """
        self._trusted = tuple(trusted)
        self._limits = limits or Limits()
        self._permits = FairSemaphore(
            processes,
            waiting=waiting,
            waiting_each=waiting_each,
            seconds=self._limits.wait_seconds,
        )
        self._idle: list[WorkerProcess] = []
        self._all: set[WorkerProcess] = set()
        self._closed = False

    async def warm(self) -> None:
        """Start one process ahead of the first file; where that fails, a file will tell."""
        with contextlib.suppress(InspectionAwayError):
            if not self._all:
                self._idle.append(await self._start())

    async def inspect(self, content: bytes, owner_id: str, *, sealed: bool = False) -> Inspected:
        """See `inspect`; what was `sealed` here is only counted, and kept as it is.

        Raises:
            FileRefusedError: the kinds of `errors`; FileTooComplexError for what had to be stopped.
            TooManyRequestsError: too many wait, or this one has waited too long.
            InspectionAwayError: no process can be started, we are stopping, or there are no roots.
        """
        kind = recognise(content)
        async with self._permits.holding(owner_id), self._worker() as worker:
            return await self._inspected(worker, kind, content, sealed=sealed)

    async def close(self) -> None:
        """Kill every process."""
        self._closed = True
        await asyncio.gather(*(self._stop(worker) for worker in tuple(self._all)))

    async def _inspected(
        self, worker: WorkerProcess, kind: MediaType, content: bytes, *, sealed: bool
    ) -> Inspected:
        try:
            return await worker.inspect(kind, content, sealed=sealed)
        except NoAnswerError as error:
            if self._closed:
                message = "stopping"
                raise InspectionAwayError(message) from error
            log.warning("an inspection was stopped", kind=kind.value, reason=str(error))
            raise (
                FileBrokenError(_NAMES[kind]) if error.failed else FileTooComplexError
            ) from error

    @contextlib.asynccontextmanager
    async def _worker(self) -> AsyncIterator[WorkerProcess]:
        """A process for one file: whatever else than an answer comes of it, it is killed."""
        while self._idle and not self._idle[-1].alive:
            await self._stop(self._idle.pop())
        worker = self._idle.pop() if self._idle else await self._start()
        fit = False
        try:
            await worker.ready()
            yield worker
            fit = True
        except FileRefusedError:
            fit = worker.answered
            raise
        finally:
            if fit and worker.served < _SERVES and not self._closed:
                self._idle.append(worker)
            else:
                await self._stop(worker)

    async def _start(self) -> WorkerProcess:
        if self._closed:
            message = "stopping"
            raise InspectionAwayError(message)
        worker = await WorkerProcess.start(self._limits, self._trusted)
        self._all.add(worker)
        return worker

    async def _stop(self, worker: WorkerProcess) -> None:
        self._all.discard(worker)
        await worker.stop()
