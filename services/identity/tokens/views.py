"""What a login ends with, for every feature that logs somebody in."""

from __future__ import annotations

from pydantic import BaseModel, Field


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
