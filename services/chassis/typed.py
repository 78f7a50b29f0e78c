"""Types of request fields: bounded, tidied, and refused in words where that is not enough.

    reason: Annotated[str, Tidied(prose, longest=1000, shortest=3)]
    since: Day | None = None

Lengths count what is kept: three spaces are no reason, and spaces around one cost nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal, LiteralString

from pydantic import BeforeValidator, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, PydanticKnownError, core_schema

from services.chassis.text import hyphens, line

_SLACK = 2  # what comes may be this much longer than what is kept, and is not looked at beyond
_LONGEST_DATE = 30  # with space around it
_TOO_LONG: Literal["string_too_long"] = "string_too_long"
_TOO_SHORT: Literal["string_too_short"] = "string_too_short"
_CONTROL: LiteralString = "control_character"
_NO_DATE: LiteralString = "date_format"
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class Tidied:
    """Metadata of a `str` field: tidied by a function of `services.chassis.text`, and bounded.

    Refuses control characters, which mean nothing in any text.
    """

    how: Callable[[str], str]
    longest: int
    shortest: int = 0

    def __get_pydantic_core_schema__(
        self, source: type[str], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """A string, then this."""
        return core_schema.no_info_after_validator_function(self._kept, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """The bounds of what is kept."""
        found = handler(schema)
        found |= {"maxLength": self.longest}
        return found | ({"minLength": self.shortest} if self.shortest else {})

    def _kept(self, text: str) -> str:
        kept = self.how(text) if len(text) <= _SLACK * self.longest else text
        if len(kept) > self.longest:
            raise PydanticKnownError(_TOO_LONG, {"max_length": self.longest})
        if len(kept) < self.shortest:
            raise PydanticKnownError(_TOO_SHORT, {"min_length": self.shortest})
        if controls := control_characters(kept):
            raise PydanticCustomError(_CONTROL, "{said}", {"said": controls_sentence(controls)})
        return kept


def control_characters(text: str) -> str:
    """The control characters in a tidied text, each once; a newline is none."""
    if text.isprintable():
        return ""
    found = dict.fromkeys(c for c in text if c != "\n" and unicodedata.category(c) == "Cc")
    return "".join(found)


def controls_sentence(controls: str) -> str:
    """How a person is told of characters that nobody can see."""
    named = ", ".join(f"U+{ord(c):04X}" for c in controls[:5])
    return f"В тексте есть управляющие знаки ({named}). Наберите это место заново."


def day(value: Any) -> Any:  # anything that JSON or a query may hold
    """A date out of `YYYY-MM-DD` in ASCII digits, and of nothing else: no week, no time stamp.

    Raises:
        ValueError: it is none.
    """
    if isinstance(value, date):
        return value
    typed = value if isinstance(value, str) and len(value) <= _LONGEST_DATE else ""
    text = hyphens(line(typed))
    if not _DATE.fullmatch(text):
        raise PydanticCustomError(_NO_DATE, "Нужна дата в виде ГГГГ-ММ-ДД.")
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise PydanticCustomError(_NO_DATE, "Такого дня нет в календаре.") from error


Day = Annotated[date, BeforeValidator(day)]
