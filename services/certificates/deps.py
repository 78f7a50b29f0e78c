"""What the routes share: dependencies, paging."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Query, Request

from services.certificates.applications.actions import Ledger
from services.certificates.applications.usecases import Applications
from services.certificates.catalogue.domain.catalogue import Catalogue
from services.certificates.registry.usecases import Registry
from services.certificates.reviews.usecases import Reviews
from services.chassis.database.pages import moment_cursor
from services.chassis.http.auth import Principal, Role, require


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
Limit = Annotated[int, Query(ge=1, le=100)]


def next_cursor(items: list[Any], limit: int, at: datetime | None, last_id: str) -> str | None:
    """The cursor after a full page; None after the last one."""
    if len(items) < limit or at is None:
        return None
    return moment_cursor(at, last_id)
