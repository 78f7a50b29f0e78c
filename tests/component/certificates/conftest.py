"""The service under test, with a citizen and two doctors it knows."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from services.chassis.foundation.settings import Platform
from tests.support.service import Tokens
from tests.support.services.certificates.office import Office
from tests.support.services.certificates.office import office as certificates


@pytest_asyncio.fixture
async def office(platform: Platform, database: str, tokens: Tokens) -> AsyncIterator[Office]:
    """Certificates, running on a fresh database."""
    async with certificates(platform, database, tokens) as running:
        await running.know_people()
        yield running
