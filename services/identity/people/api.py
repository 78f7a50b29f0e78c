"""Staff find people, correct their data and give temporary numbers, over HTTP.

What is looked for is in the body, no part of an address.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, Field

from contracts.roles import Role
from services.chassis.foundation.text import prose
from services.chassis.foundation.typed import Id, Tidied
from services.chassis.http.auth import Principal, require
from services.chassis.http.etags import IfMatch, etag
from services.chassis.http.facilities import facility
from services.chassis.http.looks import Reach, Why
from services.chassis.work.looks import Looker
from services.identity.accounts.domain import Account, ProfileState
from services.identity.deps import Body, FormField, Registrar
from services.identity.people.domain import CorrectionForm, PolicyForm, Search
from services.identity.people.usecases import Corrections, Insurance, People
from services.identity.profiles.views import PassportView, ReasonView, TemporaryPolicyView

router = APIRouter(prefix="/v1/people", tags=["staff"])
_ROLES = (Role.REGISTRAR, Role.ADMINISTRATOR, Role.SUPPORT)


class SearchIn(Body):
    """One way: full name and birth date, or a phone, or the СНИЛС. Exact, or nothing is found."""

    full_name: Annotated[FormField, Field(examples=["Соколова Анна Сергеевна"])] = None
    birth_date: Annotated[FormField, Field(examples=["2007-04-18"])] = None
    phone: FormField = None
    snils: FormField = None
    reason: Why = Field(
        default=None,
        description="Обязательна тому, кто видит все клиники; её увидит этот человек.",
        examples=["Звонок гражданина: не приходит код."],
    )

    def search(self) -> Search:
        """The use case's form."""
        return Search(**self.model_dump(exclude={"reason"}))


class FoundPerson(BaseModel):
    """Who it is; no number and no contact beside what was looked for."""

    account_id: str
    full_name: str | None
    birth_date: date | None
    clinic_id: str | None = Field(description="К какой клинике прикреплён.")
    level: str = Field(description="«confirmed»: the registry agreed with the name and the date.")

    @classmethod
    def of(cls, account: Account) -> Self:
        """The view of an account."""
        person = account.profile.person if account.profile else None
        return cls(
            account_id=account.id,
            full_name=person.full_name if person else None,
            birth_date=person.birth_date if person else None,
            clinic_id=account.attachment.clinic_id if account.attachment else None,
            level=account.level,
        )


class FoundPeople(BaseModel):
    """At most ten."""

    items: list[FoundPerson]


@router.post("/searches", summary="Найти человека")
async def search(
    body: SearchIn,
    use: Annotated[People, Depends(facility(People))],
    who: Annotated[Principal, Depends(require(*_ROLES))],
) -> FoundPeople:
    """Whose account this is. Each person who is shown finds it in `GET /v1/looks` (K7).

    429 `too-many-searches`: so many an hour for each member of staff; see `Retry-After`.
    """
    found = await use.find(body.search(), Reach(who, _ROLES), body.reason)
    return FoundPeople(items=[FoundPerson.of(account) for account in found])


class OpeningIn(Body):
    """Why a registrar opens somebody's data."""

    reason: Annotated[
        str,
        Tidied(prose, longest=500, shortest=3),
        Field(
            description="Её увидит этот человек.",
            examples=["Пришёл с паспортом: фамилия не та."],
        ),
    ]


class DocumentTyped(Body):
    """The paper that the registrar saw."""

    kind: Annotated[FormField, Field(examples=["Паспорт"])] = None
    number: Annotated[FormField, Field(examples=["4521 123456"])] = None


class PassportTyped(Body):
    """Passport as typed."""

    series: FormField = None
    number: FormField = None


