"""What every use case of documents is given, and what all routes share. Knows no feature."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Query, Request

from contracts.roles import Role
from services.chassis.foundation.errors import NotConfirmedError, RefusalError
from services.chassis.http.auth import Principal
from services.chassis.http.door import admitted
from services.chassis.http.facilities import facility
from services.chassis.http.headers import asked_of, declared_length
from services.chassis.http.looks import Reach
from services.chassis.http.rates import Rates
from services.chassis.work.looks import Looker, Looks
from services.chassis.work.transactions import Transactions

Citizen = Annotated[Principal, Depends(admitted(Role.CITIZEN, acting=True))]
"""A citizen, or who acts for one (I12)."""
Person = Annotated[Principal, Depends(admitted(Role.CITIZEN, Role.DOCTOR, acting=True))]
Shown = Annotated[
    Principal, Depends(admitted(Role.CITIZEN, Role.DOCTOR, Role.REGISTRAR, acting=True))
]
"""Who may be shown an upload, by a right to that very one."""
Counted = Annotated[Rates, Depends(facility(Rates))]
"""Of routes that leave something behind: how often one person may."""
Journal = Annotated[Looks, Depends(facility(Looks))]
Limit = Annotated[int, Query(ge=1, le=100)]


@dataclass(frozen=True)
class Deps:
    """What use cases stand on. Clock and ids are arguments of the rules, and seams of tests."""

    transactions: Transactions
    now: Callable[[], datetime]
    new_id: Callable[[], str]


async def sends(who: Person) -> Principal:
    """Who may send files: a doctor, a confirmed citizen, who acts for one.

    Raises:
        NotConfirmedError: a citizen whom the registry has not confirmed.
    """
    if Role.DOCTOR not in who.roles and not who.confirmed:
        raise NotConfirmedError
    return who


Sending = Annotated[Principal, Depends(sends)]


def looker_of(who: Principal) -> Looker:
    """Who is shown something: a doctor, a registrar, its owner, or who acts for them."""
    return Reach(who, (Role.DOCTOR, Role.REGISTRAR, Role.CITIZEN)).at(None)


async def bounded_body(
    request: Request, *, at_most: int, too_large: Callable[[], RefusalError]
) -> AsyncIterator[bytes]:
    """The body as it arrives, never more than `at_most` bytes of it.

    Raises:
        What `too_large` makes: it is more, or says that it will be.
        starlette.requests.ClientDisconnect: it stopped coming.
    """
    declared = declared_length(asked_of(request.scope))
    if declared is not None and declared > at_most:
        raise too_large()
    received = 0
    async for chunk in request.stream():
        received += len(chunk)
        if received > at_most:
            raise too_large()
        yield chunk
