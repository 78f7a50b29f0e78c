"""Types as a label: those of the software by name, what administrators add together as `other`."""

from __future__ import annotations

from collections.abc import Iterable

OTHER = "other"


class TypeLabels:
    """A closed list, whatever is published while the service runs."""

    def __init__(self, types: Iterable[str]) -> None:
        self._known = frozenset(types)
        self.values = (*sorted(self._known), OTHER)

    def of(self, code: str) -> str:
        """The label of a type."""
        return code if code in self._known else OTHER
