"""One line of a benchmark's table."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """A measured median; `ratio` is against the baseline of its table, None where there is none.

    `group` names the table; the name of the benchmark where it is empty.
    """

    name: str
    value: float
    unit: str
    ratio: float | None = None
    group: str = ""
