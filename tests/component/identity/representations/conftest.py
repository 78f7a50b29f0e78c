"""A parent, confirmed and logged in."""

from __future__ import annotations

import pytest

from tests.support.services.identity import Identity
from tests.support.services.representing import Parent, a_parent


@pytest.fixture
async def parent(identity: Identity) -> Parent:
    """Somebody who may represent a child."""
    return await a_parent(identity)
