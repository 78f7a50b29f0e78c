"""How much a file may hold; what is more is refused with the number in the sentence."""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class Bounds:
    """What one file may hold. The defaults fit a region with 5,000 doctors several times."""

    rows: int = 200_000
    columns: int = 64
    text: int = 8_000
    """Characters of one cell, or of one row of JSON together."""
    unpacked: int = 512 * MEBIBYTE
    """Of a spreadsheet, which is a ZIP archive."""
    entries: int = 1_000
