"""The notifier under test: real MongoDB, real small providers, events handed in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from services.chassis.foundation.settings import Platform
from services.notifier.app import build
from services.notifier.settings import Settings
from tests.support.service import Collector, Tokens, running
from tests.support.services.notifier.providers import Providers, providers

Build = Callable[..., FastAPI]


@pytest.fixture
async def boxes() -> AsyncIterator[Providers]:
    """SMS centre, push service and mail server."""
    async with providers() as found:
        yield found


@pytest.fixture
def make(
    platform: Platform, database: str, tokens: Tokens, collector: Collector, boxes: Providers
) -> Build:
    """Builds a notifier on the test's database that sends to the test's providers."""

    def made(*, provider_timeout: float = 3.0, **seams: Any) -> FastAPI:
        """`provider_timeout`: seconds until a silent provider is given up."""
        told = boxes.settings() | {"provider_timeout": provider_timeout}
        settings = Settings(platform=platform, database=database, **told)
        return build(settings, fetch_keys=tokens.fetch, publisher=collector, **seams)

    return made


@pytest.fixture
async def app(make: Build) -> FastAPI:
    """One notifier."""
    return make()


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    """It runs."""
    async with running(app) as found:
        yield found
