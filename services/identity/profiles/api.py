"""My profile."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from services.chassis.http.etags import IfMatch, etag
from services.chassis.http.facilities import facility
from services.identity.deps import Body, Citizen, FormField
from services.identity.profiles.domain import Form
from services.identity.profiles.usecases import Profiles
from services.identity.profiles.views import ProfileView

router = APIRouter(prefix="/v1", tags=["account"])

Use = Annotated[Profiles, Depends(facility(Profiles))]


class PassportForm(Body):
    """Passport as typed."""

    series: Annotated[FormField, Field(examples=["45 21"])] = None
    number: Annotated[FormField, Field(examples=["123456"])] = None


class ProfileForm(Body):
    """A profile as typed. Every field is text, so that one answer names all errors (I13, e1)."""

    category: Annotated[
        FormField,
        Field(
            description="`citizen` (нужны паспорт и ИНН), `resident` (СНИЛС), `temporary`.",
            examples=["citizen"],
        ),
    ] = None
    last_name: Annotated[FormField, Field(examples=["Соколова"])] = None
    first_name: Annotated[FormField, Field(examples=["Анна"])] = None
    middle_name: Annotated[FormField, Field(examples=["Сергеевна"])] = None
    birth_date: Annotated[FormField, Field(examples=["2007-04-18"])] = None
    snils: Annotated[FormField, Field(examples=["112-233-445 95"])] = None
    inn: Annotated[FormField, Field(examples=["500100732259"])] = None
    oms: Annotated[FormField, Field(examples=["7758890000000128"])] = None
    passport: PassportForm | None = None
    gender: Annotated[
        FormField, Field(description="`female`, `male`: заполняет формы.", examples=["female"])
    ] = None
    registration_address: Annotated[
        FormField, Field(examples=["г. Москва, ул. Донская, д. 5, кв. 12"])
    ] = None
    phone: Annotated[FormField, Field(description="Если вход подтверждён по e-mail.")] = None
    email: Annotated[FormField, Field(description="Если вход подтверждён по телефону.")] = None

    def form(self) -> Form:
        """The use case's form."""
        typed = self.model_dump(exclude={"passport"})
        passport = self.passport or PassportForm()
        return Form(**typed, passport_series=passport.series, passport_number=passport.number)


@router.get("/profile")
async def my_profile(use: Use, who: Citizen, response: Response) -> ProfileView:
    """My profile with its `ETag`."""
    account = await use.get(who.subject)
    response.headers["ETag"] = etag(account.revision)
    return ProfileView.of(account, use.today)


@router.put("/profile")
async def submit_profile(
    body: ProfileForm, use: Use, who: Citizen, expected: IfMatch, response: Response
) -> ProfileView:
    """Fill in or correct the profile; the state registry compares it (I2).

    Until it has answered, the level is «registered» again.
    """
    account = await use.submit(who.subject, expected, body.form())
    response.headers["ETag"] = etag(account.revision)
    return ProfileView.of(account, use.today)
