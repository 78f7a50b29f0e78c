"""Domain values ↔ documents. Dates are kept as text: BSON knows only moments."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

from services.chassis.database.client import Document

T = TypeVar("T")


def plain(value: Any) -> Any:
    """A value as BSON keeps it."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    return value


class Mapper(Generic[T]):
    """Maps one dataclass; `key` is the field that is the document's `_id`."""

    def __init__(self, model: type[T], key: str = "id") -> None:
        """Take the dataclass and the name of its identity."""
        self._adapter = TypeAdapter(model)
        self._key = key

    def document(self, value: T) -> dict[str, Any]:
        """The value as a document."""
        document: dict[str, Any] = plain(self._adapter.dump_python(value))
        document["_id"] = document.pop(self._key)
        return document

    def value(self, document: Document) -> T:
        """The document as a value."""
        fields = {key: item for key, item in document.items() if key != "_id"}
        return self._adapter.validate_python({**fields, self._key: document["_id"]})
