"""How a link and the journal are shown, whatever they are about: two features answer with them."""

from __future__ import annotations

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class LinkView(BaseModel):
    """A signed address. Whoever has it can read, so it works for a short time only."""

    model_config = ConfigDict(from_attributes=True)

    url: str
    expires_at: AwareDatetime
    sha256: str = Field(description="What the content must hash to.")
    name: str = Field(
        examples=["Выписка.pdf"],
        description="What to call the file. The address gives it a neutral name: it reaches "
        "proxies and browsers.",
    )


class ReadView(BaseModel):
    """One line of the access journal (D2)."""

    model_config = ConfigDict(from_attributes=True)

    reader: str = Field(examples=["doctor"], description="owner or doctor.")
    reader_title: str = Field(examples=["врач"])
    reader_id: str
    at: AwareDatetime


class ReadPage(BaseModel):
    """Reads, newest first."""

    model_config = ConfigDict(from_attributes=True)

    items: list[ReadView]
    next_cursor: str | None
