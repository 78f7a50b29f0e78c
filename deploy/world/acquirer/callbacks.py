"""Tells the merchant what happened, signed, again and again until somebody takes it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time

import httpx2

from deploy.world.acquirer import views
from deploy.world.acquirer.book import Book, Order, Refund
from deploy.world.acquirer.lines import CALLBACK, HEADER, signed
from deploy.world.acquirer.settings import AcquirerSettings

_LOOK_SECONDS = 0.2
_LONGEST_SECONDS = 60.0
_TAKEN = 300


class Callbacks:
    """One loop. `bell` makes it look at once."""

    def __init__(
        self, book: Book, settings: AcquirerSettings, client: httpx2.AsyncClient | None = None
    ) -> None:
        self._book = book
        self._settings = settings
        self._client = client or httpx2.AsyncClient(timeout=5.0)
        self._again: dict[str, tuple[float, float]] = {}
        self.bell = asyncio.Event()

    async def run(self) -> None:
        """Until it is cancelled."""
        try:
            while True:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_LOOK_SECONDS):
                        await self.bell.wait()
                self.bell.clear()
                await self.tell()
        finally:
            await self._client.aclose()

    async def tell(self) -> None:
        """Tell what is due to be told."""
        for entry in self._book.untold():
            due, wait = self._again.get(entry.id, (0.0, self._settings.retry_seconds))
            if time.monotonic() < due:
                continue
            if await self._taken(entry):
                self._again.pop(entry.id, None)
                self._told(entry)
            else:
                longer = min(2 * wait, _LONGEST_SECONDS)
                self._again[entry.id] = (time.monotonic() + wait, longer)

    async def _taken(self, entry: Order | Refund) -> bool:
        body = json.dumps(
            {"order": views.of_order(entry, self._settings.public_url)}
            if isinstance(entry, Order)
            else {"refund": views.of_refund(entry)}
        ).encode()
        secret = self._settings.secret.get_secret_value()
        headers = {HEADER: signed(secret, CALLBACK, body), "Content-Type": "application/json"}
        try:
            answer = await self._client.post(
                self._settings.callback_url, content=body, headers=headers
            )
        except (httpx2.HTTPError, OSError):
            return False
        return answer.status_code < _TAKEN

    def _told(self, entry: Order | Refund) -> None:
        """Unless more has happened meanwhile."""
        if isinstance(entry, Order):
            if self._book.orders[entry.id] == entry:
                self._book.keep(entry.model_copy(update={"told": True}))
        else:
            self._book.keep(entry.model_copy(update={"told": True}))
