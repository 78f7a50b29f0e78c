"""Legal entities over HTTP: their heads, and whom they ask to represent them (I11)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field

from services.chassis.foundation.typed import Id
from services.chassis.http.answers import answered
from services.chassis.http.facilities import facility
from services.chassis.http.once import OnceKey
from services.chassis.http.pages import Cursor
from services.identity.deps import Body, Citizen, FormField
from services.identity.organisations.domain import (
    STANDING_LABELS,
    OfferForm,
    Organisation,
    OrganisationForm,
    Standing,
)
from services.identity.organisations.usecases import Heads, Offers
from services.identity.representations.domain import Representation
from services.identity.representations.views import RightPage, RightView

router = APIRouter(prefix="/v1", tags=["Организации"])
Use = Annotated[Heads, Depends(facility(Heads))]
Asked = Annotated[Offers, Depends(facility(Offers))]
Limit = Annotated[int, Query(ge=1, le=100)]


class OrganisationIn(Body):
    """A legal entity as typed; its head is who sends this."""

    name: Annotated[FormField, Field(examples=["ООО «Северный ветер»"])] = None
    ogrn: Annotated[FormField, Field(examples=["1027700132195"])] = None
    inn: Annotated[FormField, Field(examples=["7707083893"])] = None


class OfferIn(Body):
    """Whom to ask, for which types of certificates, until which day (inclusive)."""

    contact: Annotated[
        FormField,
        Field(
            description="Телефон, e-mail или номер учётной записи. Есть ли она, ответ не говорит.",
            examples=["+7 912 345-67-89"],
        ),
    ] = None
    certificate_types: Annotated[
        tuple[Annotated[str, Field(max_length=64)], ...],
        Field(max_length=50, description="Пусто – все виды.", examples=[["086u"]]),
    ] = ()
    until: Annotated[FormField, Field(examples=["2027-11-30"])] = None


class OrganisationView(BaseModel):
    """An organisation as its head sees it."""

    organisation_id: str
    name: str
    ogrn: str
    inn: str
    state: Standing
    state_label: str
    mismatches: list[str] = Field(description="Поля, с которыми не согласился реестр.")
    created_at: datetime

    @classmethod
    def of(cls, found: Organisation) -> Self:
        """The view of an organisation."""
        return cls(
            organisation_id=found.id,
            name=found.name,
            ogrn=found.ogrn,
            inn=found.inn,
            state=found.state,
            state_label=STANDING_LABELS[found.state],
            mismatches=list(found.mismatches),
            created_at=found.created_at,
        )


class OrganisationPage(BaseModel):
    """Organisations, newest first."""

    items: list[OrganisationView]
    next_cursor: str | None


class OfferView(RightView):
    """What was offered: until when it may be accepted."""

    offered_to: str | None
    answer_until: datetime | None

    @classmethod
    def of(cls, right: Representation) -> Self:
        """The view of an offer."""
        offer = right.offer
        return cls(
            **RightView.of(right).model_dump(),
            offered_to=offer.to if offer else None,
            answer_until=offer.expires_at if offer else None,
        )


class OfferPage(BaseModel):
    """Offers, newest first."""

    items: list[OfferView]
    next_cursor: str | None = None


@router.post(
    "/organisations",
    status_code=201,
    summary="Назвать организацию, которой я руковожу",
    response_model=OrganisationView,
)
async def name(body: OrganisationIn, use: Use, who: Citizen, once: OnceKey) -> Response:
    """The register of legal entities compares both numbers and the head."""
    keyed = once.answering(OrganisationView.of)
    await use.name(who.subject, OrganisationForm(**body.model_dump()), once=keyed)
    return answered(keyed.given)


@router.get("/organisations", summary="Мои организации")
async def mine(
    use: Use, who: Citizen, cursor: Cursor = None, limit: Limit = 20
) -> OrganisationPage:
    """Those that I named as their head, newest first."""
    page = await use.mine(who.subject, after=cursor, limit=limit)
    items = [OrganisationView.of(found) for found in page.items]
    return OrganisationPage(items=items, next_cursor=page.next_cursor)


@router.get("/organisations/{organisation_id}", summary="Организация")
async def one(organisation_id: Id, use: Use, who: Citizen) -> OrganisationView:
    """For its head."""
    return OrganisationView.of(await use.one(who.subject, organisation_id))


@router.post(
    "/organisations/{organisation_id}/representatives",
    status_code=201,
    summary="Предложить представлять организацию",
    response_model=OfferView,
)
async def offer(
    organisation_id: Id, body: OfferIn, use: Use, who: Citizen, once: OnceKey
) -> Response:
    """In force once that person accepts; the answer is the same whether or not there is one."""
    keyed = once.answering(OfferView.of)
    form = OfferForm(body.contact, body.certificate_types, body.until)
    await use.offer(who.subject, organisation_id, form, once=keyed)
    return answered(keyed.given)


@router.get("/organisations/{organisation_id}/representatives", summary="Представители организации")
async def representatives(
    organisation_id: Id, use: Use, who: Citizen, cursor: Cursor = None, limit: Limit = 20
) -> RightPage:
    """Newest first, those that ended, too."""
    page = await use.representatives(who.subject, organisation_id, after=cursor, limit=limit)
    return RightPage.of(page)


@router.post(
    "/organisations/{organisation_id}/representatives/{right_id}/withdrawal",
    summary="Отозвать полномочия представителя",
)
async def withdraw(organisation_id: Id, right_id: Id, use: Use, who: Citizen) -> RightView:
    """At once, or an offer before it is accepted."""
    return RightView.of(await use.withdraw(who.subject, organisation_id, right_id))


@router.get("/offers", summary="Что мне предлагают представлять")
async def offers(use: Asked, who: Citizen) -> OfferPage:
    """By the number of my account and my proved contacts."""
    return OfferPage(items=[OfferView.of(right) for right in await use.mine(who.subject)])


@router.post("/representations/{right_id}/acceptance", summary="Согласиться представлять")
async def accept(right_id: Id, use: Asked, who: Citizen) -> RightView:
    """In force from now on."""
    return RightView.of(await use.accept(who.subject, right_id))
