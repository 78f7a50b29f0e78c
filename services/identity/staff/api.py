"""Administrators make staff accounts and list them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field

from services.chassis.http.answers import answered
from services.chassis.http.facilities import facility
from services.chassis.http.once import OnceKey
from services.chassis.http.pages import Cursor
from services.identity.accounts.domain import Role
from services.identity.accounts.views import AccountView
from services.identity.deps import Administrator, Body, FormField
from services.identity.staff.domain import StaffForm
from services.identity.staff.usecases import Staff

router = APIRouter(prefix="/v1", tags=["staff"])

Use = Annotated[Staff, Depends(facility(Staff))]


class NewStaff(Body):
    """A member of staff. The first password is set by the person through `/recoveries`."""

    role: Role
    full_name: Annotated[str, Field(max_length=200, examples=["Орлова Мария Викторовна"])]
    phone: FormField = None
    email: FormField = None
    position: Annotated[FormField, Field(examples=["врач-терапевт"])] = None
    clinic_id: Annotated[FormField, Field(examples=["clinic-1"])] = None
    snils: Annotated[
        FormField,
        Field(
            description="Чтобы врач не рассматривал своё собственное заявление.",
            examples=["087-654-303 00"],
        ),
    ] = None

    def form(self) -> StaffForm:
        """The use case's form."""
        return StaffForm(**self.model_dump())


class StaffPage(BaseModel):
    """Staff accounts, newest first."""

    items: list[AccountView]
    next_cursor: str | None


@router.post("/staff", status_code=201, response_model=AccountView)
async def register_staff(body: NewStaff, use: Use, who: Administrator, once: OnceKey) -> Response:
    """Make a staff account."""
    keyed = once.answering(AccountView.of)
    await use.register(body.form(), who.subject, once=keyed)
    return answered(keyed.given)


@router.get("/staff")
async def list_staff(
    use: Use,
    who: Administrator,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> StaffPage:
    """Staff accounts, newest first."""
    page = await use.page(cursor, limit, who.subject)
    return StaffPage(
        items=[AccountView.of(account) for account in page.items], next_cursor=page.next_cursor
    )
