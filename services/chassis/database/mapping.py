"""Dataclasses and the documents that they are stored as, by their annotations.

Written by a walk over the values, read by pydantic. Refuses to know what a value means.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time
from enum import Enum
from functools import cache
from operator import attrgetter
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from services.chassis.database.client import Document

T = TypeVar("T")
_ID = "_id"


class UnreadableDocumentError(Exception):
    """A stored document is not what its dataclass says. Names the fields; their values are data."""


class Mapper(Generic[T]):
    """A dataclass ↔ its documents, by its annotations.

    Enums are stored by value, days and times of day as text, tuples as lists, dataclasses as
    documents. A field that is not stored takes its default; what is stored and no field is left out
    (a newer replica may have written it). To store more, or to leave out, override `document`.
    """

    def __init__(
        self, model: type[T], *, key: str = "id", stored_as: Mapping[str, str] | None = None
    ) -> None:
        """`key` is the field kept as `_id`; `stored_as` names what is stored under another name."""
        names = {field.name: field.name for field in fields(model)}  # type: ignore[arg-type] # dataclasses only: has no name
        self.names: Mapping[str, str] = {**names, **(stored_as or {}), key: _ID}
        self._adapter: TypeAdapter[T] = _reader(model)  # type: ignore[arg-type] # a class is hashable

    def document(self, value: T) -> dict[str, Any]:
        """The value as a document."""
        return {key: _plain(getattr(value, name)) for name, key in self.names.items()}

    def value(self, document: Document) -> T:
        """The document as a value.

        Raises:
            UnreadableDocumentError: a bug, or an operator's hand.
        """
        found = {name: document[key] for name, key in self.names.items() if key in document}
        try:
            return self._adapter.validate_python(found)
        except ValidationError as error:
            wrong = sorted({".".join(map(str, e["loc"])) for e in error.errors()})
            message = f"document {document.get(_ID)}: {', '.join(wrong)}"
            raise UnreadableDocumentError(message) from None


@cache
def _reader(model: type) -> TypeAdapter[Any]:
    """Made once a process: it takes longer than many reads."""
    return TypeAdapter(model)


def _plain(value: Any) -> Any:
    """A value as BSON keeps it."""
    write = _writer(value.__class__)
    return value if write is None else write(value)


@cache
def _writer(kind: type) -> Callable[[Any], Any] | None:
    """How values of a class are stored; None: as they are. Looked up once: stores are hot."""
    if is_dataclass(kind):
        names = tuple(field.name for field in fields(kind))
        return lambda value: {name: _plain(getattr(value, name)) for name in names}
    if issubclass(kind, Enum):
        return attrgetter("value")
    if issubclass(kind, list | tuple):
        return lambda value: [_plain(item) for item in value]
    if issubclass(kind, Mapping):
        return lambda value: {key: _plain(item) for key, item in value.items()}
    if issubclass(kind, date | time) and not issubclass(kind, datetime):  # BSON has neither
        return _as_text
    return None


def _as_text(value: date | time) -> str:
    return value.isoformat()
