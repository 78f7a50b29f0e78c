"""Cursors: where a page ended, as one opaque word. Only a word that was made here is taken back.

A position is the sort key of the last item: its id, or a moment and its id.
"""

from __future__ import annotations

import base64
import binascii
import re
from datetime import UTC, datetime
from typing import Annotated, Any, TypeAlias

import orjson
from fastapi import Query

from services.chassis.foundation.dates import parse_moment
from services.chassis.foundation.errors import FieldError, InvalidInputError

Position: TypeAlias = tuple[datetime, str]
Cursor = Annotated[
    str | None, Query(max_length=400, description="`next_cursor` of the page before.")
]
_ID = re.compile(r"[\x21-\x7e]{1,128}")
_WORD = re.compile(r"[A-Za-z0-9_-]+")


def moment_cursor(at: datetime, last_id: str) -> str:
    """The cursor of a list sorted by time and id."""
    return _encode([at.astimezone(UTC).isoformat(), last_id])


def parse_moment_cursor(cursor: str | None) -> Position | None:
    """Back from `moment_cursor`; None at the first page.

    Raises:
        InvalidInputError: not a cursor of ours.
    """
    if cursor is None:
        return None
    match _decode(cursor):
        case [str(text), str(last_id)] if _ID.fullmatch(last_id):
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
        case [str(last_id)] if _ID.fullmatch(last_id) and id_cursor(last_id) == cursor:
            return last_id
    raise _unknown()


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
