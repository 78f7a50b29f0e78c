"""A clinic's registrar at work."""

from __future__ import annotations

import pytest

from tests.support.services.scheduling import Desk
from tests.support.services.timetables import Registry


@pytest.fixture
def registry(desk: Desk) -> Registry:
    """The registrar of clinic-1."""
    return Registry(desk)
