"""A citizen asks to represent a child, sees who acts for whom, ends it, and gets a token for it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field

from services.chassis.foundation.typed import Id
from services.chassis.http.answers import answered
from services.chassis.http.facilities import facility
from services.chassis.http.once import OnceKey
from services.chassis.http.pages import Cursor
from services.identity.deps import Body, Citizen, FormField
from services.identity.representations.domain import ClaimForm, Kind, Representation, Scope
from services.identity.representations.usecases import Acting, Claims, Holding
from services.identity.representations.usecases.acting import ActingToken
from services.identity.representations.views import RightPage, RightView

router = APIRouter(prefix="/v1", tags=["Действовать за другого"])
Asking = Annotated[Claims, Depends(facility(Claims))]
Use = Annotated[Holding, Depends(facility(Holding))]
Limit = Annotated[int, Query(ge=1, le=100)]


class ChildForm(Body):
    """A child as typed. Every field is text, so that one answer names all errors (I13)."""

    kind: Annotated[FormField, Field(description="`parent`, `guardian`.", examples=["parent"])] = (
        None
    )
    last_name: Annotated[FormField, Field(examples=["Соколов"])] = None
    first_name: Annotated[FormField, Field(examples=["Пётр"])] = None
    middle_name: Annotated[FormField, Field(examples=["Ильич"])] = None
    birth_date: Annotated[FormField, Field(examples=["2019-04-18"])] = None
    snils: Annotated[FormField, Field(examples=["112-233-445 95"])] = None
    birth_certificate: Annotated[
        FormField, Field(description="Если СНИЛС нет.", examples=["I-АЮ 123456"])
    ] = None
    oms: FormField = None


class ActingFor(Body):
    """For whom: `subject_id` of a representation in force."""

    subject_id: Annotated[Id, Field(alias="for")]


class ActingTokenView(BaseModel):
    """An access token with which the caller acts for another. Ask anew when it has ended."""

    access_token: str = Field(description="JWT, ES256: `sub` – за кого, `act.sub` – кто.")
    token_type: str = "Bearer"  # noqa: S105 - the name of the scheme (RFC 6750)
    expires_in: int = Field(description="Seconds.", examples=[600])
    right_id: str
    kind: Kind
    subject_id: str
    subject_name: str
    scopes: list[Scope]
    certificate_types: list[str]

    @classmethod
    def of(cls, given: ActingToken) -> ActingTokenView:
        """The view of a token."""
        right = given.right
        return cls(
            access_token=given.access_token,
            expires_in=given.expires_in,
            right_id=right.id,
            kind=right.kind,
            subject_id=right.subject_id or "",
            subject_name=right.subject_name,
            scopes=list(right.scopes),
            certificate_types=list(right.certificate_types),
        )


def _asked(right: Representation) -> dict[str, str]:
    return {"Location": f"/v1/representations/{right.id}"}


@router.post(
    "/representations", status_code=201, summary="Добавить ребёнка", response_model=RightView
)
async def ask(body: ChildForm, use: Asking, who: Citizen, once: OnceKey) -> Response:
    """A parent or guardian names a child; the registry, or a registrar, confirms it (I12)."""
    keyed = once.answering(RightView.of, headers=_asked)
    await use.ask(who.subject, ClaimForm(**body.model_dump()), once=keyed)
    return answered(keyed.given)


@router.get("/representations", summary="Кого я представляю")
async def mine(use: Use, who: Citizen, cursor: Cursor = None, limit: Limit = 20) -> RightPage:
    """Newest first, those that were refused or ended, too."""
    return RightPage.of(await use.mine(who.subject, after=cursor, limit=limit))


@router.get("/representatives", summary="Кто представляет меня")
async def of_me(use: Use, who: Citizen, cursor: Cursor = None, limit: Limit = 20) -> RightPage:
    """Newest first, those that ended, too."""
    return RightPage.of(await use.of_me(who.subject, after=cursor, limit=limit))


@router.get("/representations/{right_id}", summary="Представительство")
async def one(right_id: Id, use: Use, who: Citizen) -> RightView:
    """For its two sides, with its history."""
    return RightView.of(await use.one(who.subject, right_id))


@router.post("/representations/{right_id}/withdrawal", summary="Прекратить")
async def withdraw(right_id: Id, use: Use, who: Citizen) -> RightView:
    """By the representative, or by who is represented (from 14 on). Services hear of it at once."""
    return RightView.of(await use.withdraw(who.subject, right_id))


@router.post("/tokens/acting", summary="Действовать за другого")
async def act(
    body: ActingFor, use: Annotated[Acting, Depends(facility(Acting))], who: Citizen
) -> ActingTokenView:
    """A token for a person or organisation that the caller represents; nothing renews it.

    It opens applications, appointments and files of the other, nothing of their account.
    """
    return ActingTokenView.of(await use.token(who.subject, body.subject_id))
