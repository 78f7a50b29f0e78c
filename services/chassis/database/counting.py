"""Counts for gauges: over an index, and no further than a gauge needs.

A count walks every key that it finds. Of what grows for as long as the platform lives it would
walk longer every day, several times a minute: so it ends at `MOST`, which stands for «as many or
more».
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.chassis.database.client import Collection

MOST = 100_000
"""Some 40 ms of MongoDB's time."""


async def counted(
    collection: Collection,
    query: Mapping[str, Any],
    *,
    hint: str | Sequence[tuple[str, int]] | None = None,
    most: int = MOST,
) -> int:
    """How many documents there are, at most `most`; the query has to have an index."""
    options: dict[str, Any] = {"limit": most} | ({"hint": hint} if hint else {})
    return await collection.count_documents(query, **options)
