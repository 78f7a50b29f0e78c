"""What a citizen may ask the notifier: their journal and their devices."""

from __future__ import annotations

from typing import Annotated, Self

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.chassis.database.pages import moment_cursor, parse_moment_cursor
from services.chassis.foundation.typed import Id
from services.chassis.http.auth import Principal, Role, require
from services.chassis.http.middleware import OnceKey
from services.chassis.http.pages import Cursor
from services.notifier.delivery.domain.message import Kind, Message, Status
from services.notifier.recipients.domain import Channel, Device, DevicePlatform, masked
from services.notifier.usecases import UseCases

router = APIRouter(prefix="/v1", tags=["notifier"])


async def use_cases(request: Request) -> UseCases:
    """The use cases of the running service."""
    found: UseCases = request.app.state.use
    return found


Use = Annotated[UseCases, Depends(use_cases)]
Citizen = Annotated[Principal, Depends(require(Role.CITIZEN))]


class StepView(BaseModel):
    """One line of a message's history."""

    at: AwareDatetime
    status: Status
    code: str | None = Field(
        default=None, examples=["provider-busy"], description="Why, where there is a reason."
    )


class MessageView(BaseModel):
    """A message as its owner sees it in the journal (N2). A one-time code is shown as dots."""

    id: str
    created_at: AwareDatetime
    channel: Channel
    kind: Kind = Field(description="status, request, ready, expiry (N3) or code.")
    template: str = Field(
        examples=["certificate-issued.v1"], description="Template and its version."
    )
    destination: str = Field(examples=["+7 *** ***-**-01"], description="Masked address.")
    title: str = Field(examples=["Справка 086-2026-000000417-3 готова"])
    text: str
    action: str = Field(examples=["Скачать справку"], description="What to do (N4).")
    link: str = Field(examples=["https://zdorovie.example/next/certificate#26K7-Q2M9-X4RB"])
    status: Status = Field(description="Delivered: the provider took it (N5).")
    history: list[StepView]
    content_sha256: str = Field(description="SHA-256 of what was sent (codes: of what is shown).")

    @classmethod
    def of(cls, message: Message) -> Self:
        """The view of a message."""
        content = message.content
        return cls(
            id=message.id,
            created_at=message.created_at,
            channel=message.address.channel,
            kind=message.kind,
            template=message.template,
            destination=masked(message.address),
            title=content.title,
            text=content.text,
            action=content.action,
            link=content.link,
            status=message.status,
            history=[StepView(at=s.at, status=s.status, code=s.code) for s in message.history],
            content_sha256=content.sha256,
        )


class Journal(BaseModel):
    """A page of the journal, newest first."""

    items: list[MessageView]
    next_cursor: str | None = None


class ConnectDevice(BaseModel):
    """A device that is to show push messages."""

    model_config = ConfigDict(extra="forbid")

    token: str = Field(
        min_length=8,
        max_length=4096,
        pattern=r"^[\x21-\x7e]+$",
        examples=["demo-phone-sokolova"],
        description="The push token that the device's platform gave to the application.",
    )
    platform: DevicePlatform
    secret: str | None = Field(
        default=None,
        min_length=16,
        max_length=128,
        pattern=r"^[\x21-\x7e]+$",
        description="Случайная строка, которую приложение создаёт один раз и хранит. С ней "
        "устройство можно подключить к другому кабинету; без неё его сначала отключает владелец.",
    )


class DeviceView(BaseModel):
    """A connected device; the token itself is not shown again."""

    id: str
    platform: DevicePlatform
    token_ending: str = Field(examples=["lova"])
    registered_at: AwareDatetime

    @classmethod
    def of(cls, device: Device) -> Self:
        """The view of a device."""
        return cls(
            id=device.id,
            platform=device.platform,
            token_ending=device.token[-4:],
            registered_at=device.registered_at,
        )


class Devices(BaseModel):
    """All devices of a citizen (there are never many)."""

    items: list[DeviceView]
    next_cursor: str | None = None


@router.get("/messages", summary="Журнал уведомлений")
async def journal(
    use: Use,
    who: Citizen,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Journal:
    """The caller's messages on all channels, newest first, each with its history."""
    before = parse_moment_cursor(cursor)
    found = await use.cabinet.journal(who.subject, before=before, limit=limit + 1)
    page, more = found[:limit], len(found) > limit
    last = page[-1] if more else None
    return Journal(
        items=[MessageView.of(m) for m in page],
        next_cursor=moment_cursor(last.created_at, last.id) if last else None,
    )


@router.post("/devices", status_code=201, summary="Подключить устройство для push-уведомлений")
async def connect_device(body: ConnectDevice, use: Use, who: Citizen, once: OnceKey) -> DeviceView:
    """From now on push messages of the caller go to this device, and nobody else's do.

    A device that is connected to somebody else's account has to prove itself by its `secret`.
    """
    device = await use.cabinet.connect_device(
        who.subject,
        body.token,
        body.platform,
        secret=body.secret,
        once=once.answering(DeviceView.of),
    )
    return DeviceView.of(device)


@router.get("/devices", summary="Мои устройства")
async def devices(use: Use, who: Citizen) -> Devices:
    """The caller's devices, oldest first."""
    found = await use.cabinet.devices(who.subject)
    return Devices(items=[DeviceView.of(d) for d in found])


@router.delete("/devices/{device_id}", status_code=204, summary="Отключить устройство")
async def disconnect_device(device_id: Id, use: Use, who: Citizen) -> None:
    """No more push messages to this device."""
    await use.cabinet.disconnect_device(who.subject, device_id)
