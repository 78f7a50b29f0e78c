"""Reads and checks the data files of the catalogue. A wrong file stops the start, by its name."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from contracts.regions import REGIONS
from services.certificates.catalogue.domain.calendar import (
    Calendars,
    RegionalDays,
    WorkingCalendar,
)
from services.certificates.catalogue.domain.catalogue import Catalogue, CertificateType
from services.certificates.catalogue.domain.consents import ConsentText
from services.certificates.catalogue.errors import BadDataFileError, BrokenTypeError
from services.certificates.catalogue.store.texts import read_type

T = TypeVar("T")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise BadDataFileError(path, "not in UTF-8") from error
    except OSError as error:
        raise BadDataFileError(path, error.strerror or "cannot be read") from error


def _type(path: Path, text: str) -> CertificateType:
    try:
        return read_type(text)
    except BrokenTypeError as error:
        said = "; ".join(f"{e.pointer}: {e.detail}" for e in error.errors)
        raise BadDataFileError(path, said) from error


def _read(path: Path, model: type[T]) -> T:
    try:
        return TypeAdapter(model).validate_json(_text(path))
    except ValidationError as error:
        raise BadDataFileError(path, str(error)) from error


def load_catalogue(directory: Path, *, region: str) -> Catalogue:
    """The whole catalogue of a directory; `region` has its days off where a clinic names none.

    Raises:
        BadDataFileError: a file is missing or wrong.
    """
    texts = {path: _text(path) for path in sorted(directory.glob("types/*.json"))}
    types = {path: _type(path, text) for path, text in texts.items()}
    if not types:
        raise BadDataFileError(directory / "types", "no certificate types")
    consents = _read(directory / "consents.json", tuple[ConsentText, ...])
    if not consents:
        raise BadDataFileError(directory / "consents.json", "no consent text")
    return Catalogue(
        types={kind.code: kind for kind in types.values()},
        texts={kind.code: texts[path] for path, kind in types.items()},
        consents=consents,
        calendars=_calendars(directory / "calendars", region),
    )


def _calendars(directory: Path, default: str) -> Calendars:
    """The country's file is `RU.json`; any other adds the days off of its region."""
    adding = [_read(path, RegionalDays) for path in sorted(directory.glob("RU-*.json"))]
    country = _read(directory / "RU.json", WorkingCalendar)
    regions = {days.region: days for days in adding}
    if default != country.region and default not in REGIONS:
        raise BadDataFileError(directory / f"{default}.json", "no such region")
    return Calendars(country, regions, default)
