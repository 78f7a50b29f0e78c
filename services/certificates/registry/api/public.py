"""The public check by number, for machines (C34). No login, nothing personal but a masked name."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, Field

from services.certificates.registry.domain import numbers
from services.certificates.registry.domain.certificate import VALIDITY_LABELS, Checked, Validity
from services.certificates.registry.usecases import Registry
from services.certificates.registry.views import ClinicView
from services.chassis.http.facilities import facility
from services.chassis.http.rates import public_check

TypedNumber = Annotated[
    str,
    Path(
        max_length=numbers.LONGEST_TYPED,
        description="Номер, строка «№ … от …» или адрес страницы проверки.",
        examples=["26K7-Q2M9-X4RB"],
    ),
]
router = APIRouter(prefix="/v1/public", tags=["Публичная проверка"])
Use = Annotated[Registry, Depends(facility(Registry))]


class PublicView(BaseModel):
    """What anybody may know. Of an unknown number: only that it is unknown."""

    number: str = Field(examples=["26K7-Q2M9-X4RB"])
    state: Validity
    state_label: str = Field(examples=["Справка с этим номером действительна"])
    title: str | None = None
    name: str | None = Field(default=None, examples=["С*** А*** С***"])
    issuer: str | None = None
    clinic: ClinicView | None = None
    issued_on: date | None = None
    valid_until: date | None = None
    revoked_on: date | None = None

    @classmethod
    def of(cls, checked: Checked) -> Self:
        """From the domain; a certificate that was not issued is as good as none."""
        number, certificate, state = checked.number, checked.certificate, checked.validity
        if certificate is None or state is Validity.UNKNOWN:
            return cls(
                number=number,
                state=Validity.UNKNOWN,
                state_label=VALIDITY_LABELS[Validity.UNKNOWN],
            )
        return cls(
            number=number,
            state=state,
            state_label=VALIDITY_LABELS[state],
            title=certificate.title,
            name=certificate.masked_name,
            issuer=certificate.issuer,
            clinic=ClinicView.of(certificate.clinic),
            issued_on=certificate.issued_on,
            valid_until=certificate.valid_until,
            revoked_on=checked.revoked_on,
        )


@router.get(
    "/certificates/{number:path}",  # the address of the check page may be pasted as a number
    summary="Проверить справку по номеру",
    dependencies=[Depends(public_check)],
)
async def check(number: TypedNumber, use: Use) -> PublicView:
    """States: valid, expired, revoked, unknown; 422 `number-mistyped` if the number is not one.

    429 `too-many-requests`: so many a minute for each network address.
    """
    return PublicView.of(await use.look_up(number))
