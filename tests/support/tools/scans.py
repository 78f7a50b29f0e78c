"""Which queries looked at whole collections: MongoDB's own profiler says so, whoever asked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pymongo import MongoClient

_WHOLE = {"planSummary": {"$regex": "COLLSCAN"}}


class Scans:
    """Watches databases of one server. A query without an index costs more with every document."""

    def __init__(self, url: str, databases: Iterable[str]) -> None:
        """Begin to watch; what is asked by the test's own clients counts as well."""
        self._client: MongoClient[Any] = MongoClient(url)
        self._databases = tuple(databases)
        for name in self._databases:
            self._client[name].command({"profile": 1, "filter": _WHOLE})

    def found(self) -> list[str]:
        """Each kind of such a query once: where, what was asked."""
        kinds = set()
        for name in self._databases:
            for seen in self._client[name]["system.profile"].find(_WHOLE):
                command = seen.get("command", {})
                asked = {
                    word: _shape(command[word])
                    for word in ("filter", "q", "pipeline", "query", "sort")
                    if word in command
                }
                kinds.add(f"{seen['ns']} {seen['op']} {asked}")
        return sorted(kinds)

    def close(self) -> None:
        """Stop watching."""
        self._client.close()


def _shape(value: Any) -> Any:
    """The names in a query, without what was looked for."""
    if isinstance(value, dict):
        return {name: _shape(one) for name, one in value.items()}
    return [_shape(one) for one in value] if isinstance(value, list) else "…"
