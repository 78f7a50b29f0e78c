"""Types of request fields: bounded, tidied, and refused in words where that is not enough.

    reason: Annotated[str, Tidied(prose, longest=1000, shortest=3)]

Lengths count what is kept: three spaces are no reason, and spaces around one cost nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal, LiteralString

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, StringConstraints
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, PydanticKnownError, core_schema

from services.chassis.foundation.text import control_characters, named, unprintable_detail

_SLACK = 2  # what comes may be this much longer than what is kept, and is not looked at beyond
_TOO_LONG: Literal["string_too_long"] = "string_too_long"
_TOO_SHORT: Literal["string_too_short"] = "string_too_short"
_CONTROL: LiteralString = "control_character"
_CONTROLS = "В тексте есть управляющие знаки ({}). Наберите это место заново."
_UNPRINTABLE: LiteralString = "unprintable"
_SAID: LiteralString = "{said}"

Id = Annotated[str, StringConstraints(min_length=1, max_length=128)]
"""What names a thing, in a path or a body."""


@dataclass(frozen=True)
class Tidied:
    """Metadata of a `str` field: tidied by a function of `foundation.text`, and bounded.

    Refuses control characters, which mean nothing in any text, and, where it will be `printed`,
    what no document can show.
    """

    how: Callable[[str], str]
    longest: int
    shortest: int = 0
    printed: bool = False

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
            raise PydanticCustomError(_CONTROL, _SAID, {"said": _CONTROLS.format(named(controls))})
        if self.printed and (said := unprintable_detail(kept)):
            raise PydanticCustomError(_UNPRINTABLE, _SAID, {"said": said})
        return kept
