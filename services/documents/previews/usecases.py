"""Previews are ordered by events, rendered by a timer, shown to one doctor, and taken away."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from services.chassis.work.timers import Due
from services.chassis.work.transactions import Cause, Transaction
from services.documents.access.actions import Access
from services.documents.access.domain.content import (
    Content,
    Link,
    MediaType,
    clean_name,
    sha256_of,
)
from services.documents.access.gateways.storage import Storage
from services.documents.deps import Deps
from services.documents.previews.domain import LASTING, Preview
from services.documents.previews.errors import NoSuchPreviewError
from services.documents.previews.store import Previews as Store
from services.documents.sealed.domain import Order, Organisation
from services.documents.sealed.gateways.layouts import paper_of
from services.sealing import SealingError, preview

RENDER, FORGET = "preview", "preview-end"
_MALFORMED = "Строки документа заданы с ошибкой: ключи повторяются."
_NOBODY = Organisation("", "")


@dataclass(frozen=True)
class Previews:
    """The verbs about previews."""

    deps: Deps
    store: Store
    bucket: str
    storage: Storage
    access: Access

    async def order(self, preview_id: str, doctor_id: str, order: Order, *, cause: Cause) -> None:
        """Take an order; the timer `preview` does the rest."""
        now = self.deps.now()
        wanted = Preview(preview_id, doctor_id, order.title, order, now + LASTING)

        async def work(tx: Transaction) -> None:
            await self.store.put(tx, wanted)
            await tx.set_timer(RENDER, preview_id, now)

        await self.deps.transactions.run(work, cause=cause)

    async def render(self, due: Due) -> None:
        """Make the PDF of a due timer and store it; each step can be repeated (X6).

        Raises:
            AccidentError: S3 is away; the timer comes again.
        """
        wanted = await self.store.find(None, due.key)
        done = wanted
        if wanted is not None and wanted.order is not None:
            done = await self._rendered(wanted, wanted.order)

        async def work(tx: Transaction) -> None:
            if done is not None and done is not wanted:
                await self.store.put(tx, done)
                if done.sha256 is not None:
                    stored = {"sha256": done.sha256}
                    await tx.set_timer(FORGET, done.id, done.expires_at, stored)

        await self.deps.transactions.run(work, cause=due)

    async def forget(self, due: Due) -> None:
        """Take the PDF of a preview away whose day is over.

        Raises:
            StorageAwayError: S3 is away; the timer comes again.
        """
        await self.storage.remove(self.bucket, str(due.payload["sha256"]))

        async def work(tx: Transaction) -> None:
            """Only the timer goes: the record is gone by its own time."""

        await self.deps.transactions.run(work, cause=due)

    async def link(self, preview_id: str, doctor_id: str) -> Link:
        """A short-lived link for the doctor whose it is.

        Raises:
            NoSuchPreviewError, NotRenderedYetError, NotPrintableError: see `Preview`.
        """
        found = await self.store.find(None, preview_id)
        if found is None:
            raise NoSuchPreviewError
        sha256 = found.content_for(doctor_id, self.deps.now())
        name = clean_name(f"Предпросмотр {found.title}".replace("/", "-"), MediaType.PDF)
        return self.access.link(Content(self.bucket, sha256, name, MediaType.PDF))

    async def _rendered(self, wanted: Preview, order: Order) -> Preview:
        try:
            layout, values = paper_of(order, _NOBODY)
            pdf = await asyncio.to_thread(preview, layout, values, self.deps.now())
        except SealingError as error:
            return wanted.failed(f"{error.title}. {error.detail}")
        except ValueError:
            return wanted.failed(_MALFORMED)
        sha256 = sha256_of(pdf)
        await self.storage.put(self.bucket, sha256, pdf, MediaType.PDF)
        return wanted.rendered(sha256)
