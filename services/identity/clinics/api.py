"""Clinics over HTTP: open to everybody, entered and changed by administrators."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field, TypeAdapter

from services.chassis.foundation.dates import Day
from services.chassis.foundation.text import prose
from services.chassis.foundation.typed import Id, Tidied
from services.chassis.http.answers import answered
from services.chassis.http.etags import IfMatch, etag
from services.chassis.http.facilities import facility
from services.chassis.http.once import OnceKey
from services.chassis.http.pages import Cursor
from services.chassis.http.rates import public_check
from services.identity.clinics.domain import Clinic, ClinicForm
from services.identity.clinics.usecases import Clinics
from services.identity.clinics.views import ClinicView
from services.identity.deps import Administrator, Body, FormField, Key, Limit

router = APIRouter(prefix="/v1/clinics", tags=["clinics"])

Use = Annotated[Clinics, Depends(facility(Clinics))]
_OPEN = [Depends(public_check)]
_FORM = TypeAdapter(ClinicForm)
_LongField = Annotated[str | None, Field(max_length=600)]


class PermitTyped(Body):
    """A licence or an accreditation."""

    number: Annotated[FormField, Field(examples=["Л041-01137-77/00000001"])] = None
    issued_on: Annotated[FormField, Field(examples=["2020-01-10"])] = None
    valid_until: Annotated[
        FormField, Field(description="Последний день; нет – бессрочно.", examples=["2035-01-10"])
    ] = None


class HoursTyped(Body):
    """One stretch of a weekday; an end before or at the beginning is on the next day."""

    weekday: Annotated[int | None, Field(description="Понедельник – 1.", examples=[1])] = None
    begins: Annotated[FormField, Field(examples=["08:00"])] = None
    ends: Annotated[FormField, Field(examples=["20:00"])] = None


class RoomTyped(Body):
    """A room."""

    number: Annotated[FormField, Field(examples=["214"])] = None
    title: Annotated[FormField, Field(examples=["Кабинет терапевта"])] = None


class EmergencyTyped(Body):
    """A department of urgent care; one that is not round the clock works as the clinic does."""

    phone: Annotated[FormField, Field(examples=["+7 495 000-01-45"])] = None
    round_the_clock: bool = False


class ClinicTyped(Body):
    """A clinic as typed; one answer names all errors."""

    number: Annotated[FormField, Field(examples=["45"])] = None
    name: Annotated[FormField, Field(examples=["Городская поликлиника № 45"])] = None
    organisation: Annotated[
        _LongField,
        Field(description="Юридическое лицо.", examples=["ГБУЗ «Городская поликлиника № 45»"]),
    ] = None
    address: Annotated[_LongField, Field(examples=["г. Москва, ул. Садовая, д. 12"])] = None
    phone: Annotated[FormField, Field(examples=["+7 495 000-00-45"])] = None
    timezone: Annotated[FormField, Field(examples=["Europe/Moscow"])] = None
    ogrn: Annotated[FormField, Field(examples=["1027700000008"])] = None
    inn: Annotated[FormField, Field(examples=["7706000005"])] = None
    licence: PermitTyped | None = None
    accreditation: PermitTyped | None = None
    latitude: Annotated[float | None, Field(examples=[55.7716])] = None
    longitude: Annotated[float | None, Field(examples=[37.6093])] = None
    opening_hours: Annotated[tuple[HoursTyped, ...], Field(max_length=50)] = ()
    rooms: Annotated[tuple[RoomTyped, ...], Field(max_length=500)] = ()
    insurance: Annotated[
        tuple[Annotated[str, Field(max_length=254)], ...],
        Field(max_length=100, examples=[["ОМС", "ДМС «Согласие»"]]),
    ] = ()
    region: Annotated[
        FormField,
        Field(
            description="Код региона по ISO 3166-2: его дни отдыха – и дни отдыха клиники.",
            examples=["RU-MOW"],
        ),
    ] = None
    email: Annotated[
        FormField,
        Field(description="Куда гражданам писать о справках.", examples=["spravki@gp45.mos.ru"]),
    ] = None
    emergency: EmergencyTyped | None = None

    def form(self) -> ClinicForm:
        """The use case's form."""
        return _FORM.validate_python(self.model_dump(exclude={"id"}))


class NewClinic(ClinicTyped):
    """A clinic to be."""

    id: Annotated[Key | None, Field(description="Свой идентификатор; нет – назначит система.")] = (
        None
    )


class Closing(Body):
    """When and why a clinic closes."""

    closed_on: Annotated[
        Day, Field(description="С какого дня клиника не работает.", examples=["2030-01-01"])
    ]
    reason: Annotated[
        str, Tidied(prose, longest=500, shortest=3), Field(examples=["Капитальный ремонт."])
    ]


class ClinicPage(BaseModel):
    """Clinics by id."""

    items: list[ClinicView]
    next_cursor: str | None


@router.get("", summary="Клиники", dependencies=_OPEN)
async def list_clinics(
    use: Use,
    number: Annotated[str | None, Query(max_length=20, examples=["45"])] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> ClinicPage:
    """All clinics, or those of one number."""
    page = await use.page(number, cursor, limit)
    return ClinicPage(
        items=[ClinicView.of(c, use.deps.now()) for c in page.items], next_cursor=page.next_cursor
    )


@router.post("", summary="Завести клинику", status_code=201, response_model=ClinicView)
async def make_clinic(body: NewClinic, use: Use, who: Administrator, once: OnceKey) -> Response:
    """Make a clinic (an administrator of the platform)."""
    keyed = once.answering(lambda clinic: ClinicView.of(clinic, use.deps.now()))
    await use.make(body.id, body.form(), who.subject, once=keyed)
    return answered(keyed.given)


@router.get("/{clinic_id}", summary="Клиника", dependencies=_OPEN)
async def one_clinic(clinic_id: Id, use: Use, response: Response) -> ClinicView:
    """A clinic with its `ETag`."""
    return _tagged(await use.get(clinic_id), use, response)


@router.put("/{clinic_id}", summary="Изменить клинику")
async def change_clinic(  # noqa: PLR0917 - the form, the version, and who asks
    clinic_id: Id,
    body: ClinicTyped,
    use: Use,
    who: Administrator,
    expected: IfMatch,
    response: Response,
) -> ClinicView:
    """Enter everything anew (an administrator of the clinic or of the platform)."""
    changed = await use.change(clinic_id, expected, body.form(), who.subject)
    return _tagged(changed, use, response)


@router.post("/{clinic_id}/closing", summary="Закрыть клинику")
async def close_clinic(
    clinic_id: Id, body: Closing, use: Use, who: Administrator, response: Response
) -> ClinicView:
    """Say from which day on it works no more (an administrator of the platform)."""
    closed = await use.close(clinic_id, body.closed_on, body.reason, who.subject)
    return _tagged(closed, use, response)


@router.post("/{clinic_id}/reopening", summary="Отменить закрытие клиники")
async def reopen_clinic(
    clinic_id: Id, use: Use, who: Administrator, response: Response
) -> ClinicView:
    """Take the closing back (an administrator of the platform)."""
    return _tagged(await use.reopen(clinic_id, who.subject), use, response)


def _tagged(clinic: Clinic, use: Clinics, response: Response) -> ClinicView:
    response.headers["ETag"] = etag(clinic.revision)
    return ClinicView.of(clinic, use.deps.now())
