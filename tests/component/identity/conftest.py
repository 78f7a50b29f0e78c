"""A running identity for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.chassis.foundation.settings import Platform
from tests.support.services.identity import Identity, identity_running


@pytest.fixture
async def identity(platform: Platform, database: str) -> AsyncIterator[Identity]:
    """Identity with the rules of production, cheap passwords, and a clock to move."""
    async with identity_running(platform, database) as running:
        yield running


@pytest.fixture
async def administrator(identity: Identity) -> dict[str, Any]:
    """An administrator, logged in."""
    return await identity.administrator()
