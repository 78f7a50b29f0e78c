"""What every use case of the notifier is given, and what all routes share. Knows no feature."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends

from contracts.roles import Role
from services.chassis.http.auth import Principal
from services.chassis.http.door import admitted
from services.chassis.work.transactions import Transactions
from services.notifier.settings import Settings


@dataclass(frozen=True)
class Deps:
    """What use cases stand on. The clock is an argument of the rules, and a seam of tests."""

    transactions: Transactions
    settings: Settings
    now: Callable[[], datetime]


Citizen = Annotated[Principal, Depends(admitted(Role.CITIZEN))]
