"""What the routes share: dependencies, paging."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Query, Request

from services.certificates.domain.catalogue import Catalogue
from services.certificates.store.documents import Position
from services.certificates.usecases import Applications, Ledger, Registry, Reviews
from services.chassis.auth import Principal, Role, require
from services.chassis.errors import FieldError, InvalidInputError
from services.chassis.http import decode_cursor, encode_cursor


async def _ledger(request: Request) -> Ledger:
    ledger: Ledger = request.app.state.ledger
    return ledger


async def _catalogue(ledger: Annotated[Ledger, Depends(_ledger)]) -> Catalogue:
    return ledger.catalogue


async def _applications(ledger: Annotated[Ledger, Depends(_ledger)]) -> Applications:
    return Applications(ledger)


async def _reviews(ledger: Annotated[Ledger, Depends(_ledger)]) -> Reviews:
    return Reviews(ledger)


async def _registry(ledger: Annotated[Ledger, Depends(_ledger)]) -> Registry:
    return Registry(ledger)


UseLedger = Annotated[Ledger, Depends(_ledger)]
UseCatalogue = Annotated[Catalogue, Depends(_catalogue)]
UseApplications = Annotated[Applications, Depends(_applications)]
UseReviews = Annotated[Reviews, Depends(_reviews)]
UseRegistry = Annotated[Registry, Depends(_registry)]
Citizen = Annotated[Principal, Depends(require(Role.CITIZEN))]
Confirmed = Annotated[Principal, Depends(require(Role.CITIZEN, confirmed=True))]
Doctor = Annotated[Principal, Depends(require(Role.DOCTOR))]
Revoker = Annotated[Principal, Depends(require(Role.DOCTOR, Role.ADMINISTRATOR))]
Cursor = Annotated[str | None, Query(description="`next_cursor` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=100)]


def position(cursor: str | None) -> Position | None:
    """The position of a cursor.

    Raises:
        InvalidInputError: not a cursor of ours.
    """
    if cursor is None:
        return None
    at, last_id = decode_cursor(cursor, length=2)
    try:
        moment = datetime.fromisoformat(str(at))
    except ValueError as error:
        wrong = FieldError("/query/cursor", "cursor", "Неизвестный курсор.")
        raise InvalidInputError([wrong]) from error
    return moment, str(last_id)


def next_cursor(items: list[Any], limit: int, at: datetime | None, last_id: str) -> str | None:
    """The cursor after a full page; None after the last one."""
    if len(items) < limit or at is None:
        return None
    return encode_cursor([at.isoformat(), last_id])
