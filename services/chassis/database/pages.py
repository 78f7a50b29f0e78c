"""Pages of lists, and cursors: where a page ended, as one opaque word.

Only a word that was made here is taken back. A position is the sort key of the last item: its id,
or a moment or a text, and its id.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import reduce
from operator import getitem
from typing import Any, Generic, TypeAlias, TypeVar

import orjson
from pymongo import ASCENDING, DESCENDING

from services.chassis.database.client import Document, Query
from services.chassis.foundation.clock import in_milliseconds
from services.chassis.foundation.dates import parse_moment
from services.chassis.foundation.errors import FieldError, InvalidInputError

T = TypeVar("T")
Position: TypeAlias = tuple[datetime, str]
_ID_FORM = re.compile(r"[\x21-\x7e]{1,128}")
_ID = "_id"
_WORD = re.compile(r"[A-Za-z0-9_-]+")


def moment_cursor(at: datetime, last_id: str) -> str:
    """The cursor of a list sorted by time and id; times as stored, in milliseconds."""
    return _encode([in_milliseconds(at).astimezone(UTC).isoformat(), last_id])


def parse_moment_cursor(cursor: str | None) -> Position | None:
    """Back from `moment_cursor`; None at the first page.

    Raises:
        InvalidInputError: not a cursor of ours.
    """
    if cursor is None:
        return None
    match _decode(cursor):
        case [str(text), str(last_id)] if _ID_FORM.fullmatch(last_id):
            at = parse_moment(text)
            if at is not None and moment_cursor(at, last_id) == cursor:
                return at, last_id
    raise _unknown()


def id_cursor(last_id: str) -> str:
    """The cursor of a list sorted by id."""
    return _encode([last_id])


def parse_id_cursor(cursor: str | None) -> str | None:
    """Back from `id_cursor`; None at the first page.

    Raises:
        InvalidInputError: not a cursor of ours.
    """
    if cursor is None:
        return None
    match _decode(cursor):
        case [str(last_id)] if _ID_FORM.fullmatch(last_id) and id_cursor(last_id) == cursor:
            return last_id
    raise _unknown()


def text_cursor(text: str, last_id: str) -> str:
    """The cursor of a list sorted by a text and id."""
    return _encode([text, last_id])


def parse_text_cursor(cursor: str | None) -> tuple[str, str] | None:
    """Back from `text_cursor`; None at the first page.

    Raises:
        InvalidInputError: not a cursor of ours.
    """
    if cursor is None:
        return None
    match _decode(cursor):
        case [str(text), str(last_id)] if (
            _ID_FORM.fullmatch(last_id) and text_cursor(text, last_id) == cursor
        ):
            return text, last_id
    raise _unknown()


@dataclass(frozen=True)
class Sort:
    """The order of a list: by a moment or a text (its path in the documents) and then by id.

    Or by id alone.
    """

    field: str = _ID
    descending: bool = False
    text: bool = False

    @property
    def keys(self) -> list[tuple[str, int]]:
        """For the query and for its index."""
        way = DESCENDING if self.descending else ASCENDING
        return [(field, way) for field in dict.fromkeys((self.field, _ID))]

    def after(self, cursor: str | None) -> Query:
        """What lies beyond a cursor; everything without one.

        Raises:
            InvalidInputError: not a cursor of ours.
        """
        beyond = "$lt" if self.descending else "$gt"
        if self.field == _ID:
            last_id = parse_id_cursor(cursor)
            return {} if last_id is None else {_ID: {beyond: last_id}}
        position = parse_text_cursor(cursor) if self.text else parse_moment_cursor(cursor)
        if position is None:
            return {}
        at, last_id = position
        return {
            self.field: {f"{beyond}e": at},
            "$or": [{self.field: {beyond: at}}, {_ID: {beyond: last_id}}],
        }

    def cursor(self, last: Document) -> str:
        """The cursor of a page that ends with this document."""
        if self.field == _ID:
            return id_cursor(last[_ID])
        at: Any = reduce(getitem, self.field.split("."), last)
        return text_cursor(at, last[_ID]) if self.text else moment_cursor(at, last[_ID])


@dataclass(frozen=True)
class Page(Generic[T]):
    """A page of a list; no cursor after the last one."""

    items: tuple[T, ...]
    next_cursor: str | None


def _encode(position: list[str]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(position)).decode().rstrip("=")


def _decode(cursor: str) -> Any:
    if _WORD.fullmatch(cursor) is None:
        return None
    try:
        return orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error):
        return None


def _unknown() -> InvalidInputError:
    return InvalidInputError([FieldError("/query/cursor", "cursor", "Неизвестный курсор.")])
