"""Administrators invite, change, move and dismiss staff."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field, TypeAdapter

from services.chassis.foundation.text import line, prose
from services.chassis.foundation.typed import Id, Tidied
from services.chassis.http.answers import answered
from services.chassis.http.etags import IfMatch, etag
from services.chassis.http.facilities import facility
from services.chassis.http.once import OnceKey
from services.chassis.http.pages import Cursor
from services.identity.accounts.domain import Account, Role, StaffAsked
from services.identity.deps import Administrator, Body, FormField, Key, Limit, administrator
from services.identity.staff.domain import StaffForm
from services.identity.staff.usecases import Staff
from services.identity.staff.views import StaffPage, StaffView

router = APIRouter(prefix="/v1/staff", tags=["staff"])

Use = Annotated[Staff, Depends(facility(Staff))]
_FORM = TypeAdapter(StaffForm)


class PostTyped(Body):
    """A role at a clinic; without a clinic on the whole platform."""

    role: Annotated[FormField, Field(examples=["doctor"])] = None
    clinic_id: Annotated[FormField, Field(examples=["clinic-1"])] = None


class QualificationTyped(Body):
    """A certificate or an accreditation of a specialist."""

    number: Annotated[FormField, Field(examples=["7723 031415926"])] = None
    specialty: Annotated[FormField, Field(description="Код.", examples=["therapist"])] = None
    issued_on: Annotated[FormField, Field(examples=["2024-05-20"])] = None
    valid_until: Annotated[FormField, Field(examples=["2029-05-20"])] = None


class ConferenceTyped(Body):
    """Where a doctor spoke or learned."""

    title: Annotated[str | None, Field(max_length=600)] = None
    year: int | None = None


class PracticeTyped(Body):
    """What patients choose a doctor by; the first specialty is the main one."""

    specialties: Annotated[
        tuple[Annotated[str, Field(max_length=64)], ...],
        Field(max_length=20, description="Коды.", examples=[["therapist"]]),
    ] = ()
    practising_since: Annotated[int | None, Field(examples=[2009])] = None
    qualifications: Annotated[tuple[QualificationTyped, ...], Field(max_length=50)] = ()
    conferences: Annotated[tuple[ConferenceTyped, ...], Field(max_length=100)] = ()
    photo: Annotated[FormField, Field(description="Номер файла.")] = None


class StaffTyped(Body):
    """A member of staff as typed; one answer names all errors."""

    full_name: Annotated[FormField, Field(examples=["Орлова Мария Викторовна"])] = None
    position: Annotated[FormField, Field(examples=["врач-терапевт"])] = None
    snils: Annotated[
        FormField,
        Field(
            description="Чтобы врач не рассматривал своё собственное заявление; нет – прежний.",
            examples=["087-654-303 00"],
        ),
    ] = None
    phone: Annotated[FormField, Field(description="Хватит телефона или e-mail.")] = None
    email: FormField = None
    posts: Annotated[tuple[PostTyped, ...], Field(max_length=50)] = ()
    practice: PracticeTyped | None = None

    def form(self) -> StaffForm:
        """The use case's form."""
        return _FORM.validate_python(self.model_dump(exclude={"id"}))


class NewStaff(StaffTyped):
    """A member of staff to be. The first password is set by the person through `/recoveries`."""

    id: Annotated[Key | None, Field(description="Свой идентификатор; нет – назначит система.")] = (
        None
    )
    login: Annotated[FormField, Field(description="Имя для входа, если нужно.")] = None


class Because(Body):
    """Why; kept with the account, shown to administrators only."""

    reason: Annotated[
        str, Tidied(prose, longest=500, shortest=3), Field(examples=["Уволен по собственному."])
    ]


@router.post("", summary="Пригласить сотрудника", status_code=201, response_model=StaffView)
async def make_staff(body: NewStaff, use: Use, who: Administrator, once: OnceKey) -> Response:
    """Make a staff account; an invitation goes to its contacts."""
    keyed = once.answering(StaffView.of)
    await use.make(body.id, body.form(), who.subject, once=keyed)
    return answered(keyed.given)


@router.get("", summary="Сотрудники")
async def list_staff(  # noqa: PLR0917 - what they may be found by
    use: Use,
    who: Administrator,
    clinic_id: Annotated[str | None, Query(max_length=64)] = None,
    role: Role | None = None,
    name: Annotated[str | None, Query(max_length=100, description="Начало фамилии.")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> StaffPage:
    """Staff by name: of the platform, or of the administrator's own clinics."""
    clinics = frozenset({clinic_id}) if clinic_id else None
    asked = StaffAsked(clinics, role, line(name or ""))
    page = await use.page(asked, cursor, limit, administrator(who))
    return StaffPage(
        items=[StaffView.of(account) for account in page.items], next_cursor=page.next_cursor
    )


@router.get("/{account_id}", summary="Сотрудник")
async def one_of_staff(
    account_id: Id, use: Use, who: Administrator, response: Response
) -> StaffView:
    """A member of staff with the `ETag`."""
    return _tagged(await use.get(account_id, administrator(who)), response)


@router.put("/{account_id}", summary="Изменить или перевести сотрудника")
async def change_staff(  # noqa: PLR0917 - the form, the version, and who asks
    account_id: Id,
    body: StaffTyped,
    use: Use,
    who: Administrator,
    expected: IfMatch,
    response: Response,
) -> StaffView:
    """Enter everything anew; contacts and СНИЛС that are left out stay as they are."""
    changed = await use.change(account_id, expected, body.form(), administrator(who))
    return _tagged(changed, response)


@router.post("/{account_id}/dismissal", summary="Уволить сотрудника")
async def dismiss(
    account_id: Id, body: Because, use: Use, who: Administrator, response: Response
) -> StaffView:
    """Logins end at once; other services hear of it."""
    return _tagged(await use.dismiss(account_id, body.reason, administrator(who)), response)


@router.post("/{account_id}/reinstatement", summary="Вернуть сотрудника")
async def reinstate(
    account_id: Id, body: Because, use: Use, who: Administrator, response: Response
) -> StaffView:
    """They work again, on the same posts."""
    return _tagged(await use.reinstate(account_id, body.reason, administrator(who)), response)


@router.post("/{account_id}/invitation", summary="Пригласить ещё раз")
async def invite(account_id: Id, use: Use, who: Administrator, response: Response) -> StaffView:
    """Tell them once more how to set the first password."""
    return _tagged(await use.invite(account_id, administrator(who)), response)


def _tagged(account: Account, response: Response) -> StaffView:
    response.headers["ETag"] = etag(account.revision)
    return StaffView.of(account)
