"""The public check of a tracking number, for machines. No login, and nothing personal (C13)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, Field

from services.certificates.applications.domain.tracking import LONGEST_TYPED
from services.certificates.receipts.actions import Receipts
from services.certificates.receipts.domain import REGISTERED_LABELS, Found, Registered
from services.chassis.http.facilities import facility
from services.chassis.http.rates import public_check

router = APIRouter(prefix="/v1/public", tags=["Публичная проверка"])
Use = Annotated[Receipts, Depends(facility(Receipts))]
TypedNumber = Annotated[str, Path(max_length=LONGEST_TYPED, examples=["4829-1730-5584"])]


class RegisteredView(BaseModel):
    """That an application is registered, since when, and whether it is still under way."""

    number: str = Field(examples=["4829-1730-5584"])
    state: Registered
    state_label: str
    registered_on: date | None

    @classmethod
    def of(cls, found: Found) -> Self:
        """From the domain."""
        return cls(
            number=found.number,
            state=found.state,
            state_label=REGISTERED_LABELS[found.state],
            registered_on=found.registered_on,
        )


@router.get(
    "/applications/{number}",
    summary="Проверить квитанцию по номеру заявления",
    dependencies=[Depends(public_check)],
)
async def check(number: TypedNumber, use: Use) -> RegisteredView:
    """States: under-review, over, unknown; 422 `number-mistyped` if the number is not one.

    429 `too-many-requests`: so many a minute for each network address.
    """
    return RegisteredView.of(await use.look_up(number))
