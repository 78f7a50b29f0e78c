"""Where a page ends, and what comes after it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

Position = tuple[datetime, str]
"""A time and an id."""


def after_position(field: str, position: Position | None, *, descending: bool) -> dict[str, Any]:
    """The filter for what comes after a position in the order of (field, _id)."""
    if position is None:
        return {}
    at, last_id = position
    beyond = "$lt" if descending else "$gt"
    return {"$or": [{field: {beyond: at}}, {field: at, "_id": {beyond: last_id}}]}
