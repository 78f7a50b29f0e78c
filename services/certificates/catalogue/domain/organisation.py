"""Who issues the certificates, and what citizens agree to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from services.chassis.foundation.printable import unprintable


def refuse_unprintable(owner: str, *texts: str) -> None:
    """Stop a data file whose texts no document could show."""
    wrong = unprintable("\n".join(texts))
    if wrong:
        message = f"{owner}: no document can show {wrong!r}"
        raise ValueError(message)


@dataclass(frozen=True)
class Organisation:
    """Who issues the certificates (C31)."""

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    id: str
    name: str
    address: str
    ogrn: str
    inn: str
    licence: str

    def __post_init__(self) -> None:
        refuse_unprintable("organisation", self.name, self.address, self.details)

    @property
    def details(self) -> str:
        """The registration numbers in one line."""
        return f"ОГРН {self.ogrn}, ИНН {self.inn}, лицензия {self.licence}"


@dataclass(frozen=True)
class ConsentText:
    """One version of what the citizen agrees to (C11). A published version never changes."""

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    version: str
    title: str
    text: str
