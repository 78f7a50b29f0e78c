"""A citizen's devices over HTTP."""

from __future__ import annotations

from typing import Annotated, Self

from fastapi import APIRouter, Depends, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.chassis.foundation.typed import Id
from services.chassis.http.answers import answered
from services.chassis.http.facilities import facility
from services.chassis.http.once import OnceKey
from services.notifier.deps import Citizen
from services.notifier.recipients.domain import Device, DevicePlatform
from services.notifier.recipients.usecases import OwnDevices

router = APIRouter(prefix="/v1", tags=["notifier"])
Use = Annotated[OwnDevices, Depends(facility(OwnDevices))]


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


@router.post(
    "/devices",
    status_code=201,
    summary="Подключить устройство для push-уведомлений",
    response_model=DeviceView,
)
async def connect_device(body: ConnectDevice, own: Use, who: Citizen, once: OnceKey) -> Response:
    """From now on push messages of the caller go to this device, and nobody else's do.

    A device that is connected to somebody else's account has to prove itself by its `secret`.
    """
    keyed = once.answering(DeviceView.of)
    await own.connect(
        who.subject,
        body.token,
        body.platform,
        secret=body.secret,
        once=keyed,
    )
    return answered(keyed.given)


@router.get("/devices", summary="Мои устройства")
async def devices(own: Use, who: Citizen) -> Devices:
    """The caller's devices, oldest first."""
    found = await own.all(who.subject)
    return Devices(items=[DeviceView.of(d) for d in found])


@router.delete("/devices/{device_id}", status_code=204, summary="Отключить устройство")
async def disconnect_device(device_id: Id, own: Use, who: Citizen) -> None:
    """No more push messages to this device."""
    await own.disconnect(who.subject, device_id)
