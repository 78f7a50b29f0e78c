"""What citizens agree to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True)
class ConsentText:
    """One version of what the citizen agrees to (C11). A published version never changes."""

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    version: str
    title: str
    text: str
