"""My account and profile; staff accounts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field

from services.chassis.database.pages import moment_cursor, parse_moment_cursor
from services.chassis.http.auth import Principal, anyone, require
from services.chassis.http.auth import Role as TokenRole
from services.chassis.http.etags import IfMatch, etag
from services.chassis.http.middleware import OnceKey
from services.chassis.http.pages import Cursor
from services.identity.api.common import Body, Use
from services.identity.domain import (
    Account,
    Category,
    Form,
    ProfileState,
    Role,
    StaffForm,
    readable,
)

router = APIRouter(prefix="/v1")

Anyone = Annotated[Principal, Depends(anyone)]
Citizen = Annotated[Principal, Depends(require(TokenRole.CITIZEN))]
Administrator = Annotated[Principal, Depends(require(TokenRole.ADMINISTRATOR))]
Typed = Annotated[str | None, Field(max_length=254)]


class PassportForm(Body):
    """Passport as typed."""

    series: Annotated[Typed, Field(examples=["45 21"])] = None
    number: Annotated[Typed, Field(examples=["123456"])] = None


class ProfileForm(Body):
    """A profile as typed. Every field is text, so that one answer names all errors (I13, e1)."""

    category: Annotated[
        Typed,
        Field(
            description="`citizen` (нужны паспорт и ИНН), `resident` (СНИЛС), `temporary`.",
            examples=["citizen"],
        ),
    ] = None
    last_name: Annotated[Typed, Field(examples=["Соколова"])] = None
    first_name: Annotated[Typed, Field(examples=["Анна"])] = None
    middle_name: Annotated[Typed, Field(examples=["Сергеевна"])] = None
    birth_date: Annotated[Typed, Field(examples=["2007-04-18"])] = None
    snils: Annotated[Typed, Field(examples=["112-233-445 95"])] = None
    inn: Annotated[Typed, Field(examples=["500100732259"])] = None
    oms: Annotated[Typed, Field(examples=["7758890000000128"])] = None
    passport: PassportForm | None = None
    phone: Annotated[Typed, Field(description="Если вход подтверждён по e-mail.")] = None
    email: Annotated[Typed, Field(description="Если вход подтверждён по телефону.")] = None

    def form(self) -> Form:
        """The use case's form."""
        typed = self.model_dump(exclude={"passport"})
        passport = self.passport or PassportForm()
        return Form(**typed, passport_series=passport.series, passport_number=passport.number)


class PassportView(BaseModel):
    """Passport: digits only."""

    series: str
    number: str


class ProfileView(BaseModel):
    """My profile and how far it is; edit with the `ETag` of this answer in `If-Match`."""

    account_id: str
    state: ProfileState
    revision: int
    mismatches: list[str] = Field(
        description="Поля, с которыми не согласился реестр.", examples=[["passport"]]
    )
    category: Category | None = None
    last_name: str | None = None
    first_name: str | None = None
    middle_name: str | None = None
    birth_date: date | None = None
    snils: str | None = None
    inn: str | None = None
    oms: str | None = None
    passport: PassportView | None = None
    phone: str | None = None
    email: str | None = None

    @classmethod
    def of(cls, account: Account) -> ProfileView:
        """The view of an account's profile."""
        person = account.person
        known = (
            {}
            if person is None
            else {
                "category": person.category,
                "last_name": person.last_name,
                "first_name": person.first_name,
                "middle_name": person.middle_name,
                "birth_date": person.birth_date,
                "snils": person.snils,
                "inn": person.inn,
                "oms": person.oms,
                "passport": PassportView(
                    series=person.passport.series, number=person.passport.number
                )
                if person.passport
                else None,
            }
        )
        return cls.model_validate(
            {
                "account_id": account.id,
                "state": account.profile_state,
                "revision": account.revision,
                "mismatches": account.mismatches,
                "phone": account.phone,
                "email": readable(account.email) if account.email else None,
                **known,
            }
        )


class AccountView(BaseModel):
    """My account."""

    account_id: str
    roles: list[Role]
    level: str
    phone: str | None
    email: str | None
    logins: list[str] = Field(description="Чем можно войти.")
    full_name: str | None
    position: str | None
    clinic_id: str | None
    created_at: datetime

    @classmethod
    def of(cls, account: Account) -> AccountView:
        """The view of an account."""
        staff, person = account.staff, account.person
        names = (person.last_name, person.first_name, person.middle_name) if person else ()
        return cls(
            account_id=account.id,
            roles=[account.role],
            level=account.level,
            phone=account.phone,
            email=readable(account.email) if account.email else None,
            logins=[readable(login) for login in account.logins],
            full_name=staff.full_name if staff else " ".join(n for n in names if n) or None,
            position=staff.position if staff else None,
            clinic_id=staff.clinic_id if staff else None,
            created_at=account.created_at,
        )


class NewStaff(Body):
    """A member of staff. The first password is set by the person through `/recoveries`."""

    role: Role
    full_name: Annotated[str, Field(max_length=200, examples=["Орлова Мария Викторовна"])]
    phone: Typed = None
    email: Typed = None
    position: Annotated[Typed, Field(examples=["врач-терапевт"])] = None
    clinic_id: Annotated[Typed, Field(examples=["clinic-1"])] = None
    snils: Annotated[
        Typed,
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


@router.get("/account", tags=["account"])
async def my_account(use: Use, who: Anyone) -> AccountView:
    """Who I am."""
    return AccountView.of(await use.profiles.get(who.subject))


@router.get("/profile", tags=["account"])
async def my_profile(use: Use, who: Citizen, response: Response) -> ProfileView:
    """My profile with its `ETag`."""
    account = await use.profiles.get(who.subject)
    response.headers["ETag"] = etag(account.version)
    return ProfileView.of(account)


@router.put("/profile", tags=["account"])
async def submit_profile(
    body: ProfileForm, use: Use, who: Citizen, expected: IfMatch, response: Response
) -> ProfileView:
    """Fill in or correct the profile; the state registry compares it (I2).

    Until it has answered, the level is «registered» again.
    """
    account = await use.profiles.submit(who.subject, expected, body.form())
    response.headers["ETag"] = etag(account.version)
    return ProfileView.of(account)


@router.post("/staff", status_code=201, tags=["staff"])
async def register_staff(
    body: NewStaff, use: Use, who: Administrator, once: OnceKey
) -> AccountView:
    """Make a staff account."""
    account = await use.staff.register(
        body.form(), who.subject, once=once.answering(AccountView.of)
    )
    return AccountView.of(account)


@router.get("/staff", tags=["staff"])
async def list_staff(
    use: Use,
    who: Administrator,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> StaffPage:
    """Staff accounts, newest first."""
    found = await use.staff.page(limit, parse_moment_cursor(cursor), who.subject)
    page = found[:limit]
    last = page[-1] if len(found) > limit else None
    return StaffPage(
        items=[AccountView.of(a) for a in page],
        next_cursor=moment_cursor(last.created_at, last.id) if last else None,
    )
