"""What every use case of certificates is given, and what all its routes share. No feature."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, TypeVar

from fastapi import Depends, Query
from pydantic import BaseModel, ConfigDict

from contracts.roles import Role
from services.certificates.settings import Settings
from services.chassis.foundation import clock
from services.chassis.foundation.errors import DuplicateError
from services.chassis.http.auth import Principal
from services.chassis.http.door import admitted, represented
from services.chassis.work.arrivals import PATIENCE
from services.chassis.work.transactions import Transactions

T = TypeVar("T")
_DRAWS = 5


def _new_id() -> str:
    return secrets.token_hex(12)


@dataclass(frozen=True)
class Deps:
    """Transactions, settings, and what is made outside of the rules: time, ids, draws, patience."""

    transactions: Transactions
    settings: Settings
    now: Callable[[], datetime] = clock.now
    new_id: Callable[[], str] = _new_id
    draw: Callable[[int], int] = secrets.randbelow
    patience: timedelta = PATIENCE

    @property
    def public_url(self) -> str:
        """Where citizens find the platform, without a slash at the end."""
        return self.settings.platform.public_url.rstrip("/")

    async def numbered(self, make: Callable[[], str], attempt: Callable[[str], Awaitable[T]]) -> T:
        """Run an attempt with a fresh number, again with another one if that number exists."""
        for _ in range(_DRAWS - 1):
            try:
                return await attempt(make())
            except DuplicateError:
                continue
        return await attempt(make())


class Body(BaseModel):
    """A request body: an unknown field is an error, not a silence."""

    model_config = ConfigDict(extra="forbid")


NO_NAMES = (
    "Текст читают и другие системы: не называйте в нём людей, диагнозы, адреса, телефоны и номера "
    "документов."
)
"""What decision 5 of the contracts promises that the forms say."""
Citizen = Annotated[Principal, Depends(admitted(Role.CITIZEN, acting=True))]
"""A citizen, or who acts for one (I12)."""
Confirmed = Annotated[Principal, Depends(admitted(Role.CITIZEN, confirmed=True, acting=True))]
Withdrawer = Annotated[Principal, Depends(represented(Role.CITIZEN))]
"""Taking back stays possible for a blocked account: nothing is left waiting in its name."""
Doctor = Annotated[Principal, Depends(admitted(Role.DOCTOR))]
Revoker = Annotated[Principal, Depends(admitted(Role.DOCTOR, Role.ADMINISTRATOR))]
Limit = Annotated[int, Query(ge=1, le=100)]
