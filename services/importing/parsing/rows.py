"""What the worker says of a file, a line each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Found:
    """One row: the list it is of, where it stands in the file, and its cells by their titles.

    `pointer` leads to it in JSON (`/staff/16`); in a table it names sheet and line. Empty cells
    are left out; a row without `values` was too large to be told.
    """

    table: str
    place: str
    pointer: str
    values: Mapping[str, Any] | None


@dataclass(frozen=True)
class Heading:
    """The columns of a table, told before its rows: one that nobody knows is refused once."""

    table: str
    place: str
    columns: tuple[str, ...]
