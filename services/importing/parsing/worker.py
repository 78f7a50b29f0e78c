"""`python -m services.importing.parsing.worker MEMORY SECONDS [TABLE]`: a file in, rows out.

The last line is `{"end": …}` or `{"refused": …}`; a process that dies has said neither.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator
from typing import Any

import orjson

from services.importing.parsing.errors import (
    FileRefusedError,
    TooManyRowsError,
    UnknownKindError,
)
from services.importing.parsing.limits import Bounds
from services.importing.parsing.rows import Found, Heading
from services.importing.parsing.tables import read_csv, read_xlsx
from services.importing.parsing.trees import read_json

_ZIP, _OBJECT = b"PK\x03\x04", b"{"
_LONGEST_LINE = 256 * 1024
_LONGEST_NAME, _LONGEST_DETAIL = 200, 2_000


def parsed(content: bytes, table: str | None, bounds: Bounds) -> Iterator[Heading | Found]:
    """The rows of a file of any of the three kinds, which its first bytes tell.

    Raises:
        FileRefusedError: it cannot be read.
    """
    start = content[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    if content.startswith(_ZIP):
        return read_xlsx(content, bounds)
    if start.startswith(_OBJECT):
        return read_json(content)
    if table is None:
        raise UnknownKindError
    return read_csv(content, table, bounds)


def lines(content: bytes, table: str | None, bounds: Bounds) -> Iterator[bytes]:
    """What the process writes."""
    count = 0
    try:
        for found in parsed(content, table, bounds):
            kind = "row" if isinstance(found, Found) else "heading"
            count += kind == "row"
            if count > bounds.rows:
                raise TooManyRowsError(bounds.rows)
            told = {name: _short(value) for name, value in vars(found).items()}
            yield _line(kind, told, too_long=_too_long(found, bounds))
    except FileRefusedError as refusal:
        yield orjson.dumps({"refused": refusal.code, "detail": refusal.detail[:_LONGEST_DETAIL]})
    else:
        yield orjson.dumps({"end": count})


def _short(value: Any) -> Any:
    """Names, places and titles of columns: one that is longer is nobody's, however it goes on."""
    if isinstance(value, str):
        return value[:_LONGEST_NAME]
    return [name[:_LONGEST_NAME] for name in value] if isinstance(value, tuple) else value


def _line(kind: str, told: dict[str, Any], *, too_long: bool) -> bytes:
    """A line that the parent reads, whatever stands in the file; a heading is always short."""
    try:
        line = orjson.dumps({kind: told}, default=str, option=orjson.OPT_STRICT_INTEGER)
    except orjson.JSONEncodeError:  # nested too deep, or a number that no store keeps
        too_long = True
    else:
        too_long = too_long or len(line) > _LONGEST_LINE
    return orjson.dumps({kind: told | {"values": None}}) if too_long else line


def _too_long(found: Heading | Found, bounds: Bounds) -> bool:
    if isinstance(found, Heading):
        return False
    values = found.values or {}
    texts = (value for value in values.values() if isinstance(value, str))
    return len(values) > bounds.columns or any(len(text) > bounds.text for text in texts)


def main() -> None:
    """Read the whole input, then write line after line: who reads slowly, slows it down."""
    memory, seconds = int(sys.argv[1]), int(sys.argv[2])
    table = next(iter(sys.argv[3:]), None)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for line in lines(sys.stdin.buffer.read(), table, Bounds()):
        sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
