"""K10: whatever stands in a file, the process that reads it says short lines that can be kept."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from services.importing.parsing.limits import Bounds
from services.importing.parsing.worker import lines
from tests.support.tools.importer import workbook

_LONGEST = 1 << 20
"""What the parent reads of one line."""


def said(content: bytes, table: str | None = None) -> list[Any]:
    """What the process says of a file; no line is too long for its parent."""
    found = list(lines(content, table, Bounds()))
    assert max(map(len, found)) < _LONGEST
    return [orjson.loads(line) for line in found]


@pytest.mark.parametrize(
    "content",
    [
        b'{"' + b"x" * 2_000_000 + b'": [{}]}',
        b'{"' + b"x" * 2_000_000 + b'": 5}',
        (";".join("я" * 25_000 for _ in range(60)) + "\n1;2").encode(),
    ],
    ids=["name-of-a-list", "name-of-no-list", "titles-of-columns"],
)
def test_names_are_cut_however_long_they_are(content: bytes) -> None:
    assert said(content, "staff")


@pytest.mark.parametrize(
    "content",
    [
        b'{"staff": [{"id": "fine"}, {"id": 18446744073709551615}]}',
        b'{"staff": [{"id": "fine"}, {"practice": {"practising_since": 9223372036854775808}}]}',
        b'{"staff": [{"id": "fine"}, {"posts": ' + b"[" * 400 + b"]" * 400 + b"}]}",
        workbook({"staff": [["id", "phone"], ["fine", 1], ["bad", 1e300]]}),
    ],
    ids=["number", "number-inside", "nesting", "cell"],
)
def test_a_row_that_nothing_keeps_is_refused_and_the_others_are_read(content: bytes) -> None:
    rows = [line["row"]["values"] for line in said(content) if "row" in line]
    assert rows[0]["id"] == "fine"
    assert rows[1] is None
