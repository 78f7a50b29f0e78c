"""`python -m services.importing.parsing.worker MEMORY SECONDS [TABLE]`: a file in, rows out.

The last line is `{"end": …}` or `{"refused": …}`; a process that dies has said neither.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator
from dataclasses import asdict

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
            line = orjson.dumps({kind: asdict(found)}, default=str)
            if len(line) > _LONGEST_LINE or _too_long(found, bounds):
                yield orjson.dumps({"row": asdict(found) | {"values": None}})
            else:
                yield line
    except FileRefusedError as refusal:
        yield orjson.dumps({"refused": refusal.code, "detail": refusal.detail})
    else:
        yield orjson.dumps({"end": count})


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