class CorrectionIn(Body):
    """What the papers say otherwise; what is not named stays, an empty text is taken out.

    Name, birth date, СНИЛС and policy need the `document` that was seen.
    """

    last_name: Annotated[FormField, Field(examples=["Соколова"])] = None
    first_name: FormField = None
    middle_name: FormField = None
    birth_date: Annotated[FormField, Field(examples=["2007-04-18"])] = None
    snils: FormField = None
    oms: FormField = None
    passport: PassportTyped | None = None
    phone: Annotated[FormField, Field(description="Если он ещё не подтверждён кодом.")] = None
    document: DocumentTyped | None = None

    def form(self) -> CorrectionForm:
        """The use case's form."""
        passport = self.passport or PassportTyped()
        document = self.document or DocumentTyped()
        return CorrectionForm(
            **self.model_dump(exclude={"passport", "document"}),
            passport_series=passport.series,
            passport_number=passport.number,
            document_kind=document.kind,
            document_number=document.number,
        )


class DeskProfileView(BaseModel):
    """What is compared with papers at the desk."""

    account_id: str
    state: ProfileState
    mismatches: list[str]
    reasons: list[ReasonView]
    last_name: str | None = None
    first_name: str | None = None
    middle_name: str | None = None
    birth_date: date | None = None
    snils: str | None = None
    oms: str | None = None
    passport: PassportView | None = None
    phone: str | None = None

    @classmethod
    def of(cls, account: Account) -> Self:
        """The view of an account's profile."""
        profile = account.profile
        person = profile.person if profile else None
        passport = person.passport if person else None
        names = ("last_name", "first_name", "middle_name", "birth_date", "snils", "oms")
        return cls(
            account_id=account.id,
            state=account.profile_state,
            mismatches=list(profile.mismatches) if profile else [],
            reasons=ReasonView.all_of(account),
            phone=account.phone,
            passport=PassportView(**vars(passport)) if passport else None,
            **{name: getattr(person, name, None) for name in names},
        )


class TemporaryPolicyIn(Body):
    """A temporary number that the operator checked, and why."""

    number: Annotated[FormField, Field(examples=["123456789"])] = None
    valid_until: Annotated[FormField, Field(examples=["2027-01-20"])] = None
    reason: Annotated[
        str,
        Tidied(prose, longest=500, shortest=3),
        Field(examples=["Обращение в чат: полис оформляется."]),
    ]


def _registrar(who: Principal) -> Looker:
    return Reach(who, (Role.REGISTRAR,)).at(None)


@router.post("/{account_id}/profile", summary="Что сверить с документами")
async def profile(
    account_id: Id,
    body: OpeningIn,
    *,
    use: Annotated[Corrections, Depends(facility(Corrections))],
    who: Registrar,
    response: Response,
) -> DeskProfileView:
    """The profile of who stands at the desk, with its `ETag`.

    They find the look and its reason in `/looks`, which is why this is no GET. 429
    `too-many-searches`: counted with the searches.
    """
    account = await use.look(account_id, body.reason, _registrar(who))
    response.headers["ETag"] = etag(account.revision)
    return DeskProfileView.of(account)


@router.post("/{account_id}/corrections", summary="Исправить данные по документам")
async def correct(
    account_id: Id,
    body: CorrectionIn,
    *,
    use: Annotated[Corrections, Depends(facility(Corrections))],
    who: Registrar,
    expected: IfMatch,
    response: Response,
) -> DeskProfileView:
    """The registry looks again; when it agrees, booking works (A29, e23).

    Without a field it only looks again. 409 `look-first`: within an hour after one's own look.
    """
    account = await use.correct(account_id, expected, body.form(), _registrar(who))
    response.headers["ETag"] = etag(account.revision)
    return DeskProfileView.of(account)


@router.post("/{account_id}/temporary-policy", summary="Выдать временный страховой номер")
async def insure(
    account_id: Id,
    body: TemporaryPolicyIn,
    use: Annotated[Insurance, Depends(facility(Insurance))],
    who: Annotated[Principal, Depends(require(Role.SUPPORT))],
) -> TemporaryPolicyView:
    """For a confirmed person without a policy, until a day; they are told (A25, e21)."""
    form = PolicyForm(body.number, body.valid_until)
    by = Reach(who, (Role.SUPPORT,)).at(None)
    account = await use.activate(account_id, form, body.reason, by)
    found = account.temporary_policy
    if found is None:
        message = f"account {account_id} has no temporary policy"
        raise ValueError(message)
    return TemporaryPolicyView(number=found.number, valid_until=found.valid_until)
