"""What the routes share: the use cases, and who may come in."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from pydantic import Field

from services.chassis.http.auth import Principal, Role, require
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
