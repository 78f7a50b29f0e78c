"""JSON: one object, a list of objects for each table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from services.importing.parsing.errors import ListNeededError, NotJsonError
from services.importing.parsing.rows import Found


def read_json(content: bytes) -> Iterator[Found]:
    """Its rows in the order of the file.

    Raises:
        FileRefusedError: no JSON, or another shape.
    """
    for table, rows in _document(content).items():
        if table == "about":  # what the file is, for whoever opens it
            continue
        if not isinstance(rows, list):
            raise ListNeededError(table)
        for index, values in enumerate(rows):
            pointer = f"/{table}/{index}"
            yield Found(table, f"список «{table}», строка {index + 1}", pointer, _row(values))


def _document(content: bytes) -> Mapping[str, Any]:
    try:
        document = orjson.loads(content.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise NotJsonError(error.lineno, error.colno) from None
    found: Mapping[str, Any] = document  # it begins with a brace, or nobody had asked us
    return found


def _row(values: Any) -> Mapping[str, Any]:
    """What is no object has no fields: its row is refused for what is missing."""
    if not isinstance(values, dict):
        return {}
    return {name: value for name, value in values.items() if value not in (None, "")}
