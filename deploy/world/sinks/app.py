"""Builds the sinks: one HTTP application with the SMTP server beside it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from deploy.world.sinks import inbox, providers, rooms
from deploy.world.sinks.mail import serve_mail
from deploy.world.sinks.messages import Faults, Messages, Sinks
from deploy.world.sinks.settings import SinksSettings


def build(settings: SinksSettings) -> FastAPI:
    """The application; SMTP listens while it runs."""
    sinks = Sinks(settings, Messages(settings.data_dir / "messages.jsonl"), Faults())

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        server = await serve_mail(settings.host, settings.smtp_port, sinks.messages, sinks.faults)
        try:
            yield
        finally:
            server.close()

    # Its only readers are this repository's notifier and tests: no API pages.
    app = FastAPI(
        title="Demo sinks", docs_url=None, redoc_url=None, redirect_slashes=False, lifespan=lifespan
    )
    app.state.sinks = sinks
    app.include_router(providers.router)
    app.include_router(inbox.router)
    app.include_router(rooms.router)
    return app
