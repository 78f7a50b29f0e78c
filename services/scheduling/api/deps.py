"""What the routes share: the use cases, and who may come in."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from pydantic import Field

from services.chassis.auth import Principal, Role, require
from services.chassis.errors import FieldError, InvalidInputError
from services.chassis.http import decode_cursor, encode_cursor
from services.scheduling.usecases import UseCases


async def use_cases(request: Request) -> UseCases:
    """The use cases that the app was built with (async: FastAPI gives others a thread each)."""
    found: UseCases = request.app.state.use
    return found


Use = Annotated[UseCases, Depends(use_cases)]
Citizen = Annotated[Principal, Depends(require(Role.CITIZEN))]
ConfirmedCitizen = Annotated[Principal, Depends(require(Role.CITIZEN, confirmed=True))]
Registrar = Annotated[Principal, Depends(require(Role.REGISTRAR))]
Support = Annotated[Principal, Depends(require(Role.SUPPORT))]
Limit = Annotated[int, Field(ge=1, le=100, description="How many at most.")]
Cursor = Annotated[
    str | None, Field(max_length=200, description="`next_cursor` of the page before.")
]


def moment_cursor(moment: datetime, last_id: str) -> str:
    """Where a list sorted by time and id goes on."""
    return encode_cursor([moment.isoformat(), last_id])


def parse_moment_cursor(cursor: str | None) -> tuple[datetime, str] | None:
    """Back from `moment_cursor`.

    Raises:
        InvalidInputError: not a cursor of ours.
    """
    if cursor is None:
        return None
    moment, last_id = decode_cursor(cursor, length=2)
    try:
        when = datetime.fromisoformat(moment)
    except (TypeError, ValueError):
        when = None
    if when is None or when.tzinfo is None or not isinstance(last_id, str):
        raise InvalidInputError([FieldError("/query/cursor", "cursor", "Неизвестный курсор.")])
    return when, last_id
