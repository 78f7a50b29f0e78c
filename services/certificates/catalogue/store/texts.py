"""A type as it is written: text to type, and where in the text each fault stands (C1).

The software's files and what administrators type are read here, by one rule. Everything that is
wrong is said at once; a text that is no JSON has one fault, where it stops being some.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from json_source_map import calculate
from pydantic import TypeAdapter, ValidationError

from services.certificates.catalogue.domain.catalogue import CertificateType
from services.certificates.catalogue.domain.faults import faults_of
from services.certificates.catalogue.domain.versions import LONGEST_TEXT
from services.certificates.catalogue.errors import BrokenTypeError, PlacedError
from services.chassis.foundation.errors import FieldError
from services.chassis.http.problems import field_errors

_TYPE = TypeAdapter(CertificateType)


def read_type(text: str) -> CertificateType:
    """The type that a text describes.

    Raises:
        BrokenTypeError: everything that is wrong in it, with line and column.
    """
    if len(text) > LONGEST_TEXT:
        raise BrokenTypeError([PlacedError("", "too-long", f"Не больше {LONGEST_TEXT} знаков.")])
    try:
        _parse(text)
        try:
            kind = _TYPE.validate_json(text, strict=True)
        except ValidationError as error:
            raise BrokenTypeError(_placed(text, field_errors(error.errors()))) from error
        if found := faults_of(kind):
            raise BrokenTypeError(_placed(text, found))
    except RecursionError as error:
        raise BrokenTypeError(
            [PlacedError("", "too-deep", "Слишком много уровней вложенности.")]
        ) from (error)
    return kind


def _parse(text: str) -> None:
    """See that it is JSON, no name in an object twice: what stood first would count for nothing."""

    def unique(pairs: Sequence[tuple[str, Any]]) -> Mapping[str, Any]:
        names = [name for name, _ in pairs]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise _TwiceError(twice)
        return dict(pairs)

    try:
        json.loads(text, object_pairs_hook=unique)
    except json.JSONDecodeError as error:
        detail = f"Строка {error.lineno}, столбец {error.colno}: это не JSON."
        raise BrokenTypeError(
            [PlacedError("", "json", detail, error.lineno, error.colno)]
        ) from error
    except _TwiceError as error:
        raise BrokenTypeError([_twice(text, name) for name in error.names]) from error


class _TwiceError(Exception):
    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(names)
        self.names = names


def _twice(text: str, name: str) -> PlacedError:
    """An object has the name twice; its last place in the text is where people look first."""
    at = text.rfind(json.dumps(name, ensure_ascii=False))
    if at < 0:
        return PlacedError("", "named-twice", f"В одном объекте имя «{name}» встречается дважды.")
    line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
    detail = f"Строка {line}, столбец {column}: в одном объекте имя «{name}» встречается дважды."
    return PlacedError("", "named-twice", detail, line, column)


def _placed(text: str, errors: Sequence[FieldError]) -> list[PlacedError]:
    places = calculate(text)
    found = []
    for error in errors:
        place = _nearest(places, error.pointer)
        line, column = place.value_start.line + 1, place.value_start.column + 1
        detail = f"Строка {line}, столбец {column}: {error.detail}"
        found.append(PlacedError(error.pointer, error.code, detail, line, column))
    return found


def _nearest(places: Mapping[str, Any], pointer: str) -> Any:
    """What is missing stands nowhere: then the object that lacks it."""
    while pointer and pointer not in places:
        pointer = pointer.rpartition("/")[0]
    return places[pointer]
