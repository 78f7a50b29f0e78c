"""What citizens agree to; and that a data file says nothing which no document could show."""

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
class ConsentText:
    """One version of what the citizen agrees to (C11). A published version never changes."""

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    version: str
    title: str
    text: str
