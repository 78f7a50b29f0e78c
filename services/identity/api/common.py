"""What the routes of identity share: the use cases, who calls, and the limit per network."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, cast

from fastapi import Depends, Header, Request
from pydantic import BaseModel, ConfigDict, Field

from services.chassis.foundation.errors import FieldError, InvalidInputError
from services.chassis.foundation.text import code
from services.chassis.foundation.typed import Tidied
from services.chassis.http.rates import network_of
from services.identity.domain import Caller, Contact, email_of, phone_of
from services.identity.usecases import Pair, UseCases

_SITE_BITS = 48  # what one provider's customer may have of IPv6


class Body(BaseModel):
    """A request body: unknown fields are mistakes of the caller."""

    model_config = ConfigDict(extra="forbid", frozen=True)


async def use_cases(request: Request) -> UseCases:
    """The use cases of the running app."""
    return cast(UseCases, request.app.state.use)


Use = Annotated[UseCases, Depends(use_cases)]


DeviceToken = Annotated[
    str | None,
    Header(
        alias="Device-Token",
        max_length=300,
        description="Из ответа на вход с этого устройства. Ничего не открывает: попытки с него "
        "считаются отдельно от чужих.",
    ),
]


async def admitted(request: Request, use: Use, device_token: DeviceToken = None) -> Caller:
    """Who calls, and one request more of its network (I17).

    Raises:
        TooManyRequestsError: too many in this minute.
    """
    address = request.client.host if request.client else "unknown"
    network = network_of(address)
    await use.world.admit(network)
    known = await use.world.known_device(device_token) if device_token else None
    return Caller(network, network_of(address, bits=_SITE_BITS), known)


Calling = Annotated[Caller, Depends(admitted)]


Code = Annotated[
    str,
    Tidied(code, longest=16),
    Field(
        pattern=r"^[0-9]{6}(?:[0-9]{4})?$",
        examples=["123456"],
        description="Шесть цифр; десять, если коды этого номера или адреса подбирали.",
    ),
]
Password = Annotated[str, Field(min_length=1, max_length=256, examples=["длинная фраза 7"])]
Typed = Annotated[str, Field(min_length=1, max_length=254)]


class TypedContact(Body):
    """A phone or an e-mail as typed."""

    channel: Literal["sms", "email"]
    phone: Annotated[Typed | None, Field(examples=["+7 912 345-67-89"])] = None
    email: Typed | None = None

    def contact(self) -> Contact:
        """The contact of the chosen channel.

        Raises:
            InvalidInputError: it is missing or wrong.
        """
        if self.channel == "sms":
            return require_contact(phone_of(self.phone or ""), "phone", self.phone)
        return require_contact(email_of(self.email or ""), "email", self.email)


class Answer(Body):
    """The code from the message."""

    code: Code


class Sent(Body):
    """A code is on its way (I4: five tries, five minutes)."""

    channel: Literal["sms", "email"]
    destination: str = Field(examples=["+7 *** ***-**-89"])
    expires_at: datetime
    resend_at: datetime


def require_contact(contact: Contact | None, name: str, typed: str | None) -> Contact:
    """The contact.

    Raises:
        InvalidInputError: what was typed is missing or is none.
    """
    if contact is not None:
        return contact
    if not (typed or "").strip():
        error = FieldError(f"/{name}", "missing", "Обязательное поле.")
    elif name == "phone":
        error = FieldError(
            "/phone", "phone-format", "Нужен номер телефона, например +7 912 345-67-89."
        )
    else:
        error = FieldError("/email", "email-format", "Нужен адрес электронной почты.")
    raise InvalidInputError([error])


class TokenPair(BaseModel):
    """The tokens of a login. Ask anew with the refresh token; each is good for one exchange."""

    account_id: str
    access_token: str = Field(description="JWT, ES256; `Authorization: Bearer …`.")
    token_type: str = "Bearer"  # noqa: S105 - the name of the scheme (RFC 6750)
    expires_in: int = Field(description="Seconds.", examples=[600])
    refresh_token: str
    device_token: str | None = Field(
        default=None,
        description="После входа: хранить на устройстве и передавать в заголовке `Device-Token`, "
        "чтобы чужие попытки не мешали войти с него.",
    )
    level: str = Field(description="`registered` or `confirmed` (I9).", examples=["confirmed"])
    roles: list[str] = Field(examples=[["citizen"]])

    @classmethod
    def of(cls, pair: Pair) -> TokenPair:
        """The answer for a pair."""
        return cls(
            account_id=pair.account_id,
            access_token=pair.access_token,
            expires_in=pair.expires_in,
            refresh_token=pair.refresh_token,
            device_token=pair.device_token,
            level=pair.level,
            roles=list(pair.roles),
        )
