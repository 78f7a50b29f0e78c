"""What features declare is put together, and nothing silently wins."""

from __future__ import annotations

import pytest

from services.chassis.runtime.service import DeclaredTwiceError, merged


def test_what_is_declared_once_is_there() -> None:
    assert merged([{"a": 1}, {}, {"b": 2}]) == {"a": 1, "b": 2}
    assert merged([]) == {}


def test_two_features_cannot_hear_one_event() -> None:
    """One handler would win, and the other feature would never hear it."""
    with pytest.raises(DeclaredTwiceError, match="b"):
        merged([{"a": 1, "b": 2}, {"b": 3}])
