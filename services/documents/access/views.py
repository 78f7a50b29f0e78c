"""How a link is shown, whatever it leads to: two features answer with it."""

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
