"""What every use case of scheduling is given, and what all routes share. Knows no feature."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends
from pydantic import BaseModel, ConfigDict, Field

from contracts.roles import Role
from services.chassis.foundation.errors import AccountBlockedError
from services.chassis.http.auth import Principal, require
from services.chassis.http.facilities import facility
from services.chassis.work.transactions import Transactions
from services.scheduling.settings import Settings


@dataclass(frozen=True)
class Deps:
    """What use cases stand on. Clock and ids are arguments of the rules, and seams of tests."""

    transactions: Transactions
    settings: Settings
    now: Callable[[], datetime]
    new_id: Callable[[], str]


@dataclass(frozen=True)
class Door:
    """Who may come in: a token outlives a blocked account by minutes, this does not (I9)."""

    blocked: Callable[[str], Awaitable[bool]]

    async def admit(self, who: Principal) -> Principal:
        """Whoever holds the token, a citizen or a member of staff.

        Raises:
            AccountBlockedError: an administrator closed the account.
        """
        if await self.blocked(who.subject):
            raise AccountBlockedError
        return who


def _admitted(role: Role) -> Callable[..., Awaitable[Principal]]:
    has_role, the_door = require(role), facility(Door)

    async def holder(
        who: Principal = Depends(has_role), door: Door = Depends(the_door)
    ) -> Principal:
        return await door.admit(who)

    return holder


Citizen = Annotated[Principal, Depends(_admitted(Role.CITIZEN))]
Registrar = Annotated[Principal, Depends(_admitted(Role.REGISTRAR))]
Support = Annotated[Principal, Depends(_admitted(Role.SUPPORT))]
ConfirmedCitizen = Annotated[Principal, Depends(require(Role.CITIZEN, confirmed=True))]
"""For booking, which looks at the standing in its transaction."""
Limit = Annotated[int, Field(ge=1, le=100, description="How many at most.")]


class VisitView(BaseModel):
    """When, where, to whom."""

    model_config = ConfigDict(from_attributes=True)

    doctor_name: str
    specialty: str
    starts_at: datetime
    ends_at: datetime
    timezone: str
    room: str
    clinic_number: str
    clinic_name: str
    clinic_address: str
