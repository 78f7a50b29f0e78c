"""What every use case of identity is given, and what all its routes share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from fastapi import Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from contracts.roles import Role
from services.chassis.foundation.text import code
from services.chassis.foundation.typed import Tidied
from services.chassis.http.auth import Principal, anyone, require
from services.chassis.http.looks import Reach
from services.chassis.work.looks import Looker
from services.chassis.work.transactions import Transactions
from services.identity.settings import Settings


@dataclass(frozen=True)
class Deps:
    """Transactions, settings, and what is made outside of the rules: time, ids, secrets."""

    transactions: Transactions
    settings: Settings
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    new_code: Callable[[int], str]
    new_token: Callable[[], str]

    @property
    def secret(self) -> bytes:
        """Keys the HMACs of codes, counters and devices."""
        return self.settings.secret.get_secret_value().encode()


def administrator(who: Principal) -> Looker:
    """An administrator who is shown an account, as its owner's journal names them."""
    return Reach(who, (Role.ADMINISTRATOR,)).at(None)


class Body(BaseModel):
    """A request body: unknown fields are mistakes of the caller."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Typed = Annotated[str, Field(min_length=1, max_length=254)]
FormField = Annotated[str | None, Field(max_length=254)]
Key = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$", max_length=63)]
"""An id that whoever makes a clinic or a member of staff gives it."""
Limit = Annotated[int, Query(ge=1, le=100, description="How many at most.")]
Anyone = Annotated[Principal, Depends(anyone)]
Citizen = Annotated[Principal, Depends(require(Role.CITIZEN))]
Registrar = Annotated[Principal, Depends(require(Role.REGISTRAR))]
Administrator = Annotated[Principal, Depends(require(Role.ADMINISTRATOR))]
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


class TypedContact(Body):
    """A phone or an e-mail as typed."""

    channel: Literal["sms", "email"]
    phone: Annotated[Typed | None, Field(examples=["+7 912 345-67-89"])] = None
    email: Typed | None = None


class Answer(Body):
    """The code from the message."""

    code: Code


class AnswerWithPassword(Answer):
    """The code from the message and the password to be."""

    password: Annotated[Password, Field(description="От 10 символов, не из частых.")]


class Sent(Body):
    """A code is on its way, or an app shows it (I4: five tries, five minutes)."""

    channel: Literal["sms", "email", "totp"] = Field(
        description="`totp`: код показывает приложение-аутентификатор (вход и подпись)."
    )
    destination: str = Field(examples=["+7 *** ***-**-89"])
    expires_at: datetime
    resend_at: datetime
