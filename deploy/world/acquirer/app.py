"""Builds the acquirer: what merchants ask, the page where people pay, and the callbacks."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
from fastapi import FastAPI

from deploy.world.acquirer import merchant, pages
from deploy.world.acquirer.book import Book
from deploy.world.acquirer.callbacks import Callbacks
from deploy.world.acquirer.desk import Desk
from deploy.world.acquirer.settings import AcquirerSettings


def build(settings: AcquirerSettings, *, client: httpx2.AsyncClient | None = None) -> FastAPI:
    """The application; it calls back while it runs. `client` is a seam of tests."""
    book = Book(settings.data_dir / "book.jsonl")
    callbacks = Callbacks(book, settings, client)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        telling = asyncio.create_task(callbacks.run())
        try:
            yield
        finally:
            telling.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await telling

    app = FastAPI(
        title="Demo acquirer",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    app.state.desk = Desk(settings, book, callbacks)
    app.include_router(merchant.router)
    app.include_router(pages.router)
    return app
