"""The parameters of a request, read as FastAPI reads them; the simple ones without asking how.

What a parameter is – a list, a model, under which names – FastAPI finds out for each request anew.
Where it is one scalar under one name, that is known when the route is made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

from fastapi._compat import ModelField, get_missing_field_error
from fastapi.dependencies.utils import request_params_to_args
from pydantic_core import PydanticUndefined

_SCALARS = frozenset({str, int, float, bool, date, datetime, NoneType})


@dataclass(frozen=True, slots=True)
class _Scalar:
    """One value under one name."""

    field: ModelField
    name: str
    alias: str
    loc: tuple[str, str]
    default: Any

    def read(self, received: Mapping[str, Any], values: dict[str, Any], errors: list[Any]) -> None:
        value = received.get(self.alias)
        if value is not None:
            found, wrong = self.field.validate(value, values, loc=self.loc)
            if wrong:
                errors += wrong
            else:
                values[self.name] = found
        elif self.default is PydanticUndefined:
            errors.append(get_missing_field_error(self.loc))
        else:
            values[self.name] = self.default


class Parameters:
    """Those of one place: the path, the query or the headers."""

    def __init__(self, fields: Sequence[ModelField]) -> None:
        self._fields = fields
        scalars = [_scalar(field) for field in fields]
        self._scalars = [] if None in scalars else [s for s in scalars if s is not None]

    def read(self, received: Mapping[str, Any], values: dict[str, Any], errors: list[Any]) -> None:
        """Add their values; or, of those that are wrong, what is wrong."""
        if self._scalars:
            for scalar in self._scalars:
                scalar.read(received, values, errors)
        elif self._fields:
            found, wrong = request_params_to_args(self._fields, received)
            values.update(found)
            errors += wrong


def _scalar(field: ModelField) -> _Scalar | None:
    info: Any = field.field_info
    kinds = {info.annotation}
    if get_origin(info.annotation) in {Union, UnionType}:
        kinds = set(get_args(info.annotation))
    default = field.get_default()
    plain = (
        kinds <= _SCALARS
        and (default is PydanticUndefined or type(default) in _SCALARS)
        and not info.validate_default
        and info.validation_alias in {None, field.alias}
        and field.config is None
    )
    return (
        _Scalar(field, field.name, field.alias, (info.in_.value, field.alias), default)
        if plain
        else None
    )
