"""The service under test, with demo clinics and a clock of our own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from services.chassis.foundation.settings import Platform
from tests.support.service import Tokens
from tests.support.services.scheduling import Desk, scheduling


@pytest_asyncio.fixture
async def desk(platform: Platform, database: str, tokens: Tokens) -> AsyncIterator[Desk]:
    """Scheduling, running on a fresh database."""
    async with scheduling(platform, database, tokens) as running:
        yield running
