"""The refusals of the catalogue."""

from __future__ import annotations

from pathlib import Path

from services.chassis.foundation.errors import NotFoundError


class UnknownTypeError(NotFoundError):
    """The catalogue has no such type."""

    code = "unknown-type"
    detail = "Такой справки нет в каталоге."


class BadDataFileError(Exception):
    """A data file is missing or wrong; says which, and what is wrong in it."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path}: {why}")
