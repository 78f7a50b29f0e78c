"""The service with an acquirer beside it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from services.chassis.foundation.settings import Platform
from tests.support.service import Tokens
from tests.support.services.certificates.bank import Bank
from tests.support.services.certificates.bank import bank as beside


@pytest_asyncio.fixture
async def bank(
    platform: Platform, database: str, tokens: Tokens, tmp_path: Path
) -> AsyncIterator[Bank]:
    """Certificates and the acquirer, each other's outside."""
    async with beside(platform, database, tokens, tmp_path) as running:
        yield running
